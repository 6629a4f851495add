"""The Idempotency-Key header: a POST that is sent again with the same key gets the first answer, and has one effect."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creditline.access.repeats import RENEWAL_S, Answer, Repeats, Turn
from creditline.api.caller import caller_of
from creditline.api.problems import answer
from creditline.errors import CreditlineError

log = logging.getLogger(__name__)
HEADER = "Idempotency-Key"
THREADS = 4
_KEEP_THEIR_OWN = re.compile(r"/v1/usages|/v1/session(/.*)?")
"""A usage's key is its id for ever, and its receipt its answer; a session's answer sets a cookie."""


class Repeatable:
    """Calls without the header pass as they are."""

    def __init__(self, app: ASGIApp, *, repeats: Repeats, renewal_s: float = RENEWAL_S) -> None:
        self._app = app
        self._repeats = repeats
        self._renewal_s = renewal_s
        self._threads = CapacityLimiter(THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        key = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if key is None or scope["method"] != "POST" or _KEEP_THEIR_OWN.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            body = await _read(receive)
            if body is None:
                return
            begun = await run_sync(
                self._repeats.begin,
                caller_of(scope).name,
                key,
                fingerprint(scope, body),
                limiter=self._threads,
            )
        except CreditlineError as error:
            await answer(error)(scope, receive, send)
            return
        if isinstance(begun, Answer):
            headers = {"Idempotent-Replayed": "true", "Content-Type": begun.content_type}
            await Response(begun.body, begun.status, headers)(scope, receive, send)
            return
        await self._call(begun, scope, _again(body, receive), send)

    async def _call(self, turn: Turn, scope: Scope, receive: Receive, send: Send) -> None:
        """The answer is kept before it is sent: whoever has not got it can ask for it."""
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(message)

        given: Answer | None = None
        try:
            async with self._renewed(turn):
                await self._app(scope, receive, collect)
            given = _given(messages)
        finally:
            with suppress(CreditlineError):  # what could not be kept is free again when its lease is over
                await run_sync(turn.end, given, limiter=self._threads)
        for message in messages:
            await send(message)

    @asynccontextmanager
    async def _renewed(self, turn: Turn) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(self._renewal_s)
                try:
                    await run_sync(turn.renew, limiter=self._threads)
                except CreditlineError as error:
                    log.warning("a lease was not renewed: %s", error)

        renewing = asyncio.create_task(renew())
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing


def fingerprint(scope: Scope, body: bytes) -> str:
    """Equal for two sendings of one request. Clients invent a new boundary for each sending of a form: it does not count."""
    kind, options = parse_options_header(Headers(scope=scope).get("content-type", ""))
    boundary = options.get(b"boundary")
    parts = [scope["method"].encode(), scope["path"].encode(), scope["query_string"], kind]
    parts.append(body.replace(boundary, b"boundary") if boundary else body)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()


async def _read(receive: Receive) -> bytes | None:
    """None where the caller hung up before the body was whole."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def _again(body: bytes, receive: Receive) -> Receive:
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return unread.pop() if unread else await receive()

    return again


def _given(messages: list[Message]) -> Answer | None:
    if not messages or messages[0]["type"] != "http.response.start":
        return None
    content_type = Headers(raw=list(messages[0].get("headers", ()))).get("content-type", "")
    return Answer(
        messages[0]["status"], content_type, b"".join(each.get("body", b"") for each in messages[1:])
    )
