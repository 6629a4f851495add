"""Lays a work over a picture where it is supposed to show, and measures pixel by pixel whether it does."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Features, Mask, Pixels
from creditline.attribution.homography import Matrix, corners_of, move, scale_at

# Levels by which a colour may differ: JPEG, resampling and small shifts, not another paint.
_COLOUR_TOLERANCE = 28
_NEIGHBOURHOOD = 3
STRUCTURE_PX = 13
"""Side of the window in which structure is measured."""
_TEXTURE_MIN = 60.0
_CORRELATION_MIN = 0.75
_SPECKLE = 3
# Both pictures are softened by so many pixels: noise and blur are not another drawing.
_SOFTENING_PX = 1.0
# A change of colours is read off so many pixels at least, and is drawn towards no change as strongly as so many would.
_TONE_PIXELS_MIN = 150
_TONE_RIDGE = 60.0 * 40.0**2


@dataclass(frozen=True, eq=False)
class Agreement:
    """On the picture's canvas: where the work's ink would `show`, and where the picture `agrees` with it.

    `blank` is where both the work and the picture show nothing but ground.
    `structure_shown` and `structure_agrees` count the pixels near edges: flat colour agrees by chance, edges do not.
    """

    shown: Mask
    agrees: Mask
    blank: Mask
    structure_shown: int
    structure_agrees: int


def lay_over(canvas: Pixels, work: Features, matrix: Matrix) -> Agreement:
    """`matrix` maps pixels of the work's canvas to pixels of the picture's."""
    frame = _frame(canvas, work, matrix)
    shown, agrees, blank = np.zeros((3, *canvas.shape[:2]), np.bool_)
    if frame is None:
        return Agreement(shown, agrees, blank, 0, 0)
    left, top, right, bottom = frame
    moved = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ matrix
    pixels, ink, ground = warp(work, moved, (right - left, bottom - top))
    part = _soften(canvas[top:bottom, left:right])
    pixels = _soften(pixels)
    textured, correlated = _correlate(part, pixels)
    structure = textured & ink
    toned = _match_tone(part, pixels, structure & correlated)
    coloured = _is_coloured(part, toned)
    cleaned = _open(coloured & ink & (correlated | ~textured))
    shown[top:bottom, left:right], agrees[top:bottom, left:right] = ink, cleaned
    blank[top:bottom, left:right] = coloured & ground
    return Agreement(
        shown, agrees, blank, int(np.count_nonzero(structure)), int(np.count_nonzero(structure & cleaned))
    )


def _frame(canvas: Pixels, work: Features, matrix: Matrix) -> tuple[int, int, int, int] | None:
    """The part of the canvas that the work reaches, with room for the windows around it: left, top, right, bottom."""
    reach = move(corners_of(work.canvas.shape[1], work.canvas.shape[0]), matrix)
    low = np.maximum(np.floor(reach.min(axis=0)).astype(int) - STRUCTURE_PX, 0)
    high = np.minimum(np.ceil(reach.max(axis=0)).astype(int) + STRUCTURE_PX, canvas.shape[1::-1])
    return (*low.tolist(), *high.tolist()) if (high - low >= STRUCTURE_PX).all() else None


def _is_coloured(canvas: Pixels, pixels: Pixels) -> Mask:
    """Where the picture's colour is one that the work has there or next to it."""
    kernel = np.ones((_NEIGHBOURHOOD, _NEIGHBOURHOOD), np.uint8)
    low = cv2.subtract(cv2.erode(pixels, kernel), np.full(4, _COLOUR_TOLERANCE, np.float64))
    high = cv2.add(cv2.dilate(pixels, kernel), np.full(4, _COLOUR_TOLERANCE, np.float64))
    return np.asarray(((canvas >= low) & (canvas <= high)).all(axis=2))


def _match_tone(canvas: Pixels, pixels: Pixels, sure: Mask) -> Pixels:
    """The work in the colours that the picture would show it in: one affine map of RGB, read off where structure agrees."""
    count = int(np.count_nonzero(sure))
    if count < _TONE_PIXELS_MIN:
        return pixels
    ours = np.column_stack([pixels[sure].astype(np.float64), np.full(count, 255.0)])
    theirs = canvas[sure].astype(np.float64)
    before = np.eye(4, 3)
    ridge = np.eye(4) * _TONE_RIDGE
    tone = np.linalg.solve(ours.T @ ours + ridge, ours.T @ theirs + ridge @ before)
    tone[3] *= 255.0
    return np.asarray(cv2.transform(pixels, tone.T), np.uint8)


def _soften(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.GaussianBlur(pixels, (5, 5), _SOFTENING_PX), np.uint8)


def _open(mask: Mask) -> Mask:
    """Without specks."""
    return np.asarray(
        cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((_SPECKLE, _SPECKLE), np.uint8)) > 0
    )


def find_structure(pixels: Pixels) -> Mask:
    """Where a picture has structure: edges and texture, and what lies within half a window of them."""
    return np.asarray(_vary(_grey(_soften(pixels))) > _TEXTURE_MIN)


def warp(work: Features, matrix: Matrix, size: tuple[int, int]) -> tuple[Pixels, Mask, Mask]:
    """The work's canvas, its ink and its ground, moved by `matrix` onto an empty canvas of `size`."""
    pixels, ink = work.canvas, work.ink.astype(np.uint8) * 255
    scale = scale_at((pixels.shape[1] / 2, pixels.shape[0] / 2), matrix)
    if scale < 1:
        # Averaging first: sampling a finer picture at single points would draw what nobody sees.
        small = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
        ratio = np.array([pixels.shape[1] / small[0], pixels.shape[0] / small[1]])
        pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        ink = np.asarray(cv2.resize(ink, small, interpolation=cv2.INTER_AREA), np.uint8)
        matrix = _rescale(matrix, ratio)
    moved = cv2.warpPerspective(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inked = cv2.warpPerspective(ink, matrix, size)
    inside = cv2.warpPerspective(np.full_like(ink, 255), matrix, size)
    return np.asarray(moved, np.uint8), np.asarray(inked > 127), np.asarray((inside > 127) & (inked == 0))


def _rescale(matrix: Matrix, ratio: NDArray[np.float64]) -> Matrix:
    """The same map for a copy of the work that is smaller by `ratio`. Pixel centres lie at halves."""
    across, along = ratio
    finer = np.array([[across, 0, (across - 1) / 2], [0, along, (along - 1) / 2], [0, 0, 1]])
    return np.asarray(matrix @ finer, np.float64)


def _correlate(canvas: Pixels, pixels: Pixels) -> tuple[Mask, Mask]:
    """Where the work has structure, and where the picture has the same."""
    one, other = _grey(canvas), _grey(pixels)
    variance = _vary(other)
    covariance = _average(one * other) - _average(one) * _average(other)
    correlation = covariance / np.sqrt(np.maximum(_vary(one) * variance, 1))
    return variance > _TEXTURE_MIN, correlation > _CORRELATION_MIN


def _grey(pixels: Pixels) -> NDArray[np.float64]:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.float64)


def _vary(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The variance in the window around each place."""
    return np.asarray(_average(values * values) - _average(values) ** 2, np.float64)


def _average(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(cv2.boxFilter(values, cv2.CV_64F, (STRUCTURE_PX, STRUCTURE_PX)), np.float64)
