"""F14 at the front door: the real middleware over a real database, before an app that counts what it does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from creditline.access.repeats import Repeats
from creditline.api.caller import Caller, keep_caller
from creditline.api.repeatable import Repeatable, fingerprint
from creditline.store.answers import Answers
from creditline.store.database import Database

PATH = "/v1/attributions"


class Counter:
    """Reads the body, waits for its door if it has one, and answers how often it was called."""

    def __init__(self) -> None:
        self.calls = 0
        self.bodies: list[bytes] = []
        self.door: asyncio.Event | None = None
        self.entered = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        message = await receive()
        self.bodies.append(message["body"])
        self.calls += 1
        self.entered.set()
        if self.door:
            await self.door.wait()
        if b"fail" in message["body"]:
            raise RuntimeError("a bug")
        status = 404 if b"missing" in message["body"] else 201
        await JSONResponse({"calls": self.calls}, status)(scope, receive, send)


Act = Callable[[httpx2.AsyncClient, Counter], Awaitable[None]]


@pytest.fixture
def repeats(tmp_path: Path) -> Iterator[Repeats]:
    database = Database(f"sqlite:///{tmp_path}/creditline.db")
    database.migrate()
    yield Repeats(Answers(database))
    database.close()


def play(repeats: Repeats, act: Act, renewal_s: float = 5) -> None:
    async def scene() -> None:
        counter = Counter()
        repeatable = Repeatable(counter, repeats=repeats, renewal_s=renewal_s)

        async def known(scope: Scope, receive: Receive, send: Send) -> None:
            keep_caller(scope, Caller(f"address {scope['client'][0]}"))
            await repeatable(scope, receive, send)

        transport = httpx2.ASGITransport(known, client=("203.0.113.1", 1), raise_app_exceptions=False)
        async with httpx2.AsyncClient(base_url="http://service.test", transport=transport) as client:
            await asyncio.wait_for(act(client, counter), 60)

    asyncio.run(scene())


def key(text: str = "k") -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": text}}


def test_f14_64_parallel_calls_have_one_effect_and_another_body_is_refused(repeats: Repeats) -> None:
    async def act(client: httpx2.AsyncClient, counter: Counter) -> None:
        counter.door = asyncio.Event()
        calls = [asyncio.create_task(client.post(PATH, content=b"one", **key())) for _ in range(64)]
        await counter.entered.wait()
        other = await client.post(PATH, content=b"other", **key())
        assert (other.status_code, other.json()["type"]) == (
            422,
            "urn:creditline:problem:idempotency-key-reused",
        )
        counter.door.set()
        answers = await asyncio.gather(*calls)
        assert counter.calls == 1
        assert {each.status_code for each in answers} == {201, 409}
        for each in answers:
            if each.status_code == 409:
                assert each.json()["type"] == "urn:creditline:problem:in-flight"
                assert each.headers["retry-after"] == "1"
        again = await client.post(PATH, content=b"one", **key())
        assert (again.json(), again.headers["idempotent-replayed"]) == ({"calls": 1}, "true")
        assert again.headers["content-type"] == "application/json"

    play(repeats, act)


def test_without_a_key_every_call_is_its_own(repeats: Repeats) -> None:
    async def act(client: httpx2.AsyncClient, _: Counter) -> None:
        answers = [(await client.post(PATH, content=b"one")).json() for _ in range(2)]
        assert answers == [{"calls": 1}, {"calls": 2}]

    play(repeats, act)


@pytest.mark.parametrize("path", ["/v1/usages", "/v1/session", "/v1/session/message"])
def test_what_keeps_its_own_answers_passes(repeats: Repeats, path: str) -> None:
    async def act(client: httpx2.AsyncClient, _: Counter) -> None:
        answers = [(await client.post(path, content=b"one", **key())).json() for _ in range(2)]
        assert answers == [{"calls": 1}, {"calls": 2}]

    play(repeats, act)


def test_f14_a_form_is_the_same_with_another_boundary(repeats: Repeats) -> None:
    async def act(client: httpx2.AsyncClient, counter: Counter) -> None:
        form: dict[str, Any] = {"files": {"picture": b"\x89PNG"}, "data": {"model": "0x12"}}
        answers = [await client.post(PATH, **form, **key()) for _ in range(2)]
        assert [each.json() for each in answers] == [{"calls": 1}] * 2
        assert counter.bodies[0].startswith(b"--")
        form["data"] = {"model": "0x13"}
        assert (await client.post(PATH, **form, **key())).status_code == 422

    play(repeats, act)


@pytest.mark.parametrize(("body", "status"), [(b"missing", 404), (b"fail", 500)])
def test_an_error_frees_the_key(repeats: Repeats, body: bytes, status: int) -> None:
    async def act(client: httpx2.AsyncClient, _: Counter) -> None:
        assert (await client.post(PATH, content=body, **key())).status_code == status
        assert (await client.post(PATH, content=b"corrected", **key())).status_code == 201

    play(repeats, act)


def test_a_call_that_outlasts_its_lease_stays_the_only_one(
    repeats: Repeats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("creditline.access.repeats.LEASE_S", 2)

    async def act(client: httpx2.AsyncClient, counter: Counter) -> None:
        counter.door = asyncio.Event()
        first = asyncio.create_task(client.post(PATH, content=b"one", **key()))
        await counter.entered.wait()
        loop = asyncio.get_running_loop()
        end = loop.time() + 5
        while loop.time() < end:
            assert (await client.post(PATH, content=b"one", **key())).status_code == 409
        counter.door.set()
        assert (await first).json() == {"calls": 1}

    play(repeats, act, renewal_s=0.2)


def test_a_caller_that_hangs_up_has_asked_for_nothing(repeats: Repeats) -> None:
    async def act(_: httpx2.AsyncClient, counter: Counter) -> None:
        messages: list[Message] = [
            {"type": "http.request", "body": b"half", "more_body": True},
            {"type": "http.disconnect"},
        ]

        async def receive() -> Message:
            return messages.pop(0)

        async def send(_message: Message) -> None:
            raise AssertionError("nobody listens")

        scope = {
            "type": "http",
            "method": "POST",
            "path": PATH,
            "query_string": b"",
            "headers": [(b"idempotency-key", b"k")],
        }
        keep_caller(scope, Caller("address"))
        await Repeatable(counter, repeats=repeats)(scope, receive, send)
        assert counter.calls == 0

    play(repeats, act)


@pytest.mark.parametrize(
    "change",
    [{"path": "/v1/pools"}, {"query_string": b"a=1"}, {"headers": [(b"content-type", b"text/plain")]}],
)
def test_all_that_makes_a_request_is_in_its_fingerprint(change: dict[str, Any]) -> None:
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b"", "headers": []}
    assert fingerprint(scope, b"one") == fingerprint(dict(scope), b"one")
    assert fingerprint(scope, b"one") != fingerprint({**scope, **change}, b"one")
    assert fingerprint(scope, b"one") != fingerprint(scope, b"two")
