"""Errors of the service come out as the errors they stand for."""

from __future__ import annotations

import httpx2
import pytest

from creditline.client.transport import Transport
from creditline.errors import CreditlineError, Exhausted, Insufficient, Missing, TooFast, Unavailable


def transport(*answers: httpx2.Response | Exception, waits: list[float] | None = None) -> Transport:
    left = list(answers)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    client = httpx2.Client(base_url="http://service.test", transport=httpx2.MockTransport(answer))
    sleep = ([] if waits is None else waits).append
    return Transport("http://service.test", client=client, sleep=sleep)


def problem(status: int, slug: str, retry_after: str = "") -> httpx2.Response:
    body = {
        "type": f"urn:creditline:problem:{slug}",
        "title": "The pool is empty.",
        "status": status,
        "detail": "Fund it.",
    }
    headers = {"Retry-After": retry_after} if retry_after else {}
    return httpx2.Response(status, json=body, headers=headers)


def test_a_problem_becomes_its_error() -> None:
    with pytest.raises(Insufficient) as caught:
        transport(problem(402, "insufficient-deposit")).get("/v1/x")
    assert (caught.value.what, caught.value.next_step) == ("The pool is empty.", "Fund it.")


def test_bytes_come_as_they_are() -> None:
    assert transport(httpx2.Response(200, content=b"\x89PNG")).fetch("/ipfs/x") == b"\x89PNG"
    with pytest.raises(Missing, match="pool is empty"):
        transport(problem(404, "missing")).fetch("/ipfs/x")


def test_a_busy_service_is_asked_again() -> None:
    assert transport(problem(503, "busy"), httpx2.Response(200, json={"ok": 1})).post("/v1/x") == {"ok": 1}


def test_a_lost_answer_is_asked_for_again() -> None:
    assert transport(httpx2.ReadTimeout("lost"), httpx2.Response(200, json={"ok": 1})).post("/v1/x") == {
        "ok": 1
    }


def test_a_service_that_is_down_is_named_at_once() -> None:
    with pytest.raises(Unavailable, match=r"service\.test"):
        transport(httpx2.ConnectError("refused")).get("/v1/x")


def test_another_kind_of_server_is_recognised() -> None:
    with pytest.raises(CreditlineError, match="answered 404"):
        transport(httpx2.Response(404, text="<html>")).get("/v1/x")


@pytest.mark.parametrize(
    ("status", "slug"), [(409, "in-flight"), (429, "too-fast"), (503, "busy"), (503, "unavailable")]
)
def test_f26_the_client_waits_as_long_as_it_is_told(status: int, slug: str) -> None:
    waits: list[float] = []
    answers = [
        problem(status, slug, "7"),
        problem(status, slug, "soon"),
        httpx2.Response(200, json={"ok": 1}),
    ]
    assert transport(*answers, waits=waits).post("/v1/x") == {"ok": 1}
    assert waits == [7, 0.5]


def test_f26_a_wait_beyond_patience_is_an_error_at_once() -> None:
    waits: list[float] = []
    with pytest.raises(TooFast) as caught:
        transport(problem(429, "too-fast", "121"), waits=waits).get("/v1/x")
    assert (caught.value.retry_after_s, waits) == (121, [])


def test_a_spent_budget_is_told_and_not_waited_for() -> None:
    waits: list[float] = []
    with pytest.raises(Exhausted) as caught:
        transport(problem(429, "exhausted", "30"), waits=waits).post("/v1/claims")
    assert (caught.value.retry_after_s, waits) == (30, [])
