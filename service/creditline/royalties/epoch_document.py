"""The published form of an epoch: one text file, from which a stranger rebuilds and checks all of it.

The first line is an object that says which epoch it is and which roots follow from the rest. Then comes one line for each
leaf, as `epoch_rows` says: first the reports, then the credits, then the payouts, each in order of index. Every line is
canonical JSON and ends with a line feed, so an epoch has exactly one document. As it is a single file, one CID names all
of it, and any IPFS gateway hands it out as one CAR.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from creditline import canonical
from creditline.errors import Invalid, TooLarge
from creditline.ids import Bytes32, DatasetId, PoolId, bytes32
from creditline.royalties import epoch_rows as rows
from creditline.royalties.closing import Closing
from creditline.royalties.epoch_rows import AddressText, Amount, Count, Hash
from creditline.sum_tree import LEAVES_MAX, SumTree
from creditline.typed_data import Domain

EPOCH_BYTES_MAX = 64 * 1024 * 1024
HEADER_BYTES_MAX = 128 * 1024
DATASETS_MAX = 1000
_line = json.JSONEncoder(separators=(",", ":")).encode
_Leaf = TypeVar("_Leaf")


class _Tree(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    count: Annotated[int, Field(ge=0, le=LEAVES_MAX)]
    root: Hash


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    type: Literal["creditline/epoch/1"] = "creditline/epoch/1"
    chain_id: Count
    ledger: AddressText
    pool: Hash
    number: Count
    cutoff: Annotated[int, Field(ge=0, lt=2**40)]
    revenue_before: Amount
    revenue: Amount
    payout_sum: Amount
    datasets: Annotated[list[Hash], Field(max_length=DATASETS_MAX)]
    reports: _Tree
    credits: _Tree
    payouts: _Tree


@dataclass(frozen=True)
class EpochDocument:
    """`domain` is that of the ledger that holds the pool."""

    domain: Domain
    pool_id: PoolId
    closing: Closing

    def encode(self) -> bytes:
        """The only bytes that stand for this epoch. Raises `TooLarge` above `EPOCH_BYTES_MAX`."""
        text = "".join([f"{line}\n" for line in self._lines()])
        if len(text) > EPOCH_BYTES_MAX:
            raise TooLarge(
                f"Epoch {self.closing.number} takes {len(text)} bytes to publish; the limit is {EPOCH_BYTES_MAX}.",
                "Close epochs of fewer receipts.",
            )
        return text.encode()

    def _lines(self) -> Iterator[str]:
        closing, datasets = self.closing, self._datasets()
        positions = {dataset: position for position, dataset in enumerate(datasets)}
        yield canonical.encode(self._header(datasets).model_dump()).decode()
        yield from (_line(rows.report_row(leaf, positions)) for leaf in closing.reports)
        yield from (_line(rows.credit_row(leaf)) for leaf in closing.credits)
        yield from (_line(rows.payout_row(leaf)) for leaf in closing.payouts)

    def _datasets(self) -> list[DatasetId]:
        used = {dataset for leaf in self.closing.reports if leaf for dataset in leaf.dataset_ids}
        if len(used) > DATASETS_MAX:
            raise TooLarge(
                f"The works of this epoch stand in {len(used)} data sets; the limit is {DATASETS_MAX}.",
                "Close epochs of fewer receipts.",
            )
        return sorted(used)

    def _header(self, datasets: list[DatasetId]) -> _Header:
        closing = self.closing
        return _Header(
            chain_id=self.domain.chain_id,
            ledger=self.domain.contract,
            pool=self.pool_id,
            number=closing.number,
            cutoff=closing.cutoff,
            revenue_before=str(closing.revenue_before),
            revenue=str(closing.report_tree.total),
            payout_sum=str(closing.payout_tree.total),
            datasets=list(datasets),
            reports=_state(closing.report_tree),
            credits=_state(closing.credit_tree),
            payouts=_state(closing.payout_tree),
        )


def read_epoch(data: bytes, domain: Domain, pool_id: PoolId) -> EpochDocument:
    """Read a document of that pool from a stranger. Its roots follow from its leaves, which may still be wrong.

    Raises `Invalid`, and `TooLarge` above `EPOCH_BYTES_MAX`.
    """
    if len(data) > EPOCH_BYTES_MAX:
        raise TooLarge(
            f"An epoch of {len(data)} bytes is above the limit of {EPOCH_BYTES_MAX}.", "Do not trust it."
        )
    lines = BytesIO(data)
    header = _read_header(lines.readline(HEADER_BYTES_MAX))
    if (header.chain_id, header.ledger, header.pool) != (domain.chain_id, domain.contract, pool_id):
        raise Invalid(
            f"The document is of pool {header.pool} in the ledger {header.ledger} on chain {header.chain_id}.",
            "Ask for the epoch of the pool that you mean.",
        )
    datasets = [DatasetId(Bytes32(dataset)) for dataset in header.datasets]
    closing = Closing(
        number=header.number,
        cutoff=header.cutoff,
        revenue_before=int(header.revenue_before),
        reports=_take(lines, header.reports.count, lambda line: rows.read_report(line, datasets)),
        credits=_take(lines, header.credits.count, rows.read_credit),
        payouts=_take(lines, header.payouts.count, rows.read_payout),
    )
    document = EpochDocument(domain, pool_id, closing)
    if document.encode() != data:
        raise Invalid(
            "The document's first line does not follow from its leaves, or it is not written canonically.",
            "Compare it with the roots on chain, and object to the epoch if they are those of the first line.",
        )
    return document


def _read_header(line: bytes) -> _Header:
    try:
        return _Header.model_validate(canonical.decode(line.removesuffix(b"\n")))
    except ValueError as error:
        raise Invalid(
            f"The first line is none of an epoch: {_first(error)}.",
            "Compare it with a creditline/epoch/1 document.",
        ) from error


def _take(lines: BytesIO, count: int, read: Callable[[bytes], _Leaf]) -> tuple[_Leaf, ...]:
    leaves = []
    for line in islice(lines, count):
        try:
            leaves.append(read(line))
        except ValueError as error:
            raise Invalid(
                f"The document has no leaf before byte {lines.tell()}: {_first(error)}.",
                "Compare it with a creditline/epoch/1 document.",
            ) from error
    if len(leaves) < count:
        raise Invalid(f"The document ends {count - len(leaves)} leaves early.", "Fetch it again.")
    return tuple(leaves)


def _first(error: ValueError) -> str:
    """The first thing that is wrong, without the input: it is a stranger's, and may be long."""
    details = (
        error.errors(include_input=False, include_url=False) if isinstance(error, ValidationError) else []
    )
    return details[0]["msg"] if details else str(error)


def _state(tree: SumTree) -> _Tree:
    return _Tree(count=tree.count, root=bytes32(tree.root))
