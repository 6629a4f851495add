"""The rectangles that a person is shown: this part of the picture, that part of the work."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Features
from creditline.attribution.homography import corners_of, move
from creditline.attribution.query import Query
from creditline.attribution.report import REGIONS_MAX, Box, Region
from creditline.attribution.selection import Chosen

# Smaller pieces than this part of the canvas are crumbs of a piece next to them.
_PIECE_MIN = 0.002


def find_regions(chosen: Chosen, query: Query, work: Features) -> tuple[Region, ...]:
    """The largest connected pieces in which the work shows, largest first, in pixels of the pictures themselves."""
    mask = (chosen.evidence.agrees & query.ink).astype(np.uint8)
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    _count, _pieces, stats, _middles = cv2.connectedComponentsWithStats(joined)
    boxes = sorted(stats[1:].tolist(), key=lambda row: (-row[cv2.CC_STAT_AREA], row))
    large = [row for row in boxes if row[cv2.CC_STAT_AREA] >= _PIECE_MIN * mask.size]
    return tuple(_pair(row[:4], chosen, query, work) for row in large[:REGIONS_MAX])


def _pair(box: list[int], chosen: Chosen, query: Query, work: Features) -> Region:
    x, y, width, height = box
    corners = corners_of(width, height) + np.array([x, y])
    ours = move(corners, np.asarray(np.linalg.inv(chosen.evidence.matrix), np.float64))
    size = (query.picture.width, query.picture.height)
    return Region(
        _bound(corners, query.canvas, size), _bound(ours, work.canvas, (int(work.size[0]), int(work.size[1])))
    )


def _bound(corners: NDArray[np.float64], canvas: NDArray[np.uint8], size: tuple[int, int]) -> Box:
    """The box around points of a canvas, in pixels of the picture of `size` that the canvas was made from."""
    scale = np.array([size[0] / canvas.shape[1], size[1] / canvas.shape[0]])
    low = np.clip(np.floor(corners.min(axis=0) * scale), 0, np.array(size) - 1).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) * scale), low + 1, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])
