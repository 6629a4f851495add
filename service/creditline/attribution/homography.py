"""Maps of the plane that keep lines straight: 3 x 3 matrices from pixels of one canvas to pixels of another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Points = NDArray[np.floating]


def from_affine(matrix: NDArray[np.float64]) -> Matrix:
    """A 2 x 3 map with its third row."""
    return np.vstack([matrix, [0, 0, 1]])


def move(points: Points, matrix: Matrix) -> NDArray[np.float64]:
    """N x 2 points, mapped."""
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(moved[:, :2] / moved[:, 2:])


def scale_at(point: tuple[float, float], matrix: Matrix) -> float:
    """By how much the map enlarges lengths around a point. 0 where the point goes to infinity or behind it."""
    depth = float(matrix[2] @ (*point, 1))
    return float(np.sqrt(abs(np.linalg.det(matrix)) / depth**3)) if depth > 0 else 0.0


def corners_of(width: int, height: int) -> NDArray[np.float64]:
    return np.array([[0, 0], [width, 0], [0, height], [width, height]], np.float64)
