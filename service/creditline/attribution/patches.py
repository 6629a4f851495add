"""Small squares of a picture at fixed scale: the channel for pictures that are stitched from parts of works.

Local denoisers, and trained diffusion models to the extent that they resemble them, copy patches without moving or
scaling them far. A patch counts only if it holds a corner: flat paint and plain edges
look the same in countless drawings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Mask, Pixels, shrink

SIZE = 8
# Squared levels per pixel. Straight edges and most of a disc's outline stay below; lower, and discs would vote.
_CORNER_MIN = 120


@dataclass(frozen=True, eq=False)
class Patches:
    """`vectors` N x 192 float32, RGB levels halved and rounded down to integers; `places` N x 2, x and y of the top left corner on the patch canvas."""

    vectors: NDArray[np.float32]
    places: NDArray[np.int64]


def cut_patches(canvas: Pixels, ink: Mask, side: int, step: int) -> Patches:
    """All cornered patches of a picture at `side` pixels, every `step` pixels."""
    small = shrink(canvas, side)
    inked = shrink(ink.astype(np.uint8) * 255, side) > 127
    vectors, places = [], []
    for y in range(0, small.shape[0] - SIZE + 1, step):
        for x in range(0, small.shape[1] - SIZE + 1, step):
            patch = small[y : y + SIZE, x : x + SIZE]
            if np.count_nonzero(inked[y : y + SIZE, x : x + SIZE]) >= SIZE * SIZE // 4:
                vectors.append(patch.ravel())
                places.append((x, y))
    stacked = np.array(vectors, np.float32).reshape(-1, SIZE * SIZE * 3)
    cornered = _measure_corners(stacked) >= _CORNER_MIN
    return Patches(stacked[cornered] // 2, np.array(places, np.int64).reshape(-1, 2)[cornered])


def _measure_corners(patches: NDArray[np.float32]) -> NDArray[np.float32]:
    """The smaller eigenvalue of each patch's mean structure tensor: zero on flat paint and along any straight edge."""
    grey = patches.reshape(-1, SIZE, SIZE, 3).mean(axis=3)
    across = (grey[:, 1:-1, 2:] - grey[:, 1:-1, :-2]) / 2
    along = (grey[:, 2:, 1:-1] - grey[:, :-2, 1:-1]) / 2
    xx, yy, xy = (
        (one * other).mean(axis=(1, 2)) for one, other in ((across, across), (along, along), (across, along))
    )
    return np.asarray((xx + yy) / 2 - np.sqrt(((xx - yy) / 2) ** 2 + xy**2), np.float32)
