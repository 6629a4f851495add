"""Hostile bytes in, plain pixels out. Call it in the bounded child of `decoder`; it trusts nothing but Pillow.

The canonical form is 8-bit RGB, upright. Defined once, so that one picture has one form: transparency lies on white;
EXIF orientation is applied; ICC profiles are dropped and the numbers read as sRGB (a profile is a program by a
stranger, and two versions of a colour engine need not agree); 16-bit values keep their high byte; palettes, grey
and CMYK become RGB by Pillow's own rules.
"""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from creditline.attribution import containers
from creditline.errors import NotAPicture, TooLarge

BYTES_MAX = 32 * 2**20
PIXELS_MAX = 40_000_000
SIDE_MAX = 20_000
SIDE_MIN = 8

_ROWS = 128
_FORMATS = {containers.PNG: "PNG", containers.JPEG: "JPEG", containers.WEBP: "WEBP"}
_TRANSPARENT_MODES = frozenset({"RGBA", "LA", "PA", "RGBa", "La"})


@dataclass(frozen=True)
class Picture:
    """Canonical pixels, height x width x 3 RGB bytes, and the hash and media type of the file they came from."""

    content_hash: bytes
    media_type: str
    pixels: NDArray[np.uint8]

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @cached_property
    def pixel_hash(self) -> bytes:
        """SHA-256 of a header, the size and the canonical pixels: equal however the pixels were encoded."""
        header = b"creditline/pixels/1" + self.width.to_bytes(4) + self.height.to_bytes(4)
        return hashlib.sha256(header + self.pixels.tobytes()).digest()


def decode(data: bytes) -> Picture:
    """Decode a PNG, JPEG or WebP. Raises `NotAPicture` or `TooLarge`, never anything else."""
    if len(data) > BYTES_MAX:
        raise too_many_bytes(len(data))
    media_type = containers.inspect(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=[_FORMATS[media_type]]) as image:
                _require_size(*image.size)
                _require_still(image)
                pixels = _canonicalise(image)
    except (NotAPicture, TooLarge):
        raise
    except (MemoryError, Image.DecompressionBombError) as error:
        raise TooLarge("Decoding the picture takes too much memory.", "Upload a smaller one.") from error
    except Exception as error:
        # Pillow's decoders raise whatever a broken file leads them to, not only OSError.
        raise NotAPicture(
            "The picture is damaged and cannot be decoded.", "Save the picture again."
        ) from error
    return Picture(hashlib.sha256(data).digest(), media_type, pixels)


def too_many_bytes(count: int) -> TooLarge:
    """For callers that can refuse a file before they read it."""
    return TooLarge(
        f"The file has {count:,} bytes, above the limit of {BYTES_MAX:,}.", "Upload a smaller one."
    )


def _require_size(width: int, height: int) -> None:
    """From the header, before a pixel is decoded."""
    if width * height > PIXELS_MAX or max(width, height) > SIDE_MAX:
        raise TooLarge(
            f"The picture is {width:,} x {height:,}; up to {PIXELS_MAX // 10**6} million pixels and {SIDE_MAX:,} on "
            "a side are accepted.",
            "Scale it down.",
        )
    if min(width, height) < SIDE_MIN:
        raise NotAPicture(
            f"The picture is {width} x {height}; a side needs {SIDE_MIN} pixels.", "Upload a larger one."
        )


def _require_still(image: Image.Image) -> None:
    """`containers` knows the usual animations; this asks Pillow for the rest."""
    if getattr(image, "n_frames", 1) != 1:
        raise NotAPicture("The file is an animation.", "Export one frame as a still picture.")


def _canonicalise(image: Image.Image) -> NDArray[np.uint8]:
    upright = ImageOps.exif_transpose(image)
    if upright.mode in _TRANSPARENT_MODES or "transparency" in upright.info:
        return _lay_on_white(np.asarray(upright.convert("RGBA")))
    if upright.mode.startswith("I"):
        grey = (np.asarray(upright).astype(np.uint32) >> 8).clip(0, 255).astype(np.uint8)
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    return np.ascontiguousarray(np.asarray(upright.convert("RGB")))


def _lay_on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Alpha over white in rounded integers. Row blocks keep the memory of a large picture flat."""
    result = np.empty((*rgba.shape[:2], 3), np.uint8)
    for top in range(0, len(rgba), _ROWS):
        block = rgba[top : top + _ROWS]
        alpha = block[:, :, 3:].astype(np.uint16)
        sums = block[:, :, :3] * alpha + 255 * (255 - alpha) + 127
        # Equals sums // 255 for every value that can occur, without a division.
        result[top : top + _ROWS] = (sums + 1 + (sums >> 8)) >> 8
    return result
