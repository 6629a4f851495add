"""Lays a work over a picture where it is supposed to show, and measures pixel by pixel whether it does."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Features, Mask, Pixels

Matrix = NDArray[np.float64]

# Levels by which a colour may differ: JPEG, resampling and small shifts, not another paint.
_COLOUR_TOLERANCE = 28
_NEIGHBOURHOOD = 3
_WINDOW = 13
_TEXTURE_MIN = 60.0
_CORRELATION_MIN = 0.75
_SPECKLE = 3


@dataclass(frozen=True, eq=False)
class Agreement:
    """On the picture's canvas: where the work's ink would `show`, and where the picture `agrees` with it.

    `structure_shown` and `structure_agrees` count the pixels near edges: flat colour agrees by chance, edges do not.
    """

    shown: Mask
    agrees: Mask
    structure_shown: int
    structure_agrees: int


def lay_over(canvas: Pixels, work: Features, matrix: Matrix) -> Agreement:
    """`matrix` is 2 x 3, from pixels of the work's canvas to pixels of the picture's."""
    height, width = canvas.shape[:2]
    pixels, ink = warp(work, matrix, (width, height))
    kernel = np.ones((_NEIGHBOURHOOD, _NEIGHBOURHOOD), np.uint8)
    low = cv2.subtract(cv2.erode(pixels, kernel), np.full(4, _COLOUR_TOLERANCE, np.float64))
    high = cv2.add(cv2.dilate(pixels, kernel), np.full(4, _COLOUR_TOLERANCE, np.float64))
    coloured = ((canvas >= low) & (canvas <= high)).all(axis=2) & ink
    textured, correlated = _correlate(canvas, pixels)
    structure = textured & ink
    agrees = coloured & (correlated | ~textured)
    cleaned = (
        cv2.morphologyEx(agrees.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_SPECKLE, _SPECKLE), np.uint8)) > 0
    )
    return Agreement(
        ink, np.asarray(cleaned), int(np.count_nonzero(structure)), int(np.count_nonzero(structure & cleaned))
    )


def warp(work: Features, matrix: Matrix, size: tuple[int, int]) -> tuple[Pixels, Mask]:
    """The work's canvas and ink moved by `matrix` onto an empty canvas of `size`."""
    scale = scale_of(matrix)
    pixels, ink = work.canvas, work.ink.astype(np.uint8) * 255
    if scale < 1:
        # Averaging first: sampling a finer picture at single points would draw what nobody sees.
        small = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
        ratio = np.array([pixels.shape[1] / small[0], pixels.shape[0] / small[1]])
        pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        ink = np.asarray(cv2.resize(ink, small, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = _rescale(matrix, ratio)
    moved = cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8), np.asarray(cv2.warpAffine(ink, matrix, size) > 127)


def scale_of(matrix: Matrix) -> float:
    """By how much a 2 x 3 map enlarges lengths."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def _rescale(matrix: Matrix, ratio: NDArray[np.float64]) -> Matrix:
    """The same map for a copy of the work that is smaller by `ratio`. Pixel centres lie at halves."""
    shift = matrix[:, 2] + matrix[:, :2] @ ((ratio - 1) / 2)
    return np.column_stack([matrix[:, :2] * ratio, shift])


def _correlate(canvas: Pixels, pixels: Pixels) -> tuple[Mask, Mask]:
    """Where the work has structure, and where the picture has the same."""
    one = cv2.cvtColor(canvas, cv2.COLOR_RGB2GRAY).astype(np.float64)
    other = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(np.float64)
    mean_one, mean_other = _average(one), _average(other)
    variance_one = _average(one * one) - mean_one**2
    variance_other = _average(other * other) - mean_other**2
    covariance = _average(one * other) - mean_one * mean_other
    correlation = covariance / np.sqrt(np.maximum(variance_one * variance_other, 1))
    return variance_other > _TEXTURE_MIN, correlation > _CORRELATION_MIN


def _average(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.boxFilter(values, cv2.CV_64F, (_WINDOW, _WINDOW)), np.float64)
