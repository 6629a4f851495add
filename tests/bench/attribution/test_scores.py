"""The figures of the benchmark, on answers whose figures can be worked out by hand."""

import math

import pytest

from tests.bench.attribution.scores import (
    NOTHING,
    WHOLE,
    calibration,
    distance,
    interval,
    micro_ap,
    recall_at,
)


def test_what_nobody_is_paid_counts_as_unattributed():
    assert distance({"a": WHOLE}, {"a": WHOLE}) == 0
    assert distance({"a": WHOLE}, {}) == 1
    assert distance({"a": 600_000, NOTHING: 400_000}, {"a": 600_000}) == 0
    assert distance({"a": 600_000, NOTHING: 400_000}, {"a": 500_000, "b": 200_000}) == pytest.approx(0.2)


def test_one_wrong_answer_costs_those_that_rank_below_it():
    assert micro_ap([(0.9, True), (0.8, True), (0.1, False)], 2) == 1
    assert micro_ap([(0.9, False), (0.8, True)], 2) == 0.25
    assert micro_ap([(0.9, False)], 3) == 0


def test_recall_is_taken_above_what_pictures_of_nothing_reach():
    answers = [(0.9, True), (0.6, True), (0.5, True), (0.95, False)]
    alarms = [0.1] * 98 + [0.7, 0.55]
    assert recall_at(answers, alarms, 0.0, 4) == 0.25
    assert recall_at(answers, alarms, 0.01, 4) == 0.5
    assert recall_at(answers, alarms, 1.0, 4) == 0.75


def test_weights_that_are_half_of_the_truth_are_off_by_half():
    error, slope = calibration([(0.4, 0.2), (0.8, 0.4), (0.0, 0.0)])
    assert (error, slope) == (pytest.approx(0.2), pytest.approx(2))
    assert math.isnan(calibration([(0.3, 0.0), (0.1, 0.0)])[1])


def test_an_interval_holds_the_mean_and_is_the_same_again():
    low, high = interval([0, 1] * 50)
    assert low < 0.5 < high
    assert interval([0, 1] * 50) == (low, high)
