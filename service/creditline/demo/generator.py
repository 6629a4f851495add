"""Two generators of pictures whose sources are known exactly. The story uses them where a diffusion model would stand.

`collage` cuts pictures out and pastes them scaled, turned, mirrored and cropped; its truth is the visible area.
`mosaic` is a diffusion model in closed form: the ideal denoiser of a finite training set that sees only local patches.
It samples from noise like a trained model, and its output is by construction a weighted sum of training pictures, so
the weights of its last step are the truth. Both answer with a PNG and parts per million per source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import Mask, Pixels, find_ink

NOTHING = "nothing"
_COLLAGE_SIDE = 768
_MOSAIC_SIDE = 112
_MOSAIC_STEPS = 16
# The widest patch, in parts of the side: below 1, so that no single picture wins the whole canvas at once.
_REACH = 0.6
_OUTPUT_SIDE = 512
# Sparser samples are nearly blank; the next noise is taken instead.
_INK_MIN = 0.12
_WHOLE_PPM = 1_000_000

# Where the middles of k cut-outs lie, and their size, in parts of the side.
_LAYOUTS = {
    1: ([(0.5, 0.5)], 0.8),
    2: ([(0.3, 0.35), (0.7, 0.65)], 0.58),
    3: ([(0.28, 0.3), (0.73, 0.35), (0.48, 0.73)], 0.48),
    4: ([(0.27, 0.28), (0.73, 0.27), (0.28, 0.73), (0.73, 0.73)], 0.45),
}


@dataclass(frozen=True)
class Generated:
    """A picture as PNG bytes, and who is in it: parts per million per source, `NOTHING` included, exactly 1,000,000."""

    png: bytes
    truth: dict[str, int]


def collage(
    sources: Mapping[str, bytes], seed: int, strangers: Mapping[str, bytes] | None = None
) -> Generated:
    """Paste one to four pictures (PNG bytes by name) onto a tinted ground.

    `strangers` are pasted among them, and their area counts as `NOTHING`.
    """
    random = np.random.default_rng(seed)
    cast = [*sources.items(), *((NOTHING, png) for png in (strangers or {}).values())]
    places, size = _LAYOUTS[len(cast)]
    tint = random.integers(232, 253, 3).astype(np.uint8)
    canvas = np.full((_COLLAGE_SIDE, _COLLAGE_SIDE, 3), tint, np.uint8)
    owner = np.full((_COLLAGE_SIDE, _COLLAGE_SIDE), -1)
    for turn, place in zip(random.permutation(len(cast)), places, strict=True):
        pixels = _read(cast[turn][1])
        middle = tuple((part + random.uniform(-0.04, 0.04)) * _COLLAGE_SIDE for part in place)
        shape = _choose_shape(random, size * random.uniform(0.85, 1.15))
        pasted, visible = _place(pixels, _crop(find_ink(pixels), random), shape, (middle[0], middle[1]))
        canvas[visible] = pasted[visible]
        owner[visible] = turn
    names = [name for name, _png in cast]
    areas = dict.fromkeys(names, 0)
    for turn, name in enumerate(names):
        areas[name] += int(np.count_nonzero(owner == turn))
    return Generated(_write(canvas), _scale({NOTHING: 0, **areas}))


def mosaic(sources: Mapping[str, bytes], seed: int) -> Generated:
    """Sample the local denoiser of the given pictures (PNG bytes by name). About 150 of them look best.

    At noise level t, each place looks at a patch of the noisy picture, weighs every training picture's patch at the
    same place by how likely it led there, and moves towards the weighted mean. Patches shrink as the noise does.
    """
    random = np.random.default_rng(seed)
    training = np.stack([_read_small(png) for png in sources.values()])
    while True:
        small, weights = _sample(training, random)
        ink = find_ink(small)
        if ink.mean() >= _INK_MIN:
            break
    parts = {name: round(1000 * float(weights[row][ink].sum())) for row, name in enumerate(sources)}
    enlarged = cv2.resize(small, (_OUTPUT_SIDE, _OUTPUT_SIDE), interpolation=cv2.INTER_CUBIC)
    return Generated(_write(np.asarray(enlarged, np.uint8)), _scale({NOTHING: 0} | parts))


def _sample(training: NDArray[np.float32], random: np.random.Generator) -> tuple[Pixels, NDArray[np.float32]]:
    """One picture from noise, and per training picture and pixel its weight in it."""
    noisy = random.standard_normal(training.shape[1:], np.float32)
    levels = np.linspace(1, 1 / _MOSAIC_STEPS, _MOSAIC_STEPS, dtype=np.float32)
    for level, following in zip(levels, [*levels[1:], np.float32(0)], strict=True):
        weights = _weigh(noisy, training, float(level))
        clean = np.einsum("nhw,nhwc->hwc", weights, training)
        noisy = noisy * (following / level) + clean * (1 - following / level)
    return np.clip(noisy * 127.5 + 127.5, 0, 255).astype(np.uint8), weights


def _weigh(noisy: NDArray[np.float32], training: NDArray[np.float32], level: float) -> NDArray[np.float32]:
    """The posterior weight of each training picture at each place: N x H x W, adding up to 1 over N."""
    side = noisy.shape[0]
    patch = max(side // 7, int(side * level * _REACH)) | 1
    distances = np.empty(training.shape[:3], np.float32)
    for row, picture in enumerate(training):
        difference = ((noisy - (1 - level) * picture) ** 2).sum(axis=2)
        distances[row] = cv2.boxFilter(
            difference, -1, (patch, patch), normalize=False, borderType=cv2.BORDER_REFLECT
        )
    exponents = (distances.min(axis=0) - distances) / (2 * level**2)
    weights = np.exp(exponents)
    return np.asarray(weights / weights.sum(axis=0), np.float32)


def _choose_shape(random: np.random.Generator, size: float) -> NDArray[np.float64]:
    """A 2 x 2 matrix: from parts of the cut-out to pixels of the collage, turned and perhaps mirrored."""
    angle = np.deg2rad(random.uniform(-40, 40))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    mirror = np.diag([-1.0 if random.random() < 0.3 else 1.0, 1.0])
    return np.asarray(turn @ mirror * size * _COLLAGE_SIDE)


def _crop(ink: Mask, random: np.random.Generator) -> Mask:
    """One in four is cut off at one side, down to 65 to 85 % of its ink's width."""
    kept = ink.copy()
    if random.random() < 0.25:
        columns = np.flatnonzero(ink.any(axis=0))
        cut = columns[0] + int((columns[-1] - columns[0]) * random.uniform(0.65, 0.85))
        kept[:, cut:] = False
    return kept


