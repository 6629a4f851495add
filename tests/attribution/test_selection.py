"""Who is paid among those with payable evidence."""

from types import SimpleNamespace

import numpy as np
import pytest

from creditline.attribution.evidence import Evidence
from creditline.attribution.selection import choose


class Door:
    """A gate that lets scores of 500 and more pass."""

    def admit(self, _channel, score, _witnesses):
        return 5000 if score >= 500 else None


def show(work, score, columns, channel="keypoints"):
    agrees = np.zeros((96, 96), bool)
    agrees[:, columns] = True
    return Evidence(work, channel, score, 9, agrees, np.zeros_like(agrees), np.eye(3))


@pytest.fixture
def asked():
    return SimpleNamespace(ink=np.ones((96, 96), bool))


def works(found, asked, rules, precedence=tuple(range(16))):
    return [one.work for one in choose(found, asked, precedence, Door(), rules)]


def test_evidence_that_the_gate_refuses_is_not_paid(asked, rules):
    assert works([show(1, 900, slice(0, 40)), show(2, 499, slice(50, 90))], asked, rules) == [1]


def test_a_rival_that_explains_nothing_new_is_not_paid(asked, rules):
    assert works([show(1, 900, slice(0, 60)), show(2, 700, slice(10, 60))], asked, rules) == [1]


def test_a_neighbour_that_explains_its_own_part_is_paid(asked, rules):
    assert works([show(1, 900, slice(0, 50)), show(2, 700, slice(30, 96))], asked, rules) == [1, 2]


def test_both_channels_of_a_work_count_as_one(asked, rules):
    (one,) = choose(
        [show(1, 900, slice(0, 20)), show(1, 600, slice(60, 90), "patches")], asked, range(16), Door(), rules
    )
    assert one.evidence.score == 900
    assert np.count_nonzero(one.agrees) == 96 * 50


def test_between_equals_the_earlier_work_stands(asked, rules):
    assert works([show(7, 880, slice(0, 60)), show(3, 860, slice(0, 60))], asked, rules) == [3]


def test_an_earlier_work_that_shows_the_same_stands_before_a_stronger_one(asked, rules):
    first, second = show(1, 600, slice(0, 58)), show(2, 990, slice(0, 60))
    assert works([second, first], asked, rules) == [1]
    assert works([second, first], asked, rules, precedence=(0, 2, 1)) == [2]


def test_a_later_work_that_shows_more_is_paid_too(asked, rules):
    assert works([show(2, 990, slice(0, 90)), show(1, 600, slice(0, 40))], asked, rules) == [2]
    assert works([show(2, 990, slice(30, 90)), show(1, 600, slice(0, 50))], asked, rules) == [2, 1]


def test_at_most_a_dozen_are_paid(asked, rules):
    many = [show(place, 900, slice(6 * place, 6 * place + 5)) for place in range(16)]
    assert len(works(many, asked, rules)) == rules.rule("selection", "works_max") == 12
