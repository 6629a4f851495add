"""Ink, keypoints, views and fingerprints are what their names say, and survive being stored."""

import cv2
import numpy as np
import pytest

from creditline.attribution import features, pictures
from creditline.attribution.cache import FeatureCache
from creditline.attribution.features import (
    ROOT_SIFT_LENGTH,
    as_vectors,
    describe,
    find_ink,
    find_keypoints,
    load,
    mirror,
)
from creditline.attribution.fingerprints import distance, nearest
from creditline.errors import Corrupt
from tests.attribution.drawings import draw, encode, png


@pytest.fixture(scope="module")
def described(rules, encoder):
    return describe(pictures.decode(png(1)), rules, encoder)


def same(one, other):
    return all(np.array_equal(vars(one)[name], vars(other)[name]) for name in vars(one))


def test_ink_is_what_stands_on_the_ground():
    pixels = np.full((100, 120, 3), (200, 220, 240), np.uint8)
    cv2.rectangle(pixels, (30, 20), (79, 69), (10, 10, 10), -1)
    cv2.rectangle(pixels, (40, 30), (69, 59), (200, 220, 240), -1)
    expected = np.zeros((100, 120), bool)
    expected[20:70, 30:80] = True
    assert np.count_nonzero(find_ink(pixels) != expected) <= 8


def test_a_drawing_that_runs_out_of_the_picture_is_ink():
    pixels = np.full((100, 100, 3), 255, np.uint8)
    pixels[40:, :30] = (200, 30, 30)
    ink = find_ink(pixels)
    assert ink[70, 10]
    assert not ink[20, 50]


def test_a_photograph_is_ink_all_over():
    assert find_ink(np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)).all()


def test_a_blank_picture_has_no_ink():
    assert not find_ink(np.full((64, 64, 3), 130, np.uint8)).any()


def test_keypoints_are_capped_and_lie_in_the_picture():
    places, descriptors = find_keypoints(draw(1), 384, 50)
    assert places.shape == (50, 2)
    assert descriptors.shape == (50, 128)
    assert (places >= 0).all()
    assert (places <= 1).all()


def test_a_flat_picture_has_none():
    places, descriptors = find_keypoints(np.zeros((64, 64, 3), np.uint8), 384, 50)
    assert (places.shape, descriptors.shape) == ((0, 2), (0, 128))


def test_a_flat_view_points_nowhere(rules, encoder):
    corner = np.full((480, 480, 3), 255, np.uint8)
    corner[:80, :80] = draw(1)[200:280, 200:280]
    corner[470:, 470:] = 0
    views = describe(pictures.decode(encode(corner)), rules, encoder).views
    lengths = np.linalg.norm(views, axis=1)
    assert (np.isclose(lengths, 1) | (lengths == 0)).all()
    assert lengths[0] > 0
    assert (lengths == 0).any()


def test_mirrored_descriptors_are_those_of_the_mirror_image():
    pixels = draw(1)
    _, descriptors = find_keypoints(pixels, 480, 200)
    _, mirrored = find_keypoints(np.ascontiguousarray(pixels[:, ::-1]), 480, 200)
    products = as_vectors(mirror(descriptors)) @ as_vectors(mirrored).T / ROOT_SIFT_LENGTH**2
    assert np.median(products.max(axis=1)) > 0.98
    plain = as_vectors(descriptors) @ as_vectors(mirrored).T / ROOT_SIFT_LENGTH**2
    assert np.median(plain.max(axis=1)) < 0.95


def test_describing_twice_or_after_others_changes_no_bit(rules, encoder, described):
    describe(pictures.decode(png(9)), rules, encoder)
    assert same(describe(pictures.decode(png(1)), rules, encoder), described)


def test_threads_change_no_bit(rules, encoder, described):
    cv2.setNumThreads(4)
    assert same(describe(pictures.decode(png(1)), rules, encoder), described)


def test_fingerprints_know_turned_and_mirrored_pictures(described, rules, encoder):
    turned = describe(
        pictures.decode(encode(np.ascontiguousarray(np.rot90(draw(1))[:, ::-1]))), rules, encoder
    )
    codes = tuple(code.tobytes() for code in described.fingerprints)
    upright = turned.fingerprints[0].tobytes()
    assert nearest(upright, codes) <= 20
    assert distance(upright, codes[0]) > 60


@pytest.mark.parametrize("size", [(8, 8), (8, 4000), (4000, 8)])
def test_extreme_shapes_are_described(size, rules, encoder):
    pixels = np.random.default_rng(0).integers(0, 256, (*size, 3), np.uint8)
    found = describe(pictures.decode(encode(pixels)), rules, encoder)
    assert max(found.canvas.shape) == rules.rule("features", "canvas")
    assert same(load(found.dump()), found)


def test_the_cache_returns_what_it_was_given(tmp_path, rules, described):
    cache = FeatureCache(tmp_path, rules)
    name = bytes(32)
    assert name not in cache
    assert cache.get(name) is None
    cache.put(name, described)
    assert name in cache
    assert same(cache.get(name), described)


def test_other_ways_of_describing_do_not_mix(tmp_path, rules, described):
    FeatureCache(tmp_path, rules).put(bytes(32), described)
    assert FeatureCache(tmp_path, rules.with_encoder("ab" * 32)).get(bytes(32)) is None


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:60] + b"?" + data[61:], lambda _: b""]
)
def test_a_damaged_file_is_forgotten(tmp_path, rules, described, damage):
    cache = FeatureCache(tmp_path, rules)
    cache.put(bytes(32), described)
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(damage(file.read_bytes()))
    assert cache.get(bytes(32)) is None
    assert bytes(32) not in cache


def test_stored_bytes_are_never_unpickled():
    import io

    stream = io.BytesIO()
    np.savez(stream, canvas=np.array([object()], dtype=object))
    with pytest.raises(Corrupt):
        features.load(stream.getvalue())
