"""Works: the record that the chain names must say what the chain says, and so must the picture, if it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from creditline.audit.anchors import Anchors, Claim
from creditline.audit.documents import Documents, parse
from creditline.audit.registry import Work
from creditline.audit.sampling import Sampling
from creditline.audit.step import Check, Place, Step, Wrong, examine, require
from creditline.ids import Address, Bytes32, WorkId
from creditline.works.record import RECORD_BYTES_MAX, WorkRecord, read_record
from creditline.works.terms import Training

PICTURE_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True)
class _Claimed:
    """What the chain, or a signed batch, says of a work."""

    id: WorkId
    creator: Address
    content_hash: Bytes32
    record_hash: Bytes32


class Works:
    """Reads records, and keeps what others ask of them.

    `pictures` holds a CID, or None for a private picture; `reserved` the works whose terms forbid training.
    """

    def __init__(self, documents: Documents, sampling: Sampling) -> None:
        self.pictures: dict[WorkId, str | None] = {}
        self.reserved: set[WorkId] = set()
        self._documents = documents
        self._sampling = sampling

    def examine_claim(self, claim: Claim, *, matters: bool) -> Iterator[Step]:
        """A work in an anchored batch, on chain or not."""
        leaf = claim.leaf
        claimed = _Claimed(leaf.work_id, leaf.creator, leaf.content_hash, leaf.record_hash)
        yield from self._examine(claimed, claim.place, matters=matters)

    def examine_registered(self, work: Work, anchors: Anchors, *, matters: bool) -> Iterator[Step]:
        """A work on chain. One from a good batch has been read there, so only the two are compared."""
        subject = f"work {work.id}"
        batch = anchors.batches.get(work.anchor)
        if batch is not None:
            yield examine(Check.WORKS, subject, work.place, lambda: _compare(work, batch), matters=matters)
            return
        claimed = _Claimed(work.id, work.creator, work.content_hash, work.record_hash)
        yield from self._examine(claimed, work.place, matters=matters)

    def _examine(self, claimed: _Claimed, place: Place, *, matters: bool) -> Iterator[Step]:
        subject = f"work {claimed.id}"
        yield examine(Check.WORKS, subject, place, lambda: self._check_record(claimed), matters=matters)
        cid = self.pictures.get(claimed.id)
        if cid is not None and self._sampling.draws(claimed.content_hash):
            yield examine(
                Check.PICTURES, subject, place, lambda: self._check_picture(cid, claimed), matters=matters
            )

    def _check_record(self, claimed: _Claimed) -> str:
        data = self._documents.fetch_block(claimed.record_hash, RECORD_BYTES_MAX)
        record: WorkRecord = parse("work record", read_record, data)
        require(record.digest() == claimed.record_hash, "its record holds fields that no record has")
        require(record.creator == claimed.creator, f"its record names another creator, {record.creator}")
        content = record.facts.content_hash
        require(content == claimed.content_hash, f"its record is of another picture, {content}")
        self.pictures.setdefault(claimed.id, record.picture)
        if record.terms.training is Training.FORBIDDEN:
            self.reserved.add(claimed.id)
        return ""

    def _check_picture(self, cid: str, claimed: _Claimed) -> str:
        self._documents.fetch_picture(cid, claimed.content_hash, PICTURE_BYTES_MAX)
        return ""


def _compare(work: Work, batch: Mapping[WorkId, Claim]) -> str:
    claim = batch.get(work.id)
    if claim is None:
        raise Wrong(f"it is not in the batch {work.anchor} that it was opened from")
    signed = (claim.leaf.record_hash, claim.leaf.payee)
    require((work.record_hash, work.first_payee) == signed, "it is not what its batch says")
    return ""
