"""Works are located where they were put, and only what agrees is evidence."""

import cv2
import numpy as np
import pytest

from creditline.attribution import evidence, pictures, query
from creditline.attribution.agreement import lay_over
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.copies import NO_COPY
from creditline.attribution.features import describe
from creditline.attribution.homography import move
from creditline.attribution.training import TrainedWork, TrainingSet
from tests.attribution.drawings import draw, encode, png

DATASET = "0x" + "d0" * 32


@pytest.fixture(scope="module")
def catalogue(rules, encoder):
    features = [describe(pictures.decode(png(seed)), rules, encoder) for seed in range(8)]
    rows = tuple(TrainedWork(f"0x{place:064x}", DATASET, place, bytes(32)) for place in range(8))
    training_set = TrainingSet("0x" + "aa" * 32, (DATASET,), rows)
    return Catalogue(training_set, features, np.full(8, NO_COPY), rules)


def gather(pixels, catalogue, rules, encoder):
    asked = query.prepare(pictures.decode(encode(pixels)), rules, encoder)
    return evidence.gather(asked, catalogue, rules), asked


@pytest.mark.parametrize("angle", [0, 35, 180])
@pytest.mark.parametrize("scale", [0.5, 1.2])
@pytest.mark.parametrize("mirror", [1, -1])
def test_a_pasted_work_is_placed_to_the_pixel(angle, scale, mirror, catalogue, rules, encoder):
    turn = cv2.getRotationMatrix2D((240, 240), angle, scale) @ np.vstack([np.diag([mirror, 1, 1])])
    turn[:, 2] += (384, 384) - turn[:, :2] @ (240, 240) - turn[:, 2]
    pixels = cv2.warpAffine(draw(3), turn, (768, 768), flags=cv2.INTER_AREA, borderValue=(255, 255, 255))
    found, asked = gather(pixels, catalogue, rules, encoder)
    best = found[0]
    assert (best.work, best.channel) == (3, "keypoints")
    assert best.score > 650
    (middle,) = move(np.array([[128.0, 128.0]]), best.matrix)
    assert np.abs(middle - asked.canvas.shape[0] / 2).max() < 2
    assert np.count_nonzero(best.agrees & asked.ink) > 0.9 * asked.ink_pixels


def test_half_of_a_work_agrees_by_half(catalogue, rules, encoder):
    pixels = draw(3)
    pixels[:, 240:] = 255
    found, asked = gather(pixels, catalogue, rules, encoder)
    best = next(one for one in found if one.channel == "keypoints")
    assert best.work == 3
    shown = np.count_nonzero(lay_over(asked.canvas, catalogue.features[3], best.matrix).shown)
    assert abs(np.count_nonzero(best.agrees) / shown - asked.ink_pixels / shown) < 0.08


def test_stitched_halves_are_both_found_at_their_place(catalogue, rules, encoder):
    pixels = draw(1)
    pixels[:, 240:] = draw(2)[:, 240:]
    found, _asked = gather(pixels, catalogue, rules, encoder)
    stitched = {one.work: one for one in found if one.channel == "patches"}
    assert {1, 2} <= set(stitched)
    left, right = stitched[1].agrees, stitched[2].agrees
    assert np.count_nonzero(left[:, 200:]) < 0.1 * np.count_nonzero(left)
    assert np.count_nonzero(right[:, :184]) < 0.1 * np.count_nonzero(right)


def test_strangers_leave_little_evidence(catalogue, rules, encoder):
    for seed in range(900, 904):
        found, _asked = gather(draw(seed), catalogue, rules, encoder)
        assert max((one.score for one in found), default=0) < 300


@pytest.mark.parametrize("colour", [0, 127, 255])
def test_a_flat_picture_gives_none(colour, catalogue, rules, encoder):
    assert gather(np.full((300, 300, 3), colour, np.uint8), catalogue, rules, encoder)[0] == []


def test_a_work_in_other_colours_does_not_agree(catalogue):
    work = catalogue.features[3]
    upright = np.eye(3)
    same = lay_over(work.canvas, work, upright)
    inverted = lay_over(255 - work.canvas, work, upright)
    assert np.count_nonzero(same.agrees) > 0.95 * np.count_nonzero(work.ink)
    assert np.count_nonzero(inverted.agrees) < 0.05 * np.count_nonzero(work.ink)


@pytest.mark.parametrize("tone", ["grey", "dim", "warm"])
def test_a_change_of_all_colours_is_seen_through(tone, catalogue):
    work = catalogue.features[3]
    changed = {
        "grey": np.repeat(cv2.cvtColor(work.canvas, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2),
        "dim": work.canvas // 2,
        "warm": np.rint(work.canvas * (1.0, 0.8, 0.6)).astype(np.uint8),
    }[tone]
    agreement = lay_over(changed, work, np.eye(3))
    assert np.count_nonzero(agreement.agrees) > 0.9 * np.count_nonzero(work.ink)


def test_a_work_that_leans_is_laid_over_all_the_same(catalogue, rules, encoder):
    corners = np.float32([[0, 0], [480, 0], [480, 480], [0, 480]])
    leaning = np.float32([[60, 40], [470, 10], [420, 460], [20, 470]])
    bend = cv2.getPerspectiveTransform(corners, leaning)
    pixels = cv2.warpPerspective(draw(3), bend, (480, 480), borderValue=(255, 255, 255))
    found, asked = gather(pixels, catalogue, rules, encoder)
    assert found[0].work == 3
    assert np.count_nonzero(found[0].agrees & asked.ink) > 0.9 * asked.ink_pixels


def test_the_ground_of_a_work_is_blank_in_the_picture_too(catalogue):
    work = catalogue.features[3]
    agreement = lay_over(work.canvas, work, np.eye(3))
    assert not (agreement.blank & work.ink).any()
    assert np.count_nonzero(agreement.blank) > 0.8 * np.count_nonzero(~work.ink)
    assert not lay_over(draw(5, side=256), work, np.eye(3)).blank.all()
