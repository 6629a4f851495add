"""F26: what a caller may ask for, to the unit and to the nanosecond."""

from __future__ import annotations

import pytest

from creditline.api import buckets
from creditline.api.buckets import SECOND_NS, Buckets, Charge, Rate

RATE = Rate(per_minute=60, burst=100)
ONE = Charge("one", RATE)


class Clock:
    def __init__(self) -> None:
        self.now = 7 * SECOND_NS

    def __call__(self) -> int:
        return self.now


def test_f26_a_burst_is_spent_to_the_last_unit_and_comes_back_by_the_second() -> None:
    clock = Clock()
    found = Buckets(clock)
    assert [found.draw([ONE], 50), found.draw([ONE], 50), found.draw([ONE], 1)] == [0, 0, 1]
    clock.now += SECOND_NS - 1
    assert found.draw([ONE], 1) == 1
    clock.now += 1
    assert found.draw([ONE], 1) == 0
    assert found.draw([ONE], 100) == 100


def test_f26_waiting_as_long_as_told_is_enough_and_a_second_less_is_not() -> None:
    clock = Clock()
    found = Buckets(clock)
    assert found.draw([ONE], 73) == 0
    wait_s = found.draw([ONE], 40)
    assert wait_s == 13
    clock.now += (wait_s - 1) * SECOND_NS
    assert found.draw([ONE], 40) == 1
    clock.now += SECOND_NS
    assert found.draw([ONE], 40) == 0


def test_a_pause_fills_up_to_the_burst_and_no_further() -> None:
    clock = Clock()
    found = Buckets(clock)
    clock.now += 10**6 * SECOND_NS
    assert found.draw([ONE], 101) == 1
    assert found.draw([ONE], 100) == 0


def test_of_two_buckets_both_pay_or_neither() -> None:
    poor = Charge("poor", Rate(60, 10))
    found = Buckets(Clock())
    assert found.draw([ONE, poor], 11) == 1
    assert found.draw([ONE], 100) == 0
    assert found.draw([poor], 10) == 0


def test_others_are_not_touched() -> None:
    found = Buckets(Clock())
    assert found.draw([ONE], 100) == 0
    assert found.draw([Charge("other", RATE)], 100) == 0


def test_f26_many_addresses_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "BUCKETS_MAX", 3)
    found = Buckets(Clock())
    for name in "abc":
        found.draw([Charge(name, RATE)], 100)
    found.draw([Charge("a", RATE)], 1)
    found.draw([Charge("b", Rate(60, 200))], 100)
    found.draw([Charge("d", RATE)], 100)
    assert len(found._full_at) == 3
    assert found.draw([Charge("b", RATE)], 1) > 0
    assert found.draw([Charge("a", RATE)], 1) == 0, "the longest unused was forgotten"
