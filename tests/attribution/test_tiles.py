"""Tiles ask the works that resemble them at their own place, and only tiles that show something ask."""

from types import SimpleNamespace

import numpy as np
import pytest

from creditline.attribution.stitching import find_stitches
from creditline.attribution.tiles import nominate, square
from tests.attribution.drawings import draw

SIDE, NEAREST, LEVELS = 64, 1, 40
EVERYWHERE = np.ones((SIDE, SIDE), bool)


@pytest.fixture(scope="module")
def works():
    return np.stack([square(draw(seed), SIDE) for seed in range(6)])


def test_each_half_asks_its_own_work(works):
    picture = works[2].copy()
    picture[:, 32:] = works[4][:, 32:]
    assert {2, 4} <= set(nominate(picture, EVERYWHERE, works, NEAREST, LEVELS))


def test_flat_and_empty_tiles_ask_nobody(works):
    assert nominate(np.full_like(works[0], 255), EVERYWHERE, works, NEAREST, LEVELS) == []
    assert nominate(works[2], ~EVERYWHERE, works, NEAREST, LEVELS) == []


def test_the_nearest_is_not_asked_from_afar(works):
    assert nominate(255 - works[2], EVERYWHERE, works[2:3], NEAREST, LEVELS) == []


def test_without_works_nobody_is_asked(works):
    assert nominate(works[2], EVERYWHERE, works[:0], NEAREST, LEVELS) == []


def stitched(canvas, squares, rules):
    ours = [SimpleNamespace(canvas=each) for each in squares]
    catalogue = SimpleNamespace(
        squares=np.stack(squares), square_works=np.arange(len(squares)), features=ours
    )
    return find_stitches(canvas, np.ones(canvas.shape[:2], bool), catalogue, rules)


def test_what_two_works_share_is_evidence_for_neither(works, rules):
    canvas = draw(2, side=384)
    alone = stitched(canvas, [works[2], works[4]], rules)
    assert [stitch.work for stitch in alone] == [0]
    assert alone[0].corners > 100
    assert stitched(canvas, [works[2], works[2]], rules) == []
