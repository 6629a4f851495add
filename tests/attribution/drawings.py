"""Pictures for tests: drawn from a seed, so that no test needs a download."""

import io

import cv2
import numpy as np
from PIL import Image


def draw(seed: int, side: int = 480) -> np.ndarray:
    """A bold drawing on white, with enough corners to be recognised by and unlike that of any other seed."""
    random = np.random.default_rng(seed)
    pixels = np.full((480, 480, 3), 255, np.uint8)
    for _ in range(14):
        centre = random.integers(130, 350, 2)
        corners = (centre + random.integers(-95, 95, (int(random.integers(3, 7)), 2))).astype(np.int32)
        cv2.fillPoly(pixels, [corners], random.integers(0, 256, 3).tolist())
        cv2.polylines(pixels, [corners], isClosed=True, color=(0, 0, 0), thickness=7)
    return pixels if side == 480 else cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)


def encode(pixels: np.ndarray, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def png(seed: int) -> bytes:
    return encode(draw(seed))
