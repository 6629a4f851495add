"""Generated pictures are repeatable, and their truth is what can be seen."""

import cv2
import numpy as np
import pytest

from creditline.demo import generator
from tests.attribution.drawings import encode, png

RED, BLUE = (220, 30, 30), (30, 30, 220)


def tile(colour):
    pixels = np.full((200, 200, 3), 255, np.uint8)
    pixels[40:160, 40:160] = colour
    return encode(pixels)


def read(made):
    return cv2.imdecode(np.frombuffer(made.png, np.uint8), cv2.IMREAD_COLOR_RGB).astype(int)


@pytest.mark.parametrize("make", [generator.collage, generator.mosaic])
def test_a_seed_gives_the_same_bytes(make):
    sources = {str(seed): png(seed) for seed in range(3)}
    assert make(sources, 1) == make(sources, 1)
    assert make(sources, 1).png != make(sources, 2).png


@pytest.mark.parametrize("seed", range(6))
def test_a_collages_truth_is_the_area_that_each_source_shows(seed):
    made = generator.collage({"red": tile(RED), "blue": tile(BLUE)}, seed)
    pixels = read(made)
    red = np.count_nonzero(np.abs(pixels - RED).sum(axis=2) < 60)
    blue = np.count_nonzero(np.abs(pixels - BLUE).sum(axis=2) < 60)
    assert sum(made.truth.values()) == 1_000_000
    assert abs(made.truth["red"] - red * 1_000_000 // (red + blue)) < 20_000


def test_strangers_count_as_nothing():
    made = generator.collage({"red": tile(RED)}, 1, {"x": tile(BLUE), "y": tile(BLUE)})
    assert set(made.truth) == {"red", generator.NOTHING}
    assert made.truth[generator.NOTHING] > 400_000


def test_a_mosaic_is_made_of_its_sources():
    """Where the truth names one source for nearly everything, the picture is that source."""
    sources = {"red": tile(RED), "blue": tile(BLUE)}
    made = generator.mosaic(sources, 3)
    pixels = read(made)
    assert sum(made.truth.values()) == 1_000_000
    red = np.count_nonzero(np.abs(pixels - RED).sum(axis=2) < 90)
    blue = np.count_nonzero(np.abs(pixels - BLUE).sum(axis=2) < 90)
    assert abs(made.truth.get("red", 0) - red * 1_000_000 // (red + blue)) < 100_000
