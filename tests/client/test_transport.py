"""Errors of the service come out as the errors they stand for."""

from __future__ import annotations

import httpx2
import pytest

from creditline.client.transport import Transport
from creditline.errors import CreditlineError, Insufficient, Missing, Unavailable


def transport(*answers: httpx2.Response | Exception) -> Transport:
    left = list(answers)

    def answer(_request: httpx2.Request) -> httpx2.Response:
        found = left.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    client = httpx2.Client(base_url="http://service.test", transport=httpx2.MockTransport(answer))
    return Transport("http://service.test", client=client)


def problem(status: int, slug: str) -> httpx2.Response:
    body = {
        "type": f"urn:creditline:problem:{slug}",
        "title": "The pool is empty.",
        "status": status,
        "detail": "Fund it.",
    }
    return httpx2.Response(status, json=body)


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
