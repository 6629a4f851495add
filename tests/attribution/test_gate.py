"""p-values follow their definition, and nothing passes on one signal."""

import pytest

from creditline.attribution import gate, policy
from creditline.attribution.gate import Calibration, Gate
from creditline.errors import Misconfigured

NULL = {"keypoints": list(range(999, 0, -1)), "patches": [0] * 999}


@pytest.fixture
def rules(rules):
    document = {"scores": NULL}
    pinned = Calibration(NULL, document).hash
    return policy.Policy({**rules.document, "calibration": pinned})


@pytest.fixture
def small_gate(rules):
    return Gate(Calibration(NULL, {"scores": NULL}), rules)


@pytest.mark.parametrize(("score", "expected"), [(1000, 2000), (999, 4000), (995, 12_000), (0, 1_000_000)])
def test_the_p_value_counts_who_did_as_well_in_both_channels(score, expected):
    assert Calibration(NULL, {}).p_value("keypoints", score) == expected


def test_one_in_a_hundred_passes(small_gate):
    assert small_gate.admit("keypoints", 996, 10) == 10_000
    assert small_gate.admit("keypoints", 995, 10) is None


def test_too_few_witnesses_stop_the_best_score(small_gate, rules):
    for channel in gate.CHANNELS:
        least = rules.rule("gate", f"witnesses_min_{channel}")
        assert small_gate.admit(channel, 1000, least) is not None
        assert small_gate.admit(channel, 1000, least - 1) is None


def test_another_calibration_is_refused(rules):
    with pytest.raises(Misconfigured):
        Gate(Calibration(NULL, {"scores": NULL, "seed": 2}), rules)


def test_the_one_that_ships_is_the_one_that_the_policy_names():
    shipped = gate.calibration()
    Gate(shipped, policy.default())
    assert all(len(shipped.scores[channel]) >= 400 for channel in gate.CHANNELS)
    assert shipped.p_value("keypoints", 1001) <= policy.default().rule("gate", "alpha_ppm")
