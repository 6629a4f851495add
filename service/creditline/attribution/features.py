"""Everything that attribution needs to know of a picture, so that a registered work's pixels are read only once.

All coordinates are pixels of the `canvas`, a small copy of the picture. A policy's `features` part fixes every number
here, so features with the same `features_hash` can be compared.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from creditline.attribution.encoders.encoder import Encoder
from creditline.attribution.pictures import Picture
from creditline.attribution.policy import Policy
from creditline.errors import Corrupt

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# RootSIFT vectors have length 1; as bytes they have this one.
ROOT_SIFT_LENGTH = 510

# A descriptor holds 4 x 4 places of 8 angles, all relative to the keypoint's own direction.
_MIRRORED = np.arange(128).reshape(4, 4, 8)[::-1, :, [0, 7, 6, 5, 4, 3, 2, 1]].ravel()

_FINGERPRINT_SIDE = 512
# Levels of one channel by which blank ground may vary, and the least part of the border that it must hold.
_GROUND_TOLERANCE = 10
_GROUND_PART_MIN = 0.4


@dataclass(frozen=True, eq=False)
class Features:
    """One picture, described.

    canvas       H x W x 3 RGB bytes, longer side `canvas` pixels
    ink          H x W, true where the picture is not blank (see `find_ink`)
    keypoints    N x 2 float32, x and y on the canvas
    descriptors  N x 128 bytes, RootSIFT scaled by `ROOT_SIFT_LENGTH`
    views        V x D float32 unit vectors: the picture, then its four corners
    fingerprints 8 x 32 bytes, PDQ codes upright first
    quality      1 number, PDQ's own 0 to 100
    pixel_hash   32 bytes, `Picture.pixel_hash`
    size         width and height of the picture itself, in pixels
    """

    canvas: Pixels
    ink: Mask
    keypoints: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    views: NDArray[np.float32]
    fingerprints: NDArray[np.uint8]
    quality: NDArray[np.int64]
    pixel_hash: NDArray[np.uint8]
    size: NDArray[np.int64]

    def dump(self) -> bytes:
        """As bytes that `load` reads."""
        stream = io.BytesIO()
        np.savez_compressed(stream, allow_pickle=False, **vars(self))
        return stream.getvalue()


def load(data: bytes) -> Features:
    """Read `dump`'s bytes. Raises `Corrupt`; never unpickles."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Features(**{field.name: arrays[field.name] for field in fields(Features)})
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise Corrupt(
            "Stored features cannot be read.", "Delete the cache; it fills itself again."
        ) from error


def describe(picture: Picture, policy: Policy, encoder: Encoder) -> Features:
    """Describe a picture. The same integers and vectors whatever was described before or beside it."""
    cv2.setNumThreads(1)
    canvas = shrink(picture.pixels, policy.rule("features", "canvas"))
    keypoints, descriptors = find_keypoints(
        picture.pixels, policy.rule("features", "keypoint_side"), policy.rule("features", "keypoints_max")
    )
    ink = find_ink(canvas)
    fingerprints, quality = fingerprint(picture.pixels)
    return Features(
        canvas=canvas,
        ink=ink,
        keypoints=keypoints * np.float32(max(canvas.shape[:2])),
        descriptors=descriptors,
        views=encode(cut_views(canvas, ink, encoder.side), encoder, policy),
        fingerprints=fingerprints,
        quality=np.array([quality]),
        pixel_hash=np.frombuffer(picture.pixel_hash, np.uint8),
        size=np.array([picture.width, picture.height]),
    )


def shrink(pixels: Pixels, side: int) -> Pixels:
    """Scale so that the longer side is `side` pixels."""
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    # Area averaging loses nothing when shrinking; it would draw blocks when enlarging.
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)


