"""Copies are told from originals, whatever was done to them, and unlike works from copies."""

import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from creditline.attribution import pictures
from creditline.attribution.copies import NO_COPY, Clustering, Work, is_copy
from creditline.attribution.features import describe
from creditline.attribution.verdicts import Verdicts
from tests.attribution.drawings import draw, encode

WORKS = 12


@pytest.fixture(scope="module")
def look(rules, encoder):
    return lambda pixels: describe(pictures.decode(encode(pixels)), rules, encoder)


@pytest.fixture(scope="module")
def described(look):
    return [look(draw(seed)) for seed in range(WORKS)]


@pytest.fixture
def verdicts(tmp_path, rules):
    return Verdicts(tmp_path, rules)


def numbered(features):
    return [Work(bytes([place] * 32), each) for place, each in enumerate(features)]


def originals_of(works, rules, verdicts):
    return Clustering(works, rules, verdicts).originals


def flip(features, bits):
    """The same work with a fingerprint that differs in `bits` bits, in all its forms."""
    codes = np.unpackbits(features.fingerprints, axis=1)
    codes[:, :bits] ^= 1
    return replace(features, fingerprints=np.packbits(codes, axis=1))


def without_keypoints(features):
    return replace(features, keypoints=features.keypoints[:0], descriptors=features.descriptors[:0])


def turn(pixels):
    matrix = cv2.getRotationMatrix2D((240, 240), 25, 0.8)
    return cv2.warpAffine(pixels, matrix, (480, 480), borderValue=(255, 255, 255))


EDITS = {
    "turned": turn,
    "mirrored": lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
    "grey": lambda pixels: np.repeat(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2),
    "blurred": lambda pixels: cv2.GaussianBlur(pixels, (9, 9), 0),
    "cropped": lambda pixels: pixels[60:420, 60:420],
    "recoloured": lambda pixels: np.rint(pixels * (0.7, 1.0, 0.8)).astype(np.uint8),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_copy_joins_the_first(edit, look, described, rules, verdicts):
    changed = look(EDITS[edit](draw(5)))
    found = originals_of(numbered([*described, changed]), rules, verdicts)
    assert found.tolist() == [NO_COPY] * WORKS + [5]


def test_a_work_that_adds_as_much_as_it_takes_is_no_copy(look, described, rules):
    both = np.hstack([draw(5), draw(40)])
    assert not is_copy(look(both), described[5], rules)


def test_a_detail_of_a_larger_work_does_not_make_that_a_copy(look, described, rules):
    detail = draw(40)
    detail[200:280, 200:280] = cv2.resize(draw(5), (80, 80), interpolation=cv2.INTER_AREA)
    assert not is_copy(look(detail), described[5], rules)


def test_who_came_first_is_the_original(look, described, rules, verdicts):
    changed = look(turn(draw(5)))
    assert originals_of(numbered([changed, described[5]]), rules, verdicts).tolist() == [NO_COPY, 0]


def test_a_near_fingerprint_makes_a_copy_and_one_a_bit_further_none(described, rules, verdicts):
    edge = rules.rule("copies", "bits")
    family = [flip(without_keypoints(described[0]), bits) for bits in (0, edge, edge + 1)]
    assert originals_of(numbered(family), rules, verdicts).tolist() == [NO_COPY, 0, NO_COPY]


def test_a_chain_of_small_changes_does_not_join_its_ends(described, rules, verdicts):
    edge = rules.rule("copies", "bits")
    chain = [flip(without_keypoints(described[0]), step * edge) for step in range(4)]
    assert originals_of(numbered(chain), rules, verdicts).tolist() == [NO_COPY, 0, NO_COPY, 2]


def test_pictures_without_a_meaningful_fingerprint_are_copies_of_nothing(described, rules, verdicts):
    vague = replace(
        without_keypoints(described[0]), quality=np.array([rules.rule("copies", "quality_min") - 1])
    )
    assert originals_of(numbered([vague, vague]), rules, verdicts).tolist() == [NO_COPY, NO_COPY]


def test_out_of_time_it_goes_on_where_it_stood(look, described, rules, verdicts):
    works = numbered([*described, look(turn(draw(5)))])
    clustering = Clustering(works, rules, verdicts)
    steps = [clustering.advance(deadline=time.monotonic()) for _work in works]
    assert steps == [False] * WORKS + [True]
    assert clustering.originals.tolist() == [NO_COPY] * WORKS + [5]


def test_each_pair_is_compared_once(look, described, rules, tmp_path):
    works = numbered([*described, look(turn(draw(5)))])
    first = originals_of(works, rules, Verdicts(tmp_path, rules))
    # Nothing but the memory says so: without keypoints nobody could see it.
    blind = [Work(work.content_hash, without_keypoints(work.features)) for work in works]
    assert originals_of(blind, rules, Verdicts(tmp_path, rules)).tolist() == first.tolist()


def test_a_record_that_was_cut_off_or_damaged_answers_nothing(rules, tmp_path):
    one, two, three = (bytes([place] * 32) for place in range(3))
    Verdicts(tmp_path, rules).keep(one, two, verdict=True)
    (path,) = tmp_path.glob("copies-*")
    path.write_bytes(path.read_bytes()[:-3])
    torn = Verdicts(tmp_path, rules)
    assert torn.find(one, two) is None
    torn.keep(one, three, verdict=False)
    again = Verdicts(tmp_path, rules)
    assert (again.find(one, three), again.find(three, one), again.find(one, two)) == (False, None, None)