def _place(
    pixels: Pixels, ink: Mask, shape: NDArray[np.float64], middle: tuple[float, float]
) -> tuple[Pixels, Mask]:
    """The picture warped onto an empty collage, and where its ink shows."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    centre = np.array([(columns[0] + columns[-1]) / 2, (rows[0] + rows[-1]) / 2])
    matrix = shape / max(columns[-1] - columns[0], rows[-1] - rows[0])
    full = np.column_stack([matrix, np.array(middle) - matrix @ centre])
    size = (_COLLAGE_SIDE, _COLLAGE_SIDE)
    warped = cv2.warpAffine(pixels, full, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    visible = cv2.warpAffine(ink.astype(np.uint8) * 255, full, size, flags=cv2.INTER_LINEAR)
    return np.asarray(warped, np.uint8), np.asarray(visible > 127)


def _scale(areas: dict[str, int]) -> dict[str, int]:
    """To parts per million that add up; what rounding leaves goes to the largest."""
    total = max(1, sum(areas.values()))
    scaled = {name: area * _WHOLE_PPM // total for name, area in areas.items()}
    largest = max(scaled, key=lambda name: scaled[name])
    scaled[largest] += _WHOLE_PPM - sum(scaled.values())
    return {name: part for name, part in scaled.items() if part}


def _read(png: bytes) -> Pixels:
    return np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)


def _read_small(png: bytes) -> NDArray[np.float32]:
    small = cv2.resize(_read(png), (_MOSAIC_SIDE, _MOSAIC_SIDE), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(127.5) - 1


def _write(pixels: Pixels) -> bytes:
    _done, png = cv2.imencode(".png", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    return png.tobytes()
