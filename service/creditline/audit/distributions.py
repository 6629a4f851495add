"""Base pools: every epoch shares out all that the pool held, by the rule of the commons, to everyone that was learned from.

Which pool is one follows from the chain alone: from its terms, which are its id, and from the word of the contract that
funds it. In such a pool nothing but a distribution is right; in any other a distribution is no report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from creditline.audit.account import Epoch, PoolAccount
from creditline.audit.anchors import Anchors
from creditline.audit.book import Book
from creditline.audit.datasets import Datasets
from creditline.audit.documents import Documents, parse_rows
from creditline.audit.evidence import Chain
from creditline.audit.step import Wrong, require
from creditline.errors import Unavailable
from creditline.ids import Address, DatasetId, PoolId, WorkId
from creditline.royalties.closing import Closing
from creditline.royalties.commons import is_base_pool
from creditline.royalties.distribution import (
    DISTRIBUTION_BYTES_MAX,
    Distribution,
    Group,
    Listed,
    Member,
    distribute,
    gather,
    read_distribution,
    unwritten,
)
from creditline.royalties.leaves import ReportLeaf
from creditline.royalties.receipt import pack_shares


class Distributions:
    """Asks of each pool once whether it is a base pool. Claims of batches count once `anchors` has judged them."""

    def __init__(
        self, chain: Chain, book: Book, documents: Documents, datasets: Datasets, anchors: Anchors
    ) -> None:
        self._chain = chain
        self._book = book
        self._documents = documents
        self._datasets = datasets
        self._anchors = anchors
        self._known: dict[PoolId, bool] = {}

    def is_base(self, pool: PoolAccount) -> bool:
        """Raises `Unavailable` when the node does not answer."""
        if pool.id not in self._known:
            self._known[pool.id] = is_base_pool(pool.id, pool.params, self._chain.base_pool)
        return self._known[pool.id]

    def check(self, pool: PoolAccount, entry: Epoch, closing: Closing) -> str:
        """Raises `Wrong` and `Invalid` with the first difference, `Unavailable` where something cannot be had."""
        leaves = [leaf for leaf in closing.reports if leaf]
        named = sorted({leaf.report_hash for leaf in leaves})
        require(len(named) == 1, f"its reports name {len(named)} documents")
        data = self._documents.fetch(named[0], DISTRIBUTION_BYTES_MAX)
        said = parse_rows("distribution", read_distribution, data)
        _check_subject(pool, said)
        _check_amount(pool, entry, said)
        due = distribute(pool.id, said.model_id, said.block, said.amount, self._gather(pool, said.block))
        _check_members(said.members, due.members)
        _check_reports(leaves, due)
        return ""

    def _gather(self, pool: PoolAccount, block: int) -> list[Member]:
        model = self._book.registry.models.get(pool.params.model_id)
        if model is None:
            raise Wrong(f"its model {pool.params.model_id} was never registered")
        works, registered = list(self._works(model.datasets)), self._book.registry.works
        written = {
            work for _, work, _, _ in works if work in registered and registered[work].place.block <= block
        }
        for creator, work in unwritten(works, written).items():
            # A plain wallet's signature can be written by anyone at any time; a contract may refuse it.
            refuses = self._chain.has_code(creator)
            require(
                refuses, f"the creator {creator} of work {work} is left out: none of its works was written"
            )
        return gather(works, written)

    def _works(self, datasets: Sequence[DatasetId]) -> Iterator[Listed]:
        for name in datasets:
            for place, work in enumerate(self._datasets.find(name).works):
                yield self._creator(work), work, name, place

    def _creator(self, work: WorkId) -> Address:
        """A work's id follows from its creator, so whoever is named by a leaf with that id is the creator."""
        known = self._book.registry.works.get(work)
        if known is not None:
            return known.creator
        claim = self._anchors.claims.get(work) or self._anchors.doubted.get(work)
        if claim is not None:
            return claim.leaf.creator
        if self._anchors.unread:
            raise Unavailable(
                f"Work {work} may stand in a batch whose manifest could not be had.", "Ask another gateway."
            )
        raise Wrong(f"nobody has claimed work {work} of the training set, and it was shared out all the same")


def _check_subject(pool: PoolAccount, said: Distribution) -> None:
    require(said.pool_id == pool.id, f"its distribution is of another pool, {said.pool_id}")
    named = pool.params.model_id
    require(said.model_id == named, f"its distribution is of another model, {said.model_id}, not {named}")


def _check_amount(pool: PoolAccount, entry: Epoch, said: Distribution) -> None:
    before = pool.standing(entry.n - 1)
    since = before.place.block if before else pool.place.block
    in_time = since <= said.block < entry.place.block
    require(in_time, f"it shares out what block {said.block} held, and that is not between the epochs")
    held = pool.held_at(said.block)
    require(
        said.amount == held, f"it shares out {said.amount}, and the pool held {held} at block {said.block}"
    )


def _check_members(said: Sequence[Member], due: Sequence[Member]) -> None:
    """The first difference, in the order of the rule."""
    mine, theirs = ({each.creator: each for each in members} for members in (said, due))
    for member in due:
        require(member.creator in mine, f"the creator {member.creator} of work {member.work} is left out")
    for member in said:
        require(
            member.creator in theirs,
            f"{member.creator} has no work in the training set that the registry held",
        )
    for member in due:
        counted = mine[member.creator].works
        require(
            counted == member.works,
            f"it counts {counted} works of {member.creator}, and {member.works} are in the training set",
        )
    for at, (stands, belongs) in enumerate(zip_longest(said, due)):
        require(stands == belongs, f"member {at} is {_spell(stands)}, and should be {_spell(belongs)}")


def _check_reports(leaves: Sequence[ReportLeaf], due: Distribution) -> None:
    groups, document = due.groups(), leaves[0].report_hash
    require(len(leaves) == len(groups), f"it has {len(leaves)} reports, and the rule gives {len(groups)}")
    for at, (leaf, group) in enumerate(zip(leaves, groups, strict=True)):
        usage = group.usage(due.pool_id, document)
        earned = leaf.revenue
        require(earned == group.revenue, f"report {at} earned {earned}, and its group {group.revenue}")
        stands = list(leaf.work_ids)
        require(
            stands == [work for work, _ in group.payments], f"report {at} pays other works than its group"
        )
        _check_shares(at, leaf, group)
        shown = leaf.output_hash
        require(shown == usage.output_hash, f"report {at} stands for {shown}, not for {usage.output_hash}")
        named = leaf.usage_id
        require(named == usage.usage_id, f"report {at} is named {named!r}, and should be {usage.usage_id!r}")
        require(leaf.usage_signature == "0x", f"report {at} is signed, and nobody reports a distribution")


def _check_shares(at: int, leaf: ReportLeaf, group: Group) -> None:
    packed = pack_shares(group.shares)
    require(leaf.weights == packed, f"report {at} has other shares than the rule gives its group")


def _spell(member: Member | None) -> str:
    return f"{member.creator} for work {member.work} at {member.place}" if member else "nobody"
