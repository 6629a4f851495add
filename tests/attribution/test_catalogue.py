"""Search is exact, restricted to the set, and blind to copies."""

from dataclasses import replace

import numpy as np
import pytest

from creditline.attribution import pictures
from creditline.attribution.catalogue import Catalogue
from creditline.attribution.copies import NO_COPY
from creditline.attribution.features import as_vectors, describe
from creditline.attribution.training import TrainedWork, TrainingSet
from tests.attribution.drawings import png

DATASET = "0x" + "d0" * 32


@pytest.fixture(scope="module")
def described(rules, encoder):
    return [describe(pictures.decode(png(seed)), rules, encoder) for seed in range(6)]


@pytest.fixture
def build(rules):
    def build(features, copied=None):
        count = len(features)
        rows = tuple(TrainedWork(f"0x{place:064x}", DATASET, place, bytes(32)) for place in range(count))
        training_set = TrainingSet("0x" + "aa" * 32, (DATASET,), rows)
        return Catalogue(training_set, features, np.array(copied or [NO_COPY] * count, np.int64), rules)

    return build


def test_keypoints_are_found_by_brute_force_order(described, build):
    hits = build(described).nearest_keypoints(described[2].descriptors[:40], 5)
    everything = np.concatenate([as_vectors(each.descriptors) for each in described])
    products = as_vectors(described[2].descriptors[:40]) @ everything.T
    assert np.array_equal(hits.score, -np.sort(-products, axis=1)[:, :5])
    assert np.mean(hits.work[:, 0] == 2) > 0.9
    assert (hits.score == np.rint(hits.score)).all()


def test_views_find_their_own_work(described, build):
    hits = build(described).nearest_views(np.stack([each.views[0] for each in described]), 1)
    assert hits.work[:, 0].tolist() == list(range(6))


@pytest.mark.parametrize("features", [[], None])
def test_an_empty_index_finds_nothing(features, described, build):
    blank = replace(
        described[0], descriptors=np.empty((0, 128), np.uint8), keypoints=np.empty((0, 2), np.float32)
    )
    catalogue = build(features if features is not None else [blank])
    assert catalogue.nearest_keypoints(described[0].descriptors, 5).work.shape == (
        len(described[0].descriptors),
        0,
    )


def test_a_copy_is_in_no_index(described, build):
    catalogue = build(described, [NO_COPY, NO_COPY, NO_COPY, 2, NO_COPY, NO_COPY])
    assert 3 not in catalogue.nearest_keypoints(described[3].descriptors, 5).work
    assert 3 not in catalogue.nearest_views(described[3].views, 5).work
    assert catalogue.square_works.tolist() == [0, 1, 2, 4, 5]
