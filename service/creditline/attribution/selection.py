"""Chooses whom to pay among those with payable evidence.

Two rules stand between payable evidence and money. A work must explain structure that no stronger work explains, so
a look-alike that shares a wheel with the true source does not share its pay. And a report names at most a dozen works,
the strongest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from creditline.attribution.evidence import Evidence
from creditline.attribution.features import Mask
from creditline.attribution.gate import Gate
from creditline.attribution.policy import Policy
from creditline.attribution.query import Query


@dataclass(frozen=True, eq=False)
class Chosen:
    """A work to be paid: its strongest `evidence`, the `p_value` of that, and everything that `agrees` with it."""

    evidence: Evidence
    p_value: int
    agrees: Mask

    @property
    def work(self) -> int:
        return self.evidence.work


def choose(
    evidence: Sequence[Evidence], query: Query, precedence: Sequence[int], gate: Gate, policy: Policy
) -> list[Chosen]:
    """The works to be paid, strongest first. `precedence` ranks all works by who was first."""
    candidates = _merge(evidence, gate)
    step = policy.rule("selection", "score_step")
    areas = {one.work: int(np.count_nonzero(one.agrees & query.ink)) for one in candidates}
    candidates.sort(key=lambda one: (-(one.evidence.score // step), -areas[one.work], one.work))
    candidates = [one for one in candidates if not _follows(one, candidates, query, precedence, policy)]
    explained = np.zeros_like(query.ink)
    chosen: list[Chosen] = []
    for candidate in candidates:
        seen = candidate.agrees & query.ink
        new = int(np.count_nonzero(seen & ~explained))
        if new * 1000 >= policy.rule("selection", "new_per_mille") * max(1, areas[candidate.work]):
            chosen.append(candidate)
            # A little wider than it is: along a border between two works both agree.
            explained |= cv2.dilate(seen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return chosen[: policy.rule("selection", "works_max")]


def _follows(
    one: Chosen, candidates: Sequence[Chosen], query: Query, precedence: Sequence[int], policy: Policy
) -> bool:
    """Whether an earlier work shows nearly all of what this one shows in the picture, so that this one adds nothing."""
    seen = one.agrees & query.ink
    enough = policy.rule("selection", "earlier_per_mille") * int(np.count_nonzero(seen))
    return any(
        precedence[other.work] < precedence[one.work]
        and int(np.count_nonzero(other.agrees & seen)) * 1000 >= enough
        for other in candidates
    )


def _merge(evidence: Sequence[Evidence], gate: Gate) -> list[Chosen]:
    """One entry per work. Evidence of both channels adds up in pixels, never in score."""
    merged: dict[int, Chosen] = {}
    for one in evidence:
        p_value = gate.admit(one.channel, one.score, one.witnesses)
        if p_value is None:
            continue
        known = merged.get(one.work)
        if known is None:
            merged[one.work] = Chosen(one, p_value, one.agrees)
        else:
            merged[one.work] = Chosen(
                known.evidence, min(known.p_value, p_value), np.asarray(known.agrees | one.agrees)
            )
    return list(merged.values())
