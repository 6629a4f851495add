"""The whole way of a picture: who is paid, who is not, and that it is the same integers every time."""

import cv2
import numpy as np
import pytest

from creditline import canonical
from creditline.attribution import pictures, report
from creditline.attribution.cache import FeatureCache
from creditline.attribution.engine import Engine
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.attribution.verdicts import Verdicts
from creditline.demo import generator
from creditline.errors import Misconfigured, Missing
from tests.attribution.drawings import draw, encode, png

WORKS = 24
DATASET = "0x" + "d0" * 32


def work_id(seed):
    return f"0x{seed:064x}"


def training_set(pictures_by_id):
    rows = [
        TrainedWork(name, DATASET, place, canonical.digest(data))
        for place, (name, data) in enumerate(pictures_by_id.items())
    ]
    return TrainingSet("0x" + "aa" * 32, (DATASET,), tuple(rows))


@pytest.fixture(scope="module")
def engine(tmp_path_factory, rules, encoder):
    folder = tmp_path_factory.mktemp("features")
    return Engine(rules, encoder, FeatureCache(folder, rules), Verdicts(folder, rules))


def catalogue_of(engine, pictures_by_id):
    for data in pictures_by_id.values():
        engine.describe(pictures.decode(data))
    return engine.build_catalogue(engine.gather(training_set(pictures_by_id)))


@pytest.fixture(scope="module")
def works():
    return {work_id(seed): png(seed) for seed in range(WORKS)}


@pytest.fixture(scope="module")
def catalogue(engine, works):
    return catalogue_of(engine, works)


def attribute(engine, data, catalogue):
    read = report.read(engine.attribute(pictures.decode(data), catalogue))
    assert report.recompute_shares(read).shares == read.shares
    return read


def test_a_collage_pays_its_sources_by_their_area(engine, catalogue, works):
    distances = []
    for seed in range(4):
        sources = {
            work_id(place): works[work_id(place)] for place in range(seed * 4, seed * 4 + 2 + seed % 3)
        }
        made = generator.collage(sources, seed)
        read = attribute(engine, made.png, catalogue)
        assert {name for name, part in made.truth.items() if part >= 150_000} <= set(read.shares)
        paid = read.shares | {generator.NOTHING: read.unattributed}
        names = {*made.truth, *paid}
        distances.append(sum(abs(made.truth.get(name, 0) - paid.get(name, 0)) for name in names) / 2_000_000)
    assert np.mean(distances) <= 0.12


def test_a_stranger_in_a_collage_stays_unattributed(engine, catalogue, works):
    made = generator.collage({work_id(3): works[work_id(3)]}, 5, {"stranger": png(900)})
    read = attribute(engine, made.png, catalogue)
    assert list(read.shares) == [work_id(3)]
    assert abs(read.unattributed - made.truth[generator.NOTHING]) < 100_000


def test_a_mosaic_pays_its_main_sources(engine, catalogue, works):
    made = generator.mosaic(works, 1)
    read = attribute(engine, made.png, catalogue)
    assert {name for name, part in made.truth.items() if part >= 250_000} <= set(read.shares)


@pytest.mark.parametrize("seed", range(900, 908))
def test_nothing_registered_means_nothing_paid(engine, catalogue, seed):
    assert attribute(engine, png(seed), catalogue).shares == {}


@pytest.mark.parametrize("seed", range(3))
def test_a_picture_of_strangers_pays_nobody(engine, catalogue, seed):
    made = generator.collage({}, seed, {str(place): png(910 + 3 * seed + place) for place in range(3)})
    read = attribute(engine, made.png, catalogue)
    assert (read.shares, read.unattributed) == ({}, 1_000_000)


def test_only_the_training_set_is_paid(engine, works):
    """The same collage against a set without one of its sources: that part is paid to nobody."""
    sources = {work_id(place): works[work_id(place)] for place in (0, 1)}
    made = generator.collage(sources, 2)
    without = {name: data for name, data in works.items() if name != work_id(1)}
    read = attribute(engine, made.png, catalogue_of(engine, without))
    assert list(read.shares) == [work_id(0)]
    assert abs(read.unattributed - made.truth[work_id(1)]) < 100_000


