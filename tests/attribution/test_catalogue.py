"""Search is exact, restricted to the set, and blind to copies."""

from dataclasses import replace

import numpy as np
import pytest

from creditline.attribution import pictures
from creditline.attribution.catalogue import Catalogue, as_vectors, find_originals
from creditline.attribution.features import describe
from creditline.attribution.training import TrainedWork, TrainingSet
from tests.attribution.drawings import png

DATASET = "0x" + "d0" * 32


@pytest.fixture(scope="module")
def described(rules, encoder):
    return [describe(pictures.decode(png(seed)), rules, encoder) for seed in range(6)]


def build(features, rules):
    rows = tuple(TrainedWork(f"0x{place:064x}", DATASET, place, bytes(32)) for place in range(len(features)))
    return Catalogue(TrainingSet("0x" + "aa" * 32, (DATASET,), rows), features, rules)


def test_keypoints_are_found_by_brute_force_order(described, rules):
    hits = build(described, rules).nearest_keypoints(described[2].descriptors[:40], 5)
    everything = np.concatenate([as_vectors(each.descriptors) for each in described])
    products = as_vectors(described[2].descriptors[:40]) @ everything.T
    assert np.array_equal(hits.score, -np.sort(-products, axis=1)[:, :5])
    assert np.mean(hits.work[:, 0] == 2) > 0.9
    assert (hits.score == np.rint(hits.score)).all()


def test_views_find_their_own_work(described, rules):
    hits = build(described, rules).nearest_views(np.stack([each.views[0] for each in described]), 1)
    assert hits.work[:, 0].tolist() == list(range(6))


@pytest.mark.parametrize("features", [[], None])
def test_an_empty_index_finds_nothing(features, described, rules):
    blank = replace(
        described[0], descriptors=np.empty((0, 128), np.uint8), keypoints=np.empty((0, 2), np.float32)
    )
    catalogue = build(features if features is not None else [blank], rules)
    assert catalogue.nearest_keypoints(described[0].descriptors, 5).work.shape == (
        len(described[0].descriptors),
        0,
    )


def flip(features, bits):
    """The same work with a fingerprint that differs in `bits` bits, in all its forms."""
    codes = np.unpackbits(features.fingerprints, axis=1)
    codes[:, :bits] ^= 1
    return replace(features, fingerprints=np.packbits(codes, axis=1))


def test_a_near_copy_is_no_original(described, rules):
    edge = rules.rule("selection", "copy_bits")
    family = [described[0], flip(described[0], edge), flip(described[0], edge + 1), described[1]]
    assert find_originals(family, rules).tolist() == [True, False, True, True]


def test_a_chain_of_small_changes_does_not_join_its_ends(described, rules):
    edge = rules.rule("selection", "copy_bits")
    chain = [flip(described[0], step * edge) for step in range(4)]
    assert find_originals(chain, rules).tolist() == [True, False, True, False]


def test_pictures_without_a_meaningful_fingerprint_are_copies_of_nothing(described, rules):
    vague = replace(described[0], quality=np.array([rules.rule("selection", "copy_quality_min") - 1]))
    assert find_originals([vague, vague], rules).tolist() == [True, True]
