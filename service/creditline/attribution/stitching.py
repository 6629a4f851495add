"""Finds works of which a picture holds parts at about their own place: what a patch-wise generator leaves.

A query patch votes for a work only if no other work has one nearly as close. An arc of outline that twenty works share
is evidence for none of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditline.attribution.agreement import Matrix
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.features import Mask, Pixels
from creditline.attribution.patches import SIZE, cut_patches
from creditline.attribution.policy import Policy


@dataclass(frozen=True, eq=False)
class Stitch:
    """A work, the 2 x 3 map from its canvas to the picture's, its votes, and where on the picture they were cast."""

    work: int
    matrix: Matrix
    votes: int
    around: Mask


def find_stitches(canvas: Pixels, ink: Mask, catalogue: Catalogue, policy: Policy) -> list[Stitch]:
    """One stitch per work and shift that collects enough votes, most votes first."""
    side = policy.rule("patches", "canvas")
    patches = cut_patches(canvas, ink, side, policy.rule("patches", "query_step"))
    hits = catalogue.nearest_patches(patches, policy.rule("patches", "neighbours"))
    if not hits.work.size:
        return []
    distance = 2 * np.sqrt(hits.score / (SIZE * SIZE * 3))
    rival = np.where(hits.work == hits.work[:, :1], np.inf, distance).min(axis=1)
    clear = (distance[:, 0] <= policy.rule("patches", "levels_max")) & (
        distance[:, 0] * 1000 <= rival * policy.rule("patches", "rival_per_mille")
    )
    shift_max = policy.rule("patches", "shift_max")
    cast: dict[tuple[int, int, int], list[NDArray[np.int64]]] = {}
    for row in np.flatnonzero(clear):
        work = int(hits.work[row, 0])
        dx, dy = patches.places[row] - catalogue.patches[work].places[hits.row[row, 0]]
        if max(abs(dx), abs(dy)) <= shift_max:
            cast.setdefault((work, int(dx), int(dy)), []).append(patches.places[row])
    tally = Counter({key: len(places) for key, places in cast.items()})
    least = policy.rule("patches", "votes_min")
    scale = max(canvas.shape[:2]) / side
    return [
        _stitch(key, cast[key], canvas, catalogue, scale)
        for key, votes in sorted(tally.items(), key=lambda item: (-item[1], item[0]))
        if votes >= least
    ]


def _stitch(
    key: tuple[int, int, int],
    places: list[NDArray[np.int64]],
    canvas: Pixels,
    catalogue: Catalogue,
    scale: float,
) -> Stitch:
    work, dx, dy = key
    around = np.zeros(canvas.shape[:2], np.bool_)
    for x, y in places:
        left, top, reach = round(x * scale), round(y * scale), round(SIZE * scale)
        around[top : top + reach, left : left + reach] = True
    zoom = max(canvas.shape[:2]) / max(catalogue.features[work].canvas.shape[:2])
    matrix = np.array([[zoom, 0, dx * scale + (zoom - 1) / 2], [0, zoom, dy * scale + (zoom - 1) / 2]])
    return Stitch(work, matrix, len(places), around)