def test_an_empty_training_set_leaves_everything_unattributed(engine):
    assert attribute(engine, png(1), catalogue_of(engine, {})).unattributed == 1_000_000


def test_a_registered_picture_itself_is_paid_whole(engine, catalogue):
    read = attribute(engine, encode(draw(7), "WEBP", lossless=True), catalogue)
    assert read.shares == {work_id(7): 1_000_000}
    assert read.works[0].tier == "exact"


def test_a_registered_blank_picture_is_paid_for_itself_alone(engine, works):
    blank = encode(np.full((64, 64, 3), 255, np.uint8))
    catalogue = catalogue_of(engine, {work_id(50): blank} | works)
    assert attribute(engine, blank, catalogue).shares == {work_id(50): 1_000_000}
    assert attribute(engine, encode(np.full((65, 65, 3), 250, np.uint8)), catalogue).shares == {}


def test_a_changed_copy_is_paid_nearly_whole(engine, catalogue):
    smaller = encode(draw(7, side=400), "JPEG", quality=80)
    read = attribute(engine, smaller, catalogue)
    assert list(read.shares) == [work_id(7)]
    assert read.shares[work_id(7)] > 900_000
    assert read.works[0].tier == "copy"


@pytest.mark.parametrize("turn", [lambda pixels: pixels, lambda pixels: pixels[:, ::-1]])
def test_copies_of_a_work_take_nothing_from_it(engine, works, turn):
    """Thirty near-copies registered after the original: every share stays what it was."""
    copied = np.ascontiguousarray(turn(draw(0)))
    copies = {work_id(100 + quality): encode(copied, "JPEG", quality=quality) for quality in range(60, 90)}
    made = generator.collage({name: works[name] for name in (work_id(0), work_id(1))}, 7)
    alone = attribute(engine, made.png, catalogue_of(engine, works))
    crowded = attribute(engine, made.png, catalogue_of(engine, works | copies))
    assert crowded.shares == alone.shares


def test_a_picture_that_is_a_copy_pays_the_original(engine, works):
    copy = encode(draw(0), "JPEG", quality=80)
    read = attribute(engine, copy, catalogue_of(engine, works | {work_id(100): copy}))
    assert list(read.shares) == [work_id(0)]


def test_regions_show_where(engine, catalogue, works):
    made = generator.collage({name: works[name] for name in (work_id(2), work_id(5))}, 11)
    read = attribute(engine, made.png, catalogue)
    for finding in read.works:
        x, y, width, height = finding.regions[0].query
        assert 0 <= x < x + width <= read.picture.width
        assert 0 <= y < y + height <= read.picture.height
        x, y, width, height = finding.regions[0].work
        assert x + width <= 480
        assert y + height <= 480
        assert width * height > 480 * 480 // 20


def test_threads_order_and_repetition_change_no_integer(engine, catalogue, works):
    made = [
        generator.collage({work_id(seed): works[work_id(seed)], work_id(9): works[work_id(9)]}, seed)
        for seed in (1, 2)
    ]
    first = [attribute(engine, each.png, catalogue) for each in made]
    cv2.setNumThreads(4)
    cv2.setRNGSeed(12345)
    second = [attribute(engine, each.png, catalogue) for each in reversed(made)]
    assert first == second[::-1]


@pytest.mark.parametrize("seed", range(3))
def test_when_works_were_registered_changes_no_integer(engine, catalogue, works, seed):
    shuffled = list(works.items())
    np.random.default_rng(seed).shuffle(shuffled)
    other = catalogue_of(engine, dict(shuffled))
    for made in (
        generator.collage({name: works[name] for name, _ in shuffled[:3]}, seed),
        generator.mosaic(works, seed),
    ):
        assert attribute(engine, made.png, other).shares == attribute(engine, made.png, catalogue).shares


def test_a_work_without_features_is_missing(engine):
    unknown = training_set({work_id(1): b"never described"})
    assert engine.find_missing(unknown) == [canonical.digest(b"never described")]
    with pytest.raises(Missing):
        engine.gather(unknown)


def test_an_encoder_that_the_policy_does_not_name_is_refused(rules, encoder, tmp_path):
    with pytest.raises(Misconfigured):
        Engine(
            rules.with_encoder("00" * 32), encoder, FeatureCache(tmp_path, rules), Verdicts(tmp_path, rules)
        )
