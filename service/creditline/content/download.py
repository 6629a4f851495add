"""The body of an HTTP answer under a limit in bytes and in time, and transport errors in our own words."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx2

from creditline.errors import Misconfigured, TooLarge, Unavailable

Clock = Callable[[], float]

GRACE_SECONDS = 20.0
BYTES_PER_SECOND_MIN = 32 * 1024
TIMEOUT = httpx2.Timeout(10.0, connect=5.0)

# A compressed answer could unfold to a thousand times its size before anyone counts it.
HEADERS = {"Accept-Encoding": "identity", "User-Agent": "creditline"}


def body(
    response: httpx2.Response, limit: int, source: str, clock: Clock = time.monotonic
) -> Iterator[bytes]:
    """At most `limit` bytes, as they arrive.

    Raises `TooLarge` for more, and `Unavailable` for a compressed answer or one that drips: a time-out for each read
    alone would let a server that sends a byte now and then hold us for days.
    """
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unavailable(f"{source} compresses its answer unasked.", "Use another source.")
    started, received = clock(), 0
    for chunk in response.iter_bytes():
        received += len(chunk)
        if received > limit:
            raise TooLarge(f"{source} sends more than the limit of {limit} bytes.", "Use another source.")
        if clock() - started > GRACE_SECONDS + received / BYTES_PER_SECOND_MIN:
            raise Unavailable(f"{source} is too slow.", "Try again later, or use another source.")
        yield chunk


@contextmanager
def reaching(source: str) -> Iterator[None]:
    """Turn whatever goes wrong on the wire into `Unavailable`."""
    try:
        yield
    except httpx2.HTTPError as error:
        raise Unavailable(
            f"{source} does not answer ({type(error).__name__}).",
            "Check the address and that it runs, then try again.",
        ) from error


def address(url: str) -> str:
    """The address without a final slash. Raises `Misconfigured` unless it is one of HTTP."""
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, TypeError) as error:
        raise Misconfigured("A content address is no URL.", "Write it like http://127.0.0.1:5001.") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise Misconfigured(
            f"{shown(url)} is no plain HTTP address.", "Write it like http://127.0.0.1:5001, without a query."
        )
    return url.rstrip("/")


def shown(url: str) -> str:
    """The address without user and password, for messages."""
    parsed = httpx2.URL(url)
    return f"{parsed.scheme}://{parsed.netloc.decode()}{parsed.path.rstrip('/')}"
