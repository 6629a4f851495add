"""Batches: what creators signed for, under the roots that stand on chain.

Anyone may announce any root with any manifest, so a root is judged by all its announcements together: one good manifest
makes the batch good, and the false ones beside it mean nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

from creditline.audit.documents import Documents, parse
from creditline.audit.evidence import Chain
from creditline.audit.registry import Anchoring, Registry
from creditline.audit.step import Check, Place, Step, Wrong, examine, require
from creditline.errors import Invalid, Unavailable
from creditline.ids import Address, Bytes32, WorkId, bytes32
from creditline.typed_data import TypedData, works_domain
from creditline.works.batch import MANIFEST_BYTES_MAX, Batch, Leaf, read_manifest


@dataclass(frozen=True)
class Claim:
    """A work as its creator signed for it."""

    leaf: Leaf
    root: Bytes32
    at: int
    place: Place


class Anchors:
    """Judges roots, and keeps the claims of good batches. The first claim to a work counts.

    `listed` are the works that data sets name. A stranger anchors ten thousand works for the price of one, so of his
    batches only the works that are listed or on chain are kept.

    `doubted` are claims in the name of contract wallets that do not stand by their signatures today. They count as little
    as if nobody had signed, but nobody is to blame: the wallet may have signed, and think otherwise since.
    """

    def __init__(
        self, chain: Chain, documents: Documents, registry: Registry, listed: Collection[WorkId]
    ) -> None:
        self.claims: dict[WorkId, Claim] = {}
        self.batches: dict[Bytes32, dict[WorkId, Claim]] = {}
        self.doubted: dict[WorkId, Claim] = {}
        self.unread = 0
        self._chain = chain
        self._documents = documents
        self._registry = registry
        self._listed = listed
        deployment = chain.deployment
        self._domain = works_domain(deployment.chain_id, deployment.works)
        self._outdated: set[Bytes32] = set()
        self._unsure: set[Bytes32] = set()
        self._opened = {(work.anchor, work.creator) for work in registry.works.values()}

    def examine(self, root: Bytes32, *, matters: bool) -> tuple[Step, list[Claim]]:
        """Judge a root, and say which claims it holds."""
        announced = self._registry.anchors[root]
        claims: list[Claim] = []

        def question() -> str:
            batch, false_ones = self._find_batch(root, announced)
            kept = [leaf for leaf in batch.leaves if matters or self._is_needed(leaf.work_id)]
            claims.extend(Claim(leaf, root, announced[0].at, announced[0].place) for leaf in kept)
            self._keep(root, claims)
            return self._remark(root, false_ones, len(batch.leaves) - len(kept))

        step = examine(Check.ANCHORS, f"batch {root}", announced[0].place, question, matters=matters)
        return step, claims

    def _find_batch(self, root: Bytes32, announced: list[Anchoring]) -> tuple[Batch, int]:
        faults: list[Wrong | Invalid | Unavailable] = []
        unsure: Batch | None = None
        counts_of: dict[Bytes32, set[int]] = {}
        for anchoring in announced:
            counts_of.setdefault(anchoring.manifest, set()).add(anchoring.count)
        for manifest, counts in counts_of.items():
            try:
                batch = self._read_batch(root, manifest, counts, announced[0].at)
            except (Wrong, Invalid, Unavailable) as fault:
                faults.append(fault)
                continue
            if root not in self._unsure:
                return batch, len(faults) + bool(unsure)
            unsure = batch  # another announcement may have the true signature
        if unsure is not None:
            self._unsure.add(root)
            return unsure, len(faults)
        unread = [fault for fault in faults if isinstance(fault, Unavailable)]
        self.unread += bool(unread)
        # A manifest that nobody could fetch may be the good one.
        raise unread[0] if unread else faults[0]

    def _read_batch(self, root: Bytes32, manifest: Bytes32, counts: set[int], at: int) -> Batch:
        data = self._documents.fetch(manifest, MANIFEST_BYTES_MAX)
        batch = parse("batch manifest", lambda text: read_manifest(text, self._domain, self._is_signed), data)
        # Reading has proved that this root follows from the leaves.
        proved = json.loads(data)["root"]
        require(proved == root, f"its manifest is that of another batch, {proved}")
        count = len(batch.leaves)
        require(count in counts, f"it was announced with {min(counts)} works and its manifest holds {count}")
        late = f"it was anchored at {at}, after its creator's deadline of {batch.deadline}"
        require(batch.deadline >= at, late)
        return batch

    def _is_signed(self, creator: Address, data: TypedData, signature: str) -> bool:
        """A contract wallet may have changed its keys since: then it counts that the registry once accepted the batch."""
        root = bytes32(data["message"]["root"])
        self._outdated.discard(root)
        self._unsure.discard(root)
        if self._chain.is_signed(creator, data, signature):
            return True
        if (root, creator) in self._opened:
            self._outdated.add(root)
            return True
        if self._chain.has_code(creator):
            self._unsure.add(root)
            return True
        return False

    def _remark(self, root: Bytes32, false_ones: int, unopened: int) -> str:
        remarks = []
        if false_ones:
            remarks.append(f"{false_ones} false announcements of it are ignored")
        if unopened:
            remarks.append(f"{unopened} works in it, on which nothing rests, were not opened")
        if root in self._outdated:
            remarks.append(
                "its signature does not hold today; the registry accepted one when it opened a work"
            )
        if root in self._unsure:
            remarks.append("its signature cannot be proved: a contract wallet answers otherwise today")
        return "; ".join(remarks)

    def _is_needed(self, work: WorkId) -> bool:
        return work in self._listed or work in self._registry.works

    def _keep(self, root: Bytes32, claims: list[Claim]) -> None:
        held = {claim.leaf.work_id: claim for claim in claims}
        if root not in self._unsure:
            self.batches[root] = held
        kept = self.doubted if root in self._unsure else self.claims
        for work, claim in held.items():
            kept[work] = min(kept.get(work, claim), claim, key=lambda one: one.place)
