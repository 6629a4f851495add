"""The rule of the commons: what no work explained goes to every creator in the training set, by the number of their works.

The base pool takes reports like any other pool, and a report names at most twelve works. So the creators, in order of the
work that stands for each, are cut into groups of twelve; a group earns its part of the amount, and divides it by shares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from creditline import canonical
from creditline.amounts import PARTS_PER_MILLION
from creditline.errors import Insufficient, Invalid
from creditline.ids import Address, Bytes32, DatasetId, ModelId, PoolId, WorkId, address, bytes32, raw
from creditline.royalties.receipt import WORKS_MAX, Usage

TYPE = "creditline/distribution/1"
DISTRIBUTION_BYTES_MAX = 64 * 1024 * 1024
NO_DEADLINE = 2**40 - 1
"""The operator signs no receipt of a distribution, so none can be settled as a cheque."""


Listed = tuple[Address, WorkId, DatasetId, int]
"""A work in a training set: its creator, its id, the data set, and its place there."""


@dataclass(frozen=True)
class Member:
    """A creator in a training set. `work` is the lowest of its ids there that the registry holds, and stands for all `works`."""

    creator: Address
    work: WorkId
    dataset: DatasetId
    place: int
    works: int


@dataclass(frozen=True)
class Group:
    """At most twelve members in order of work, what they earn together, and the shares of each in parts per million."""

    index: int
    revenue: int
    members: tuple[Member, ...]
    shares: tuple[int, ...]

    @property
    def payments(self) -> tuple[tuple[WorkId, int], ...]:
        """The works that stand for the members, ascending, and their shares."""
        return tuple((member.work, share) for member, share in zip(self.members, self.shares, strict=True))

    def usage(self, pool_id: PoolId, document: Bytes32) -> Usage:
        """What its report says in place of a generation. Nobody signs it. `document` is the digest of the distribution."""
        return Usage(pool_id, f"{document}:{self.index}", output_hash(document, self.index), self.revenue)


@dataclass(frozen=True)
class Distribution:
    """`amount` is all that the base pool had to give, in the token's smallest unit, by the finalised block `block`."""

    pool_id: PoolId
    model_id: ModelId
    block: int
    amount: int
    members: tuple[Member, ...]

    def document(self) -> canonical.JSON:
        """Published, so that anyone can apply the rule again."""
        return {
            "type": TYPE,
            "pool": self.pool_id,
            "model": self.model_id,
            "block": self.block,
            "amount": str(self.amount),
            "members": [
                [each.creator, each.work, each.dataset, each.place, each.works] for each in self.members
            ],
        }

    def groups(self) -> list[Group]:
        """Groups that earn something. Their revenues add up to the amount, and the shares of each to a million."""
        starts = range(0, len(self.members), WORKS_MAX)
        groups = [self.members[start : start + WORKS_MAX] for start in starts]
        reached = [0, *accumulate(sum(each.works for each in group) for group in groups)]
        floors = [self.amount * works // reached[-1] for works in reached]
        return [
            Group(index, floors[index + 1] - floors[index], group, divide([each.works for each in group]))
            for index, group in enumerate(groups)
            if floors[index + 1] > floors[index]
        ]


def distribute(
    pool_id: PoolId, model_id: ModelId, block: int, amount: int, members: Iterable[Member]
) -> Distribution:
    """Raises `Insufficient` where the amount is below one unit a member, `Invalid` for no members or one named twice."""
    ordered = tuple(sorted(members, key=lambda member: member.work))
    if not ordered or len({each.creator for each in ordered}) != len(ordered):
        raise Invalid(
            "A distribution needs members, each creator once.", "Read the model's training sets again."
        )
    if amount < len(ordered):
        raise Insufficient(
            f"The commons holds {amount} units for {len(ordered)} creators.", "Wait until there is more."
        )
    return Distribution(pool_id, model_id, block, amount, ordered)


def read_distribution(data: bytes) -> Distribution:
    """Read a document from a stranger, whose members may be anybody. Raises `Invalid` for any other bytes."""
    document = canonical.decode(data)
    try:
        members = tuple(
            Member(
                address(creator), WorkId(bytes32(work)), DatasetId(bytes32(dataset)), int(place), int(works)
            )
            for creator, work, dataset, place, works in document["members"]
        )
        found = Distribution(
            PoolId(bytes32(document["pool"])),
            ModelId(bytes32(document["model"])),
            int(document["block"]),
            int(document["amount"]),
            members,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f"This is no distribution: {error!r}.", f"Compare it with a {TYPE} document."
        ) from error
    if found.document() != document:
        raise Invalid(
            "The distribution holds other fields, or spells them differently.",
            f"Compare it with a {TYPE} document.",
        )
    return found


def is_distribution(document: canonical.JSON) -> bool:
    return document.get("type") == TYPE


def gather(works: Iterable[Listed], written: Collection[WorkId]) -> list[Member]:
    """The members of a model's training sets. A work counts once; a creator of whom the registry holds none is left out.

    `written`: the works that the registry holds.
    """
    lowest: dict[Address, tuple[WorkId, DatasetId, int]] = {}
    seen: dict[Address, set[WorkId]] = {}
    for creator, work, dataset, place in works:
        seen.setdefault(creator, set()).add(work)
        if work in written:
            stands = (work, dataset, place)
            lowest[creator] = min(lowest.get(creator, stands), stands)
    return [Member(creator, *stands, len(seen[creator])) for creator, stands in lowest.items()]


def unwritten(works: Iterable[Listed], written: Collection[WorkId]) -> dict[Address, WorkId]:
    """The lowest work of each creator of whom the registry holds none."""
    lowest: dict[Address, WorkId] = {}
    paid = set()
    for creator, work, _, _ in works:
        lowest[creator] = min(lowest.get(creator, work), work)
        if work in written:
            paid.add(creator)
    return {creator: work for creator, work in lowest.items() if creator not in paid}


def divide(weights: Sequence[int]) -> tuple[int, ...]:
    """A million in proportion to positive weights, by telescoping floors, and at least one part for each.

    What the smallest lack, the first of the largest gives.
    """
    reached = [0, *accumulate(weights)]
    floors = [PARTS_PER_MILLION * weight // reached[-1] for weight in reached]
    shares = [max(1, after - before) for before, after in pairwise(floors)]
    largest = shares.index(max(shares))
    shares[largest] -= sum(shares) - PARTS_PER_MILLION
    return tuple(shares)


def output_hash(document: Bytes32, index: int) -> Bytes32:
    """Stands for the picture in the report of a group, and is as unique: SHA-256 of the document's digest and the index."""
    return bytes32(hashlib.sha256(raw(document) + index.to_bytes(4)).digest())
