"""F14: calls that are sent again, over a real database."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from creditline.access.repeats import ANSWER_BYTES_MAX, KEPT_S, LEASE_S, Answer, Repeats, Turn
from creditline.errors import InFlight, Invalid, KeyReused
from creditline.store.access_tables import answers
from creditline.store.answers import Answers
from tests.royalties.market import Clock

DONE = Answer(201, "application/json", b'{"id": 1}')


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def repeats(database, clock):
    return Repeats(Answers(database), clock)


def count(database):
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(answers))


def test_f14_the_first_answer_is_given_again(repeats):
    repeats.begin("studio", "k", "body").end(DONE)
    assert [repeats.begin("studio", "k", "body") for _ in range(3)] == [DONE] * 3


def test_f14_of_64_at_once_one_has_the_turn(repeats):
    barrier = threading.Barrier(16)

    def begin(_):
        barrier.wait()
        try:
            return repeats.begin("studio", "k", "body")
        except InFlight as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(begin, range(64)))
    assert sum(isinstance(each, Turn) for each in found) == 1
    assert sum(isinstance(each, InFlight) for each in found) == 63
    assert {each.retry_after_s for each in found if isinstance(each, InFlight)} == {1}


@pytest.mark.parametrize("is_done", [True, False])
def test_f14_another_body_is_refused(repeats, is_done):
    turn = repeats.begin("studio", "k", "body")
    if is_done:
        turn.end(DONE)
    with pytest.raises(KeyReused, match="stands for another request"):
        repeats.begin("studio", "k", "other")


def test_f14_callers_do_not_share_keys(repeats):
    repeats.begin("studio", "k", "body").end(DONE)
    assert isinstance(repeats.begin("another", "k", "other"), Turn)


@pytest.mark.parametrize(
    "answer", [None, Answer(404, "", b""), Answer(503, "", b""), Answer(500, "", b""), Answer(302, "", b"")]
)
def test_an_error_frees_the_key(repeats, answer):
    repeats.begin("studio", "k", "body").end(answer)
    repeats.begin("studio", "k", "corrected body").end(DONE)
    assert repeats.begin("studio", "k", "corrected body") == DONE


def test_an_answer_as_large_as_can_be_is_kept_and_no_larger(database, repeats):
    for extra, rows in ((0, 1), (1, 1)):
        body = b"x" * (ANSWER_BYTES_MAX + extra)
        repeats.begin("studio", f"k{extra}", "body").end(Answer(201, "", body))
        assert count(database) == rows


def test_f14_a_call_that_died_is_taken_up_when_its_lease_is_over(repeats, clock):
    repeats.begin("studio", "k", "body")
    clock.now += LEASE_S - 1
    with pytest.raises(InFlight):
        repeats.begin("studio", "k", "body")
    clock.now += 1
    with pytest.raises(KeyReused):
        repeats.begin("studio", "k", "other")
    repeats.begin("studio", "k", "body").end(DONE)
    assert repeats.begin("studio", "k", "body") == DONE


def test_a_call_that_takes_long_keeps_its_turn(repeats, clock):
    turn = repeats.begin("studio", "k", "body")
    for _ in range(5):
        clock.now += LEASE_S - 1
        turn.renew()
    with pytest.raises(InFlight):
        repeats.begin("studio", "k", "body")


@pytest.mark.parametrize("answer", [Answer(201, "", b"late"), None])
@pytest.mark.parametrize("is_done", [True, False])
def test_f14_who_lost_the_turn_changes_nothing(repeats, clock, answer, is_done):
    late = repeats.begin("studio", "k", "body")
    clock.now += LEASE_S
    second = repeats.begin("studio", "k", "body")
    if is_done:
        second.end(DONE)
    late.renew()
    late.end(answer)
    if is_done:
        assert repeats.begin("studio", "k", "body") == DONE
    else:
        with pytest.raises(InFlight):
            repeats.begin("studio", "k", "body")


def test_answers_are_forgotten_after_a_day(database, repeats, clock):
    for n in range(3):
        repeats.begin("studio", f"k{n}", "body").end(DONE)
    clock.now += KEPT_S - 1
    assert repeats.begin("studio", "k0", "body") == DONE
    clock.now += 1
    assert isinstance(repeats.begin("studio", "k0", "other body"), Turn)
    assert count(database) == 1


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "é", "a\n", "\x00"])
def test_a_key_is_plain_text(repeats, key):
    with pytest.raises(Invalid, match="Idempotency-Key"):
        repeats.begin("studio", key, "body")
