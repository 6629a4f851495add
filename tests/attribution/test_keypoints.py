"""Keypoints that agree on a map say where a work lies, as long as the map leaves it its shape."""

from types import SimpleNamespace

import numpy as np
import pytest

from creditline.attribution.features import ROOT_SIFT_LENGTH
from creditline.attribution.homography import corners_of, move, scale_at
from creditline.attribution.keypoints import Guess, Sighting, refine

SIDE = 256
COUNT = 120


@pytest.fixture
def work():
    """Keypoints all over a canvas, each with a descriptor that no other resembles."""
    random = np.random.default_rng(5)
    raw = random.random((COUNT, 128)) ** 8
    descriptors = np.rint(np.sqrt(raw / raw.sum(axis=1, keepdims=True)) * ROOT_SIFT_LENGTH)
    places = random.uniform(0, SIDE, (COUNT, 2)).astype(np.float32)
    canvas = np.zeros((SIDE, SIDE, 3), np.uint8)
    return SimpleNamespace(canvas=canvas, keypoints=places, descriptors=descriptors.astype(np.uint8))


def lean(amount):
    return np.array([[1.0, 0, 0], [0, 1, 0], [amount / SIDE, 0, 1]])


def spread(matrix):
    scales = [scale_at(corner, matrix) for corner in corners_of(SIDE, SIDE)]
    return max(scales) / min(scales)


def placed(amount, work, rules):
    truth = lean(amount)
    seen = Sighting(move(work.keypoints, truth).astype(np.float32), work.descriptors, np.eye(3))
    return [spread(placement.matrix) for placement in refine(Guess(0, seen, truth, COUNT), work, rules)]


def test_a_work_may_lean_and_not_vanish_into_the_distance(work, rules):
    assert max(placed(0.3, work, rules)) == pytest.approx(spread(lean(0.3)), rel=0.01)
    assert spread(lean(1.5)) > 3
    assert max(placed(1.5, work, rules), default=1) <= 3


def test_a_point_behind_the_picture_has_no_scale():
    assert scale_at((2.0 * SIDE, 0), lean(-1)) == 0
