"""Who comes in, and how much at a time: before a body is read, each call is charged to its caller.

A caller that asks too much is told when to come back (429), and a service that has too much to do says so at once (503):
nothing queues up without end.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creditline.api.buckets import Buckets, Charge, Rate
from creditline.api.problems import answer
from creditline.api.tariff import price
from creditline.errors import Busy, CreditlineError, TooFast

DEPARTURE_S = 60.0
"""How long one piece of an answer may wait for a reader that takes nothing."""
IN_FLIGHT_S = 1
_IPV6_NETWORK_BITS = 64


@dataclass(frozen=True)
class Limits:
    """`address` is what an address may ask for; `in_flight_units` bounds what one caller has under way, `calls_max` all."""

    address: Rate
    in_flight_units: int
    calls_max: int


class Gate:
    """`undeclared_bytes` is what a body without a Content-Length is charged for."""

    def __init__(
        self, app: ASGIApp, *, limits: Limits, undeclared_bytes: int, departure_s: float = DEPARTURE_S
    ) -> None:
        self._app = app
        self._limits = limits
        self._undeclared_bytes = undeclared_bytes
        self._departure_s = departure_s
        self._buckets = Buckets()
        self._in_flight: Counter[str] = Counter()
        self._calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        units = price(scope["method"], scope["path"], self._body_bytes(scope))
        charges = [Charge(place_of(scope), self._limits.address)]
        try:
            self._admit(charges, units)
        except CreditlineError as error:
            await answer(error)(scope, receive, send)
            return
        with self._under_way(charges, units):
            await self._app(scope, receive, self._timed(send))

    def _admit(self, charges: Sequence[Charge], units: int) -> None:
        if self._calls >= self._limits.calls_max:
            raise Busy(f"{self._calls} calls are under way.", "Send this one again in a few seconds.")
        if any(self._in_flight[each.name] + units > self._limits.in_flight_units for each in charges):
            raise TooFast(
                "Too many of your calls are under way.", "Wait until some are answered.", IN_FLIGHT_S
            )
        wait_s = self._buckets.draw(charges, units)
        if wait_s:
            raise TooFast(
                f"This call costs {units} units, more than you have left.",
                f"Send it again in {wait_s} s; docs/reference/limits.md says what calls cost.",
                wait_s,
            )

    @contextmanager
    def _under_way(self, charges: Sequence[Charge], units: int) -> Iterator[None]:
        self._calls += 1
        for each in charges:
            self._in_flight[each.name] += units
        try:
            yield
        finally:
            self._calls -= 1
            for each in charges:
                self._in_flight[each.name] -= units
                if not self._in_flight[each.name]:
                    del self._in_flight[each.name]

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


def place_of(scope: Scope) -> str:
    """The caller's address; of IPv6 the network, since its holder has all of it."""
    host = (scope.get("client") or ("",))[0]
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "address unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv6Address):
        return f"address {ipaddress.ip_network((found, _IPV6_NETWORK_BITS), strict=False)}"
    return f"address {found}"
