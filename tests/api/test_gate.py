"""F26: one caller cannot have all of the service. The gate is the real one, over an app that only waits and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from creditline.access.key import Role
from creditline.access.keyring import Keyring
from creditline.access.sign_in import SignIn
from creditline.api.buckets import Rate
from creditline.api.caller import caller_of
from creditline.api.cookies import Site
from creditline.api.gate import WRONG_KEY_UNITS, Gate, Limits
from creditline.api.identity import Identity
from creditline.store.database import Database
from creditline.store.keys import Keys
from creditline.store.sessions import Sessions

UNDECLARED = 100 * 64 * 1024
CALL = "/v1/attributions"  # 500 units
KEY = Rate(60, 4_000)
LIMITS = Limits(address=Rate(60, 2_000), key=KEY, in_flight_units=10_000, calls_max=100)


class Room:
    """Answers once its door is opened."""

    def __init__(self) -> None:
        self.door = asyncio.Event()
        self.inside = 0
        self.names: list[str] = []
        self._entered = asyncio.Condition()

    async def has(self, callers: int) -> None:
        async with self._entered:
            await self._entered.wait_for(lambda: self.inside >= callers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with self._entered:
            self.inside += 1
            self.names.append(caller_of(scope).name)
            self._entered.notify_all()
        await self.door.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})


SITE = Site("https://creditline.example")


class Known(NamedTuple):
    """Real keys and sessions over a database of their own."""

    keyring: Keyring
    sign_in: SignIn

    @property
    def identity(self) -> Identity:
        return Identity(self.keyring, self.sign_in, SITE)


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Known]:
    database = Database(f"sqlite:///{tmp_path}/creditline.db")
    database.migrate()
    secret = b"secret" * 8
    sign_in = SignIn(
        Sessions(database), url=SITE.url, chain_id=31337, is_signed=lambda *_: True, secret=secret
    )
    yield Known(Keyring(Keys(database), secret), sign_in)
    database.close()


def callers(app: Any, *hosts: str, **headers: str) -> list[httpx2.AsyncClient]:
    def client(host: str) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(app, client=(host, 1))
        return httpx2.AsyncClient(base_url="http://service.test", transport=transport, headers=headers)

    return [client(host) for host in hosts]


def play(known: Known, limits: Limits, act: Callable[[Room, Gate], Awaitable[None]]) -> None:
    async def scene() -> None:
        room = Room()
        gate = Gate(room, limits=limits, identity=known.identity, undeclared_bytes=UNDECLARED)
        await asyncio.wait_for(act(room, gate), 20)

    asyncio.run(scene())


def test_f26_a_burst_ends_in_429_with_the_time_to_wait_and_others_are_served(known: Known) -> None:
    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        flood, other = callers(gate, "203.0.113.1", "203.0.113.2")
        answers = [await flood.post(CALL) for _ in range(5)]
        assert [each.status_code for each in answers] == [200] * 4 + [429]
        assert answers[-1].headers["retry-after"] == "500"
        body = answers[-1].json()
        assert (body["type"], body["detail"].startswith("Send it again in 500 s")) == (
            "urn:creditline:problem:too-fast",
            True,
        )
        assert room.inside == 4, "what is refused reaches nothing"
        assert (await other.post(CALL)).status_code == 200

    play(known, LIMITS, act)


def test_f26_one_caller_has_only_so_much_under_way(known: Known) -> None:
    async def act(room: Room, gate: Gate) -> None:
        flood, other = callers(gate, "203.0.113.1", "203.0.113.2")
        waiting = [asyncio.create_task(flood.post(CALL)) for _ in range(2)]
        await room.has(2)
        refused = await flood.post(CALL)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        served = asyncio.create_task(other.post(CALL))
        room.door.set()
        assert {each.status_code for each in await asyncio.gather(*waiting, served)} == {200}
        assert (await flood.post(CALL)).status_code == 200, "what is answered is under way no more"

    play(known, Limits(Rate(60, 10_000), KEY, in_flight_units=1_000, calls_max=100), act)


def test_f26_one_caller_leaves_room_however_little_its_calls_cost(known: Known) -> None:
    async def act(room: Room, gate: Gate) -> None:
        flood, other = callers(gate, "203.0.113.1", "203.0.113.2")
        waiting = [asyncio.create_task(flood.get("/v1/works")) for _ in range(3)]
        await room.has(3)
        refused = await flood.get("/v1/works")
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
        waiting.append(asyncio.create_task(other.get("/v1/works")))
        room.door.set()
        assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}
        assert (dict(gate._calls_of), dict(gate._in_flight)) == ({}, {})

    play(known, Limits(Rate(60, 2_000), KEY, in_flight_units=2_000, calls_max=12), act)


def test_a_full_house_answers_503_at_once(known: Known) -> None:
    async def act(room: Room, gate: Gate) -> None:
        clients = callers(gate, *(f"203.0.113.{n}" for n in range(9)))
        waiting = [asyncio.create_task(each.get("/v1/works")) for each in clients[:8]]
        await room.has(8)
        refused = await clients[8].get("/v1/works")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert refused.json()["type"] == "urn:creditline:problem:busy"
        room.door.set()
        assert {each.status_code for each in await asyncio.gather(*waiting)} == {200}

    play(known, Limits(Rate(60, 2_000), KEY, in_flight_units=2_000, calls_max=8), act)


def test_a_body_is_paid_for_declared_or_not(known: Known) -> None:
    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        (plain,) = callers(gate, "203.0.113.1")
        (chunked,) = callers(gate, "203.0.113.2", **{"transfer-encoding": "chunked"})
        assert (await plain.post("/v1/pools", content=bytes(64 * 1024))).status_code == 200
        assert (await chunked.post("/v1/pools")).status_code == 200
        left = {name: gate._buckets._full_at[f"address 203.0.113.{name}"] for name in (1, 2)}
        assert left[2] - left[1] >= 98 * Rate(60, 2_000).unit_ns

    play(known, LIMITS, act)


def test_a_reader_that_takes_nothing_is_let_go(known: Known) -> None:
    async def act(room: Room, _: Gate) -> None:
        gate = Gate(
            room, limits=LIMITS, identity=known.identity, undeclared_bytes=UNDECLARED, departure_s=0.01
        )
        room.door.set()

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(_message: Message) -> None:
            await asyncio.Event().wait()

        scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": ("203.0.113.1", 1)}
        with pytest.raises(TimeoutError):
            await gate(scope, receive, send)
        assert (gate._calls, dict(gate._in_flight)) == (0, {})

    play(known, LIMITS, act)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("203.0.113.1", "203.0.113.2", False),
        ("unix", "nonsense", True),
    ],
)
def test_f26_an_address_is_what_one_caller_holds(known: Known, one: str, other: str, is_same: bool) -> None:
    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        first, second = callers(gate, one, other)
        for _ in range(4):
            assert (await first.post(CALL)).status_code == 200
        assert (await second.post(CALL)).status_code == (429 if is_same else 200)

    play(known, LIMITS, act)


@pytest.mark.parametrize(
    ("trusted", "peer", "is_believed"),
    [
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.0/24", "198.51.100.7", True),
        ("198.51.100.7", "203.0.113.9", False),
        ("198.51.100.7", "127.0.0.1", False),
    ],
)
def test_f26_only_a_known_proxy_says_who_calls(
    known: Known, trusted: str, peer: str, is_believed: bool
) -> None:
    """As the service is started: a caller that names others in X-Forwarded-For stays one caller."""

    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        app = ProxyHeadersMiddleware(gate, trusted)
        answers = []
        for n in range(5):
            (client,) = callers(app, peer, **{"x-forwarded-for": f"8.8.8.8, 203.0.113.{n}"})
            answers.append((await client.post(CALL)).status_code)
        assert answers == ([200] * 5 if is_believed else [200] * 4 + [429])

    play(known, LIMITS, act)


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def test_f24_a_key_names_its_holder_and_counts_apart_from_the_address(known: Known) -> None:
    _, text = known.keyring.create("studio", Role.INTEGRATOR.scopes)

    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        (plain,) = callers(gate, "203.0.113.1")
        (keyed,) = callers(gate, "203.0.113.1", **bearer(text))
        assert [(await plain.post(CALL)).status_code for _ in range(5)] == [200] * 4 + [429]
        assert [(await keyed.post(CALL)).status_code for _ in range(9)] == [200] * 8 + [429]
        assert set(room.names) == {"address 203.0.113.1", "holder studio"}

    play(known, LIMITS, act)


def test_f26_many_keys_from_one_address_have_no_more_than_one(known: Known) -> None:
    texts = [known.keyring.create(f"studio {n}", Role.INTEGRATOR.scopes)[1] for n in range(3)]

    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        clients = [callers(gate, "203.0.113.1", **bearer(text))[0] for text in texts]
        answers = [(await clients[n % 3].post(CALL)).status_code for n in range(9)]
        assert answers == [200] * 8 + [429]

    play(known, LIMITS, act)


def test_f26_one_holder_has_one_share_with_any_key_from_anywhere(known: Known) -> None:
    first, text = known.keyring.create("studio", Role.INTEGRATOR.scopes)
    texts = [text, known.keyring.rotate(first.id, 3600)[1]]

    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        clients = [callers(gate, f"203.0.113.{n}", **bearer(text))[0] for n, text in enumerate(texts)]
        answers = [(await clients[n % 2].post(CALL)).status_code for n in range(9)]
        assert answers == [200] * 8 + [429]

    play(known, LIMITS, act)


@pytest.mark.parametrize("given", ["Bearer clk_x", "bearer guess", "Bearer"])
def test_f24_a_wrong_key_is_refused_everywhere_and_guessing_is_paid_for(known: Known, given: str) -> None:
    async def act(room: Room, gate: Gate) -> None:
        (client,) = callers(gate, "203.0.113.1", authorization=given)
        tries = 2_000 // WRONG_KEY_UNITS
        answers = [await client.get("/v1/works") for _ in range(tries + 1)]
        assert [each.status_code for each in answers] == [401] * tries + [429]
        assert answers[0].headers["www-authenticate"] == "Bearer"
        assert answers[0].json()["type"] == "urn:creditline:problem:unauthorised"
        assert room.inside == 0

    play(known, LIMITS, act)


def test_other_credentials_are_none_of_ours(known: Known) -> None:
    async def act(room: Room, gate: Gate) -> None:
        room.door.set()
        (client,) = callers(gate, "203.0.113.1", authorization="Basic dXNlcjpwYXNz")
        assert (await client.get("/v1/works")).status_code == 200

    play(known, LIMITS, act)
