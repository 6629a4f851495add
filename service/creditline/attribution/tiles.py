"""Small stretched pictures, compared tile by tile at the same place: who could have lent this part of a picture?"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Mask, Pixels

# Tiles are 8 pixels wide and overlap by half.
_HALF = 4
_INK_MIN = 0.25
_SPREAD_MIN = 4.0


def square(pixels: Pixels, side: int) -> Pixels:
    """Stretched to `side` x `side` pixels, as generators are trained on pictures of one shape."""
    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def nominate(picture: Pixels, ink: Mask, works: NDArray[np.uint8], count: int, levels_max: int) -> list[int]:
    """Rows of `works` (N x side x side x 3) that are among the `count` nearest of some tile of the picture.

    Flat and empty tiles ask nobody. `levels_max` bounds the root mean square of the difference.
    """
    if not len(works):
        return []
    asking = _find_asking(picture, ink)
    distances = np.stack([_measure(picture, work)[asking] for work in works])
    nearest = np.argsort(distances, axis=0, kind="stable")[:count]
    near = np.take_along_axis(distances, nearest, axis=0) <= (2 * _HALF) ** 2 * 3 * levels_max**2
    return [int(row) for row in np.unique(nearest[near])]


def _measure(picture: Pixels, work: Pixels) -> NDArray[np.int64]:
    """Per tile the sum of squared differences."""
    difference = cv2.absdiff(picture, work).astype(np.int64)
    return _tile((difference * difference).sum(axis=2))


def _find_asking(picture: Pixels, ink: Mask) -> Mask:
    pixels = (2 * _HALF) ** 2
    inked = _tile(ink.astype(np.int64)) >= _INK_MIN * pixels
    values = picture.astype(np.int64)
    spread = [
        _tile(values[:, :, channel] ** 2) / pixels - (_tile(values[:, :, channel]) / pixels) ** 2
        for channel in range(3)
    ]
    return np.asarray(inked & (np.max(spread, axis=0) >= _SPREAD_MIN**2))


def _tile(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over all tiles: one row and column less than there are half tiles."""
    rows, columns = values.shape[0] // _HALF, values.shape[1] // _HALF
    halves = values.reshape(rows, _HALF, columns, _HALF).sum(axis=(1, 3))
    return np.asarray(halves[1:, 1:] + halves[1:, :-1] + halves[:-1, 1:] + halves[:-1, :-1])
