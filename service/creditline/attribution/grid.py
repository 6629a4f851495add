"""Puts masks of pixels onto the coarse grid of integers that a report carries."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from creditline.attribution.features import Mask
from creditline.attribution.shares import FULL_SUPPORT, WHOLE_PPM


def weigh_cells(ink: Mask, columns: int, rows: int) -> list[int]:
    """Saliency: ink per cell in parts per million, exactly 1,000,000 together. A blank picture weighs evenly."""
    counts = [int(np.count_nonzero(cell)) for cell in _cells(ink, columns, rows)]
    if not any(counts):
        counts = [1] * len(counts)
    total = sum(counts)
    parts = [count * WHOLE_PPM // total for count in counts]
    by_remainder = sorted(range(len(counts)), key=lambda place: (-(counts[place] * WHOLE_PPM % total), place))
    for place in by_remainder[: WHOLE_PPM - sum(parts)]:
        parts[place] += 1
    return parts


def measure_support(agrees: Mask, ink: Mask, columns: int, rows: int) -> list[int]:
    """Per mille of each cell's ink that agrees with a work."""
    supports = []
    for supported, cell in zip(_cells(agrees & ink, columns, rows), _cells(ink, columns, rows), strict=True):
        inked = int(np.count_nonzero(cell))
        supports.append(int(np.count_nonzero(supported)) * FULL_SUPPORT // inked if inked else 0)
    return supports


def _cells(mask: Mask, columns: int, rows: int) -> Iterator[Mask]:
    height, width = mask.shape
    for row in range(rows):
        for column in range(columns):
            yield mask[
                row * height // rows : (row + 1) * height // rows,
                column * width // columns : (column + 1) * width // columns,
            ]
