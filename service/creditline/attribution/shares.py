"""The exact Shapley split of located evidence. Pure integers: the same shares on every machine.

Cell u of the picture is worth a_u (saliency, parts per million) and work c supports a part m_c(u) of it (per mille).
A coalition explains v(S) = sum over u of a_u * max of m_c(u) over c in S. The Shapley value of this coverage game is
closed: in each cell, sort the supports upwards and let everyone who reaches a step share that step equally. So two
works that show the same thing share its worth, and a second copy of a work adds nothing to the sum.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditline.errors import Invalid

WHOLE_PPM = 1_000_000
FULL_SUPPORT = 1_000


@dataclass(frozen=True)
class Split:
    """Parts per million per work, in ascending order of work id. With `unattributed` exactly 1,000,000."""

    shares: dict[str, int]
    unattributed: int


def split(saliency: Sequence[int], support: Mapping[str, Sequence[int]]) -> Split:
    """Divide a picture between works and nobody.

    `saliency` holds one integer per cell, together exactly 1,000,000; `support` holds per work one per-mille integer
    per cell. Raises `Invalid` when they do not fit together. Rounding is by largest remainder; among equal remainders
    the lower work id is served first and nobody (unattributed) last.
    """
    _require_fit(saliency, support)
    works = sorted(support)
    steps = math.lcm(*range(1, len(works) + 1))
    exact = dict.fromkeys(works, 0)
    for cell, worth in enumerate(saliency):
        if worth:
            _share_cell(worth, [(support[work][cell], work) for work in works], steps, exact)
    unit = FULL_SUPPORT * steps
    return _round(exact, unit)


def _share_cell(worth: int, supports: list[tuple[int, str]], steps: int, exact: dict[str, int]) -> None:
    """Add one cell's values to `exact`, which counts in units of 1 / (1000 * steps) parts per million."""
    ladder = sorted(pair for pair in supports if pair[0])
    reached = 0
    value = 0
    for position, (height, work) in enumerate(ladder):
        value += (height - reached) * (steps // (len(ladder) - position))
        reached = height
        exact[work] += worth * value


def _round(exact: dict[str, int], unit: int) -> Split:
    rest = WHOLE_PPM * unit - sum(exact.values())
    order = [*exact.items(), (None, rest)]
    floors = {work: value // unit for work, value in order}
    missing = WHOLE_PPM - sum(floors.values())
    by_remainder = sorted(range(len(order)), key=lambda place: (-(order[place][1] % unit), place))
    for place in by_remainder[:missing]:
        floors[order[place][0]] += 1
    unattributed = floors.pop(None)
    return Split({work: floors[work] for work in exact}, unattributed)


def _require_fit(saliency: Sequence[int], support: Mapping[str, Sequence[int]]) -> None:
    step = "Take both from one report."
    if any(worth < 0 for worth in saliency) or sum(saliency) != WHOLE_PPM:
        raise Invalid(
            f"Saliency adds up to {sum(saliency)} and not to 1,000,000 of non-negative parts.", step
        )
    for work, cells in support.items():
        if len(cells) != len(saliency):
            raise Invalid(
                f"Work {work} has {len(cells)} cells of support for {len(saliency)} of saliency.", step
            )
        if any(not 0 <= height <= FULL_SUPPORT for height in cells):
            raise Invalid(f"Work {work} has support outside 0 to 1,000.", step)
