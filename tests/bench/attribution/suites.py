"""Pictures whose sources are known, and how they are made. Each is made where it is attributed, from a seed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from creditline.attribution.features import find_ink
from creditline.demo import generator
from creditline.demo.generator import Generated
from tests.bench.attribution.clipart import SIDE
from tests.bench.attribution.edits import edit
from tests.bench.attribution.scores import NOTHING, WHOLE

STRANGER_EVERY = 10
STRANGERS_IN = 3
MOSAIC_SOURCES = 150


@dataclass(frozen=True)
class Trial:
    """`make` gives the picture and its true shares in parts per million, `NOTHING` for what is nobody's."""

    suite: str
    make: Callable[[], Generated]


def copies(works, count, seed):
    """B1: one registered work after two or three edits."""
    for turn, name in enumerate(_names(works, count, seed)):
        yield Trial("B1 copies", partial(_edited, works[name], {name: WHOLE}, seed + turn))


def collages(works, strangers, count, seed):
    """B2: two to four works cut out and pasted; three in ten with a stranger among them."""
    chance = np.random.default_rng(seed)
    for turn in range(count):
        sources, alien = _pick(works, 2 + turn % 3, chance), {}
        if turn % STRANGER_EVERY < STRANGERS_IN:
            sources.popitem()
            alien = _pick(strangers, 1, chance)
        yield Trial("B2 collages", partial(generator.collage, sources, seed + turn, alien))


def blends(works, count, seed):
    """B2b: two works laid over each other, of which one shows through."""
    chance = np.random.default_rng(seed)
    for _ in range(count):
        yield Trial("B2b blends", partial(_blend, _pick(works, 2, chance), float(chance.uniform(0.3, 0.7))))


def mosaics(works, count, seed):
    """B3: what an ideal denoiser of local patches makes of 150 works; its last weights are the truth."""
    chance = np.random.default_rng(seed)
    for turn in range(count):
        sources = _pick(works, min(MOSAIC_SOURCES, len(works)), chance)
        yield Trial("B3 mosaics", partial(generator.mosaic, sources, seed + turn))


def negatives(strangers, count, seed):
    """B6: nothing registered in it. As in B1, B2 and B3, and as they are."""
    chance = np.random.default_rng(seed)
    names = list(strangers)
    for turn in range(count):
        one = strangers[names[turn // 4 % len(names)]]
        make = (
            partial(_edited, one, {NOTHING: WHOLE}, seed + turn),
            partial(generator.collage, {}, seed + turn, _pick(strangers, 1 + turn % 4, chance)),
            partial(Generated, one, {NOTHING: WHOLE}),
            partial(_edited, one, {NOTHING: WHOLE}, seed + turn),
        )[turn % 4]
        yield Trial("B6 negatives", make)


def _edited(png, truth, seed):
    return Generated(edit(png, seed)[0], truth)


def _blend(sources, part):
    """`part` of the first shows where both have ink; where one has none, the other shows alone."""
    (first, one), (second, other) = ((name, _square(png)) for name, png in sources.items())
    mixed = np.rint(part * one.astype(float) + (1 - part) * other.astype(float)).astype(np.uint8)
    ink = [find_ink(each) for each in (one, other)]
    both = np.count_nonzero(ink[0] & ink[1])
    alone = [np.count_nonzero(ink[0] & ~ink[1]), np.count_nonzero(ink[1] & ~ink[0])]
    areas = {first: alone[0] + part * both, second: alone[1] + (1 - part) * both}
    whole = sum(areas.values())
    shares = {name: round(WHOLE * area / whole) for name, area in areas.items()}
    shares[second] = WHOLE - shares[first]
    return Generated(cv2.imencode(".png", mixed)[1].tobytes(), shares)


def _square(png):
    """As the benchmark's drawings are: 512 pixels a side, on white, in the middle."""
    pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    square = np.full((SIDE, SIDE, 3), 255, np.uint8)
    height, width = pixels.shape[:2]
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    square[top : top + height, left : left + width] = pixels
    return square


def _names(works, count, seed):
    names = list(works)
    order = np.random.default_rng(seed).permutation(len(names))
    return [names[order[turn % len(names)]] for turn in range(count)]


def _pick(works, count, chance):
    names = list(works)
    return {names[at]: works[names[at]] for at in chance.choice(len(names), count, replace=False)}
