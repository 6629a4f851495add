"""Shows a person what a report says: the picture, and on it where each paid work was found.

Works are told apart by letters and line patterns first and by colour second, with colours (Okabe and Ito's) that stay
apart for colour-blind eyes. What no work explains is paled.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Pixels, shrink
from creditline.attribution.pictures import Picture
from creditline.attribution.report import Finding, Report

_SIDE = 768
_COLOURS = ((0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 121, 167), (86, 180, 233), (213, 94, 0))
_PALE = 0.65


def draw_overlay(picture: Picture, report: Report) -> bytes:
    """A PNG whose longer side is 768 pixels. Works are lettered from A by descending share."""
    canvas = shrink(picture.pixels, _SIDE)
    height, width = canvas.shape[:2]
    ranked = sorted(report.works, key=lambda finding: (-finding.share, finding.work))
    masks = [_enlarge(finding, report, (width, height)) for finding in ranked]
    explained = np.maximum.reduce(masks)[:, :, None] if masks else np.zeros((height, width, 1))
    pale = 1 - _PALE * (1 - explained)
    shown = (255 - (255 - canvas) * pale).astype(np.uint8)
    for place, (finding, mask) in enumerate(zip(ranked, masks, strict=True)):
        _outline(shown, mask, place)
        _label(shown, finding, place, width / report.picture.width)
    return _write(shown)


def draw_thumbnail(picture: Picture, side: int) -> bytes:
    """A PNG of the picture alone, its longer side at most `side` pixels."""
    return _write(
        shrink(picture.pixels, side) if max(picture.width, picture.height) > side else picture.pixels
    )


def _write(pixels: Pixels) -> bytes:
    _done, png = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return png.tobytes()


def _enlarge(finding: Finding, report: Report, size: tuple[int, int]) -> NDArray[np.float64]:
    """The support grid as a smooth mask from 0 to 1."""
    grid = np.array(finding.support, np.float64).reshape(report.rows, report.columns) / 1000
    return np.asarray(np.clip(cv2.resize(grid, size, interpolation=cv2.INTER_LINEAR), 0, 1), np.float64)


def _outline(shown: Pixels, mask: NDArray[np.float64], place: int) -> None:
    """Every second work has a dashed line."""
    contours, _tree = cv2.findContours(
        (mask > 0.25).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    for contour in contours:
        points = contour[:, 0]
        for start in range(0, len(points), 12):
            end = start + (7 if place % 2 else 13)
            cv2.polylines(shown, [points[start:end]], isClosed=False, color=_COLOURS[place % 6], thickness=3)


def _label(shown: Pixels, finding: Finding, place: int, scale: float) -> None:
    if not finding.regions:
        return
    x, y, width, height = (round(part * scale) for part in finding.regions[0].query)
    text = f"{chr(ord('A') + place)} {finding.share / 10_000:.1f} %"
    (wide, high), _base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.6, 2)
    left = int(np.clip(x + width // 2 - wide // 2, 4, max(4, shown.shape[1] - wide - 12)))
    base = int(np.clip(y + height // 2 + high // 2, high + 8, shown.shape[0] - 8))
    cv2.rectangle(
        shown, (left - 6, base - high - 6), (left + wide + 6, base + 8), _COLOURS[place % 6], cv2.FILLED
    )
    cv2.rectangle(
        shown, (left - 4, base - high - 4), (left + wide + 4, base + 6), (255, 255, 255), cv2.FILLED
    )
    cv2.putText(shown, text, (left, base), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 2, cv2.LINE_AA)
