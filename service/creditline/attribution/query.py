"""A picture prepared for the question of what it draws on: larger than a registered work, and from more sides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution import keypoints
from creditline.attribution.encoders.encoder import Encoder
from creditline.attribution.features import Mask, Pixels, cut, encode, find_ink, find_keypoints, shrink
from creditline.attribution.keypoints import Sighting
from creditline.attribution.pictures import Picture
from creditline.attribution.policy import Policy

# Windows as (columns and rows of windows, their width in per cent of the shorter side).
_WINDOWS = ((1, 100), (2, 63), (3, 44))


@dataclass(frozen=True, eq=False)
class Query:
    """All masks and places are on `canvas`, H x W x 3 RGB bytes."""

    picture: Picture
    canvas: Pixels
    ink: Mask
    sightings: list[Sighting]
    windows: NDArray[np.float32]

    @cached_property
    def ink_pixels(self) -> int:
        """How much of the canvas is not blank."""
        return int(np.count_nonzero(self.ink))


def prepare(picture: Picture, policy: Policy, encoder: Encoder) -> Query:
    """Look at a picture in every way that evidence is drawn from."""
    cv2.setNumThreads(1)
    canvas = shrink(picture.pixels, policy.rule("query", "canvas"))
    places, descriptors = find_keypoints(
        picture.pixels, policy.rule("query", "keypoint_side"), policy.rule("query", "keypoints_max")
    )
    sightings = keypoints.look(places * np.float32(max(canvas.shape[:2])), descriptors, canvas.shape[1])
    windows = encode(_cut_windows(canvas, encoder.side), encoder, policy)
    return Query(picture, canvas, find_ink(canvas), sightings, windows)


def _cut_windows(canvas: Pixels, side: int) -> Pixels:
    height, width = canvas.shape[:2]
    windows = []
    for count, per_cent in _WINDOWS:
        size = max(1, min(height, width) * per_cent // 100)
        for row in range(count):
            for column in range(count):
                x = (width - size) * column // max(1, count - 1) if count > 1 else (width - size) // 2
                y = (height - size) * row // max(1, count - 1) if count > 1 else (height - size) // 2
                windows.append(cut(canvas, (x, y, size), side))
    return np.stack(windows)
