"""Who comes in, and how much at a time.

Before a body is read, each call is charged to its caller: the holder of a key, or else an address, whoever is signed in there. A
caller that asks too much is told when to come back (429), and a service that has too much to do says so at once (503): nothing
queues up without end.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creditline.api.buckets import Buckets, Charge, Rate
from creditline.api.caller import Caller, keep_caller, place_of
from creditline.api.identity import Identity
from creditline.api.problems import answer
from creditline.api.tariff import price
from creditline.errors import Busy, CreditlineError, TooFast, Unauthorised

DEPARTURE_S = 60.0
"""How long one piece of an answer may wait for a reader that takes nothing."""
IN_FLIGHT_S = 1
REFUSAL_S = 0.25
REFUSALS_MAX = 64
"""How long a refused caller waits for its 429, and how many wait: whoever asks again at once is slowed down by that."""
CALLERS_MIN = 4
"""So many callers find room, however much each has under way: calls that cost little can take long."""
WRONG_KEY_UNITS = 20
"""What an address pays for a key that is none, since looking it up takes time."""


@dataclass(frozen=True)
class Limits:
    """What an address may ask for without a key, and what the holder of a key may, as may all keys from one address.

    `in_flight_units` bounds what one caller has under way, `calls_max` what all have.
    """

    address: Rate
    key: Rate
    in_flight_units: int
    calls_max: int


class Gate:
    """`undeclared_bytes` is what a body without Content-Length is charged for."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Limits,
        identity: Identity,
        undeclared_bytes: int,
        departure_s: float = DEPARTURE_S,
    ) -> None:
        self._app = app
        self._identity = identity
        self._limits = limits
        self._undeclared_bytes = undeclared_bytes
        self._departure_s = departure_s
        self._buckets = Buckets()
        self._in_flight: Counter[str] = Counter()
        self._calls_of: Counter[str] = Counter()
        self._calls = 0
        self._refusals = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._calls >= self._limits.calls_max:
            busy = Busy(f"{self._calls} calls are under way.", "Send this one again in a few seconds.")
            await answer(busy)(scope, receive, send)
            return
        self._calls += 1
        try:
            await self._serve(scope, receive, send)
        finally:
            self._calls -= 1

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        units = price(scope["method"], scope["path"], self._body_bytes(scope))
        try:
            caller = await self._find_caller(scope)
            charges = self._charges(caller)
            self._admit(charges, units)
        except TooFast as error:
            await self._refuse(error, scope, receive, send)
            return
        except CreditlineError as error:
            await answer(error)(scope, receive, send)
            return
        keep_caller(scope, caller)
        with self._under_way(charges, units):
            await self._app(scope, receive, self._timed(send))

    async def _refuse(self, error: TooFast, scope: Scope, receive: Receive, send: Send) -> None:
        if self._refusals < REFUSALS_MAX:
            self._refusals += 1
            self._calls -= 1  # it takes no room from those who are served
            try:
                await asyncio.sleep(REFUSAL_S)
            finally:
                self._refusals -= 1
                self._calls += 1
        await answer(error)(scope, receive, send)

    async def _find_caller(self, scope: Scope) -> Caller:
        try:
            return await self._identity.find(scope)
        except Unauthorised:
            self._draw([Charge(place_of(scope), self._limits.address)], WRONG_KEY_UNITS)
            raise

    def _charges(self, caller: Caller) -> list[Charge]:
        """Keys do not multiply what one address may ask for."""
        if caller.key is None:
            return [Charge(caller.place, self._limits.address)]
        names = (caller.name, f"keys at {caller.place}")
        return [Charge(name, self._limits.key) for name in names]

    def _admit(self, charges: Sequence[Charge], units: int) -> None:
        limits, names = self._limits, [each.name for each in charges]
        is_much = any(self._in_flight[name] + units > limits.in_flight_units for name in names)
        if is_much or any(self._calls_of[name] >= limits.calls_max // CALLERS_MIN for name in names):
            raise TooFast(
                "Too many of your calls are under way.", "Wait until some are answered.", IN_FLIGHT_S
            )
        self._draw(charges, units)

    def _draw(self, charges: Sequence[Charge], units: int) -> None:
        wait_s = self._buckets.draw(charges, units)
        if wait_s:
            raise TooFast(
                f"This call costs {units} units, more than you have left.",
                f"Send it again in {wait_s} s; docs/reference/limits.md says what calls cost.",
                wait_s,
            )

    @contextmanager
    def _under_way(self, charges: Sequence[Charge], units: int) -> Iterator[None]:
        names = [each.name for each in charges]
        for name in names:
            self._in_flight[name] += units
            self._calls_of[name] += 1
        try:
            yield
        finally:
            for name in names:
                self._in_flight[name] -= units
                self._calls_of[name] -= 1
                if not self._calls_of[name]:
                    del self._in_flight[name], self._calls_of[name]

    def _body_bytes(self, scope: Scope) -> int:
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"0")
        if b"transfer-encoding" in headers or not declared.isdigit():
            return self._undeclared_bytes
        return min(int(declared), self._undeclared_bytes)

    def _timed(self, send: Send) -> Send:
        async def timed(message: Message) -> None:
            await asyncio.wait_for(send(message), self._departure_s)

        return timed
