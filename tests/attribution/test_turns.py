"""F26: callers take turns, whatever each has waiting."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from creditline.attribution.turns import Turns


def play(waiting: list[str]) -> list[str]:
    """Who has the turn, in order, when these callers queue up behind somebody."""
    turns, order = Turns(), []

    def work(caller: str) -> None:
        with turns.take(caller):
            order.append(caller)

    with ThreadPoolExecutor(len(waiting) + 1) as pool:
        with turns.take("somebody"):
            done = []
            for at, caller in enumerate(waiting, 1):
                done.append(pool.submit(work, caller))
                while sum(map(len, turns._waiting.values())) < at:
                    threading.Event().wait(0.001)
        for each in done:
            each.result()
    assert turns._free == 1
    assert not turns._waiting
    return order


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        (["flood"] * 5 + ["other"], ["flood", "other", "flood", "flood", "flood", "flood"]),
        (["a", "a", "b", "b", "c"], ["a", "b", "c", "a", "b"]),
        (["a"], ["a"]),
    ],
)
def test_f26_a_flood_waits_for_its_next_turn_like_everybody(waiting: list[str], order: list[str]) -> None:
    assert play(waiting) == order


@pytest.mark.parametrize("places", [1, 3])
def test_as_many_at_a_time_as_there_are_places(places: int) -> None:
    turns, inside, most, lock = Turns(places), 0, 0, threading.Lock()

    def work(caller: int) -> None:
        nonlocal inside, most
        for _ in range(200):
            with turns.take(str(caller)):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert inside == 0
    assert 1 <= most <= places
    assert turns._free == places


def test_a_turn_is_passed_on_after_an_error() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.take("a"):
        raise ValueError("broken")
    with turns.take("b"):
        pass