def find_ink(pixels: Pixels) -> Mask:
    """Where a picture is not blank. Blank is the flat ground around a drawing.

    Ground has the colour that most of the border has and is flooded from there. What a drawing encloses stays ink even
    if it has the colour of the ground; a picture without one colour around it is ink all over.
    """
    height, width = pixels.shape[:2]
    flat = cv2.medianBlur(pixels, 3)
    border = [(x, y) for x in range(0, width, 2) for y in (0, height - 1)]
    border += [(x, y) for y in range(0, height, 2) for x in (0, width - 1)]
    colours = np.array([flat[y, x] for x, y in border], np.int16)
    shades, counts = np.unique(colours >> 2, axis=0, return_counts=True)
    ground = np.median(colours[(colours >> 2 == shades[counts.argmax()]).all(axis=1)], axis=0)
    is_ground = (np.abs(colours - ground) <= _GROUND_TOLERANCE).all(axis=1)
    if is_ground.mean() < _GROUND_PART_MIN:
        return np.ones((height, width), np.bool_)
    flooded = np.zeros((height + 2, width + 2), np.uint8)
    flags = 4 | (255 << 8) | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE
    for place in np.flatnonzero(is_ground):
        x, y = border[place]
        if not flooded[y + 1, x + 1]:
            cv2.floodFill(flat, flooded, (x, y), 0, (_GROUND_TOLERANCE,) * 3, (_GROUND_TOLERANCE,) * 3, flags)
    return np.asarray(flooded[1:-1, 1:-1] == 0)


def find_keypoints(pixels: Pixels, side: int, count: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """RootSIFT on grey at `side` pixels: N x 2 positions as parts of the longer side, N x 128 descriptor bytes."""
    grey = cv2.cvtColor(shrink(pixels, side), cv2.COLOR_RGB2GRAY)
    # A fresh detector for each picture: OpenCV's is not safe to share between threads.
    points, raw = cv2.SIFT.create(nfeatures=count, contrastThreshold=0.02).detectAndCompute(grey, None)
    if raw is None:
        return np.empty((0, 2), np.float32), np.empty((0, 128), np.uint8)
    roots = np.sqrt(raw / np.maximum(raw.sum(axis=1, keepdims=True), 1e-6))
    places = np.array([point.pt for point in points], np.float32) / np.float32(max(grey.shape))
    # SIFT may return one more than asked for where responses tie.
    return places[:count], np.minimum(np.rint(roots * ROOT_SIFT_LENGTH), 255).astype(np.uint8)[:count]


def as_vectors(descriptors: NDArray[np.uint8]) -> NDArray[np.float32]:
    """RootSIFT bytes for products: integers of length 510."""
    return descriptors.astype(np.float32)


def mirror(descriptors: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The descriptors of the same keypoints in the mirror image: the lower half becomes the upper, angles change their sign."""
    return descriptors[:, _MIRRORED]


def encode(squares: Pixels, encoder: Encoder, policy: Policy) -> NDArray[np.float32]:
    """The encoder's vectors; zeros for a flat square, which would be the nearest to every other flat one."""
    flat = squares.reshape(len(squares), -1).std(axis=1) <= policy.rule("features", "flat_levels")
    vectors = np.zeros((len(squares), encoder.dimension), np.float32)
    if not flat.all():
        vectors[~flat] = encoder.encode(squares[~flat])
    return vectors


def cut_views(canvas: Pixels, ink: Mask, side: int) -> Pixels:
    """5 x side x side x 3: the square around the ink, and its four corners at 63 % of the width."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not rows.size:
        rows, columns = np.arange(canvas.shape[0]), np.arange(canvas.shape[1])
    top, left = int(rows[0]), int(columns[0])
    size = max(int(rows[-1]) - top, int(columns[-1]) - left) + 1
    part = max(1, size * 63 // 100)
    rest = size - part
    frames = [(left, top, size)] + [(left + x, top + y, part) for y in (0, rest) for x in (0, rest)]
    return np.stack([cut(canvas, frame, side) for frame in frames])


def cut(canvas: Pixels, frame: tuple[int, int, int], side: int) -> Pixels:
    """The square (x, y, size) of a canvas, continued by its border where it sticks out, at `side` pixels."""
    x, y, size = frame
    scale = side / size
    shift = np.array([[scale, 0, -x * scale], [0, scale, -y * scale]], np.float32)
    return np.asarray(
        cv2.warpAffine(canvas, shift, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def fingerprint(pixels: Pixels) -> tuple[NDArray[np.uint8], int]:
    """PDQ codes of the eight turned and mirrored forms (8 x 32 bytes), and the quality."""
    small = shrink(pixels, _FINGERPRINT_SIDE) if max(pixels.shape[:2]) > _FINGERPRINT_SIDE else pixels
    vectors, quality = pdqhash.compute_dihedral(np.ascontiguousarray(small))
    return np.packbits(np.array(vectors, np.uint8), axis=1), int(quality)
