"""Money: integers in a token's smallest unit, cut so that no unit is lost or made.

Work i of a whole W with cumulative weights S takes floor(W*S_i/D) - floor(W*S_{i-1}/D). The contract `RoyaltyLedger`
computes the same numbers; `tests/vectors/split.json` holds both to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

PARTS_PER_MILLION = 1_000_000
BASIS_POINTS = 10_000
UINT128_MAX = 2**128 - 1


@dataclass(frozen=True)
class Terms:
    """How a pool cuts its revenue, in basis points. The treasury takes what the three leave."""

    creator_bps: int
    developer_bps: int
    compute_bps: int

    @property
    def treasury_bps(self) -> int:
        return BASIS_POINTS - self.creator_bps - self.developer_bps - self.compute_bps


@dataclass(frozen=True)
class Cut:
    """One revenue, cut four ways. The parts sum to the revenue."""

    creators: int
    developer: int
    compute: int
    treasury: int


@dataclass(frozen=True)
class Credits:
    """The creators' part of one image: an amount per work, and what no work explains. They sum to the part."""

    works: tuple[int, ...]
    unattributed: int


def cut_total(total: int, terms: Terms) -> Cut:
    """Cut everything a pool ever reported. No part ever falls while the total grows.

    Each party takes its share of what those before it left, and the treasury the rest: cutting at fixed boundaries would
    let a part in the middle fall by a unit now and then, after it was paid out.
    """
    parts, left, bps = [], total, BASIS_POINTS
    for share in (terms.creator_bps, terms.developer_bps, terms.compute_bps):
        part = left * share // bps if bps else 0
        parts.append(part)
        left, bps = left - part, bps - share
    return Cut(*parts, left)


def cut_revenue(before: int, revenue: int, terms: Terms) -> Cut:
    """What one more revenue adds to each party, after `before` units have been reported to the same pool."""
    earlier, later = cut_total(before, terms), cut_total(before + revenue, terms)
    return Cut(
        later.creators - earlier.creators,
        later.developer - earlier.developer,
        later.compute - earlier.compute,
        later.treasury - earlier.treasury,
    )


def credit_works(part: int, shares: Sequence[int]) -> Credits:
    """Split the creators' part by shares in parts per million, in the order given."""
    cumulative = [0, *accumulate(shares)]
    floors = [part * bound // PARTS_PER_MILLION for bound in cumulative]
    return Credits(tuple(after - before for before, after in pairwise(floors)), part - floors[-1])


def spell(amount: int, decimals: int, symbol: str) -> str:
    """`1234500` with 6 decimals and `dJPY` reads `1.2345 dJPY`. Exact: no float in between."""
    whole, fraction = divmod(abs(amount), 10**decimals)
    digits = f"{fraction:0{decimals}d}".rstrip("0") if decimals else ""
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole:,}{'.' + digits if digits else ''} {symbol}"
