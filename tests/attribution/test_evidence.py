"""Works are located where they were put, and only what agrees is evidence."""

import cv2
import numpy as np
import pytest

from creditline.attribution import evidence, pictures, query
from creditline.attribution.agreement import lay_over
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.features import describe
from creditline.attribution.patches import cut_patches
from creditline.attribution.training import TrainedWork, TrainingSet
from tests.attribution.drawings import draw, encode, png

DATASET = "0x" + "d0" * 32


@pytest.fixture(scope="module")
def catalogue(rules, encoder):
    features = [describe(pictures.decode(png(seed)), rules, encoder) for seed in range(8)]
    rows = tuple(TrainedWork(f"0x{place:064x}", DATASET, place, bytes(32)) for place in range(8))
    return Catalogue(TrainingSet("0x" + "aa" * 32, (DATASET,), rows), features, rules)


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
    middle = best.matrix @ (128, 128, 1)
    assert np.abs(middle - asked.canvas.shape[0] / 2).max() < 2
    assert np.count_nonzero(best.agrees & asked.ink) > 0.9 * asked.ink_pixels


def test_half_of_a_work_agrees_by_half(catalogue, rules, encoder):
    pixels = draw(3)
    pixels[:, 240:] = 255
    found, asked = gather(pixels, catalogue, rules, encoder)
    best = found[0]
    assert best.work == 3
    shown = np.count_nonzero(best.shown)
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
    upright = np.eye(2, 3)
    same = lay_over(work.canvas, work, upright)
    inverted = lay_over(255 - work.canvas, work, upright)
    assert np.count_nonzero(same.agrees) > 0.95 * np.count_nonzero(work.ink)
    assert np.count_nonzero(inverted.agrees) < 0.05 * np.count_nonzero(work.ink)


def test_plain_edges_give_no_patches_and_corners_do():
    box = np.full((256, 256, 3), 255, np.uint8)
    cv2.rectangle(box, (48, 48), (207, 207), (0, 0, 0), 8)
    everything = np.ones((256, 256), bool)
    edges = cut_patches(box, everything, 64, 2).places
    assert all(abs(x + 4 - 32) > 12 and abs(y + 4 - 32) > 12 for x, y in edges), (
        "only the four corners of the box"
    )
    cornered = cut_patches(draw(1, side=256), everything, 64, 2)
    assert len(cornered.places) > 50
    assert cornered.vectors.shape == (len(cornered.places), 192)
    assert cornered.vectors.max() <= 127
