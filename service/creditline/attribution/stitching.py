"""Finds the works of which a picture is stitched together at their own place: what a patch-wise generator leaves.

Works that resemble some tile of the picture compete for every place of it. A place is clearly a work's if no other
resembles it nearly as much there: an arc of outline that twenty works share is evidence for none of them. Once enough
places are clear, the picture counts as stitched, and each place goes to the work that it resembles most.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.catalogue import Catalogue
from creditline.attribution.features import Mask, Pixels
from creditline.attribution.homography import Matrix
from creditline.attribution.policy import Policy
from creditline.attribution.tiles import nominate, square

# Places are compared by the patch around them: as wide as the finest that a local denoiser looks at.
_PATCH = 9
_SHIFT_MAX = 2
_SHIFTS = [
    (across, along)
    for along in range(-_SHIFT_MAX, _SHIFT_MAX + 1)
    for across in range(-_SHIFT_MAX, _SHIFT_MAX + 1)
]
_CORNER_MIN = 0.002


@dataclass(frozen=True, eq=False)
class Stitch:
    """A work and the part of the picture that is its, on the picture's canvas, as is the map from the work's canvas.

    `clear` counts its clear places, and `corners` those of them that hold a corner.
    """

    work: int
    matrix: Matrix
    clear: int
    corners: int
    owned: Mask


def find_stitches(canvas: Pixels, ink: Mask, catalogue: Catalogue, policy: Policy) -> list[Stitch]:
    """The works that have clear places, those with most corners first."""
    side = policy.rule("patches", "canvas")
    small, inked = square(canvas, side), square(ink.astype(np.uint8) * 255, side) > 127
    nearest, levels = policy.rule("patches", "neighbours"), policy.rule("patches", "levels_max")
    rows = nominate(small, inked, catalogue.squares, nearest, levels)
    if not rows:
        return []
    fields = [_compare(small, catalogue.squares[row]) for row in rows]
    distance = np.stack([field for field, _shift in fields])
    owner, clear = _divide(distance, inked, policy)
    corners = _find_corners(small)
    near = inked & (distance.min(axis=0) <= policy.rule("patches", "owned_levels_max") ** 2)
    stitches = []
    for place, row in enumerate(rows):
        mine = owner == place
        count = int(np.count_nonzero(mine & clear))
        if count >= policy.rule("patches", "clear_min"):
            work = int(catalogue.square_works[row])
            shift = _SHIFTS[int(np.bincount(fields[place][1][mine & clear]).argmax())]
            matrix = _place(catalogue.features[work].canvas, canvas, shift, side)
            owned = cv2.resize(
                (mine & near).astype(np.uint8), canvas.shape[1::-1], interpolation=cv2.INTER_NEAREST
            )
            cornered = int(np.count_nonzero(mine & clear & corners))
            stitches.append(Stitch(work, matrix, count, cornered, np.asarray(owned > 0)))
    return sorted(stitches, key=lambda stitch: (-stitch.corners, -stitch.clear, stitch.work))


def _compare(picture: Pixels, work: Pixels) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Per place the mean squared difference of the patches around it, and the number of the shift where it is least."""
    height, width = picture.shape[:2]
    best = np.full((height, width), np.inf, np.float32)
    chosen = np.zeros((height, width), np.int64)
    wide = cv2.copyMakeBorder(work, _SHIFT_MAX, _SHIFT_MAX, _SHIFT_MAX, _SHIFT_MAX, cv2.BORDER_REPLICATE)
    for number, (across, along) in enumerate(_SHIFTS):
        top, left = _SHIFT_MAX - along, _SHIFT_MAX - across
        # Integers below 2**24 in float32: the same sums in whatever order they are formed.
        difference = cv2.absdiff(picture, wide[top : top + height, left : left + width]).astype(np.float32)
        squares = (difference * difference).sum(axis=2)
        summed = cv2.boxFilter(squares, -1, (_PATCH, _PATCH), normalize=False, borderType=cv2.BORDER_REFLECT)
        closer = summed < best
        best[closer], chosen[closer] = summed[closer], number
    return np.asarray(best / (3 * _PATCH * _PATCH), np.float32), chosen


def _divide(distance: NDArray[np.float32], inked: Mask, policy: Policy) -> tuple[NDArray[np.int64], Mask]:
    """Per place the work that it resembles most, and whether it does so clearly more than any other."""
    owner = distance.argmin(axis=0)
    ranked = np.sort(distance, axis=0)
    second = ranked[1] if len(ranked) > 1 else np.full_like(ranked[0], np.inf)
    rival = policy.rule("patches", "rival_per_mille")
    clear = (ranked[0] <= policy.rule("patches", "levels_max") ** 2) & (
        ranked[0] * 1_000_000 < second * float(rival**2)
    )
    return owner, np.asarray(inked & clear)


def _find_corners(pixels: Pixels) -> Mask:
    """Where a patch holds a corner: flat paint and straight edges look the same in countless drawings."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cornerMinEigenVal(grey, _PATCH, ksize=3) > _CORNER_MIN)


def _place(work: Pixels, canvas: Pixels, shift: tuple[int, int], side: int) -> Matrix:
    """From the work's canvas to the picture's, each stretched to a square of `side` in between."""
    height, width = canvas.shape[:2]
    across, along = width / work.shape[1], height / work.shape[0]
    return np.array(
        [
            [across, 0, shift[0] * width / side + (across - 1) / 2],
            [0, along, shift[1] * height / side + (along - 1) / 2],
            [0, 0, 1],
        ]
    )
