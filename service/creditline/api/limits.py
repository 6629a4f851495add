"""Bounds on every request body, in bytes and in time, before any route or thread sees it."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creditline.api.problems import answer
from creditline.errors import Invalid, TooLarge

JSON_BYTES_MAX = 16 * 1024 * 1024
FORM_OVERHEAD_BYTES = 64 * 1024
ARRIVAL_S = 60.0


class BodyLimit:
    """`picture_bytes_max` bounds uploads; every other body has at most `JSON_BYTES_MAX`."""

    def __init__(self, app: ASGIApp, *, picture_bytes_max: int, arrival_s: float = ARRIVAL_S) -> None:
        self._app = app
        self._upload_bytes_max = picture_bytes_max + FORM_OVERHEAD_BYTES
        self._arrival_s = arrival_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name: value for name, value in scope["headers"] if name in (b"content-length", b"content-type")
        }
        limit = self._limit(headers.get(b"content-type", b""))
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await answer(_too_large(limit))(scope, receive, send)
            return
        await self._app(scope, _Bounded(receive, limit, self._arrival_s), send)

    def _limit(self, content_type: bytes) -> int:
        return JSON_BYTES_MAX if content_type.startswith(b"application/json") else self._upload_bytes_max


class _Bounded:
    """A `receive` that counts. It raises where the body grows too large or comes too slowly."""

    def __init__(self, receive: Receive, limit: int, arrival_s: float) -> None:
        self._receive = receive
        self._limit = limit
        self._arrival_s = arrival_s
        self._size = 0
        self._more = True

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()  # waits for the disconnect, as long as the answer takes
        try:
            began = asyncio.get_running_loop().time()
            message = await asyncio.wait_for(self._receive(), self._arrival_s)
            self._arrival_s -= asyncio.get_running_loop().time() - began
        except TimeoutError:
            raise Invalid(
                "The body of the request did not arrive in time.", "Send it again over a faster line."
            ) from None
        self._size += len(message.get("body", b""))
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        if self._size > self._limit:
            raise _too_large(self._limit)
        return message


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body has more than {limit:,} bytes.", "Send less at a time, or a smaller picture.")
