"""Fetching from an address that a stranger named, without letting them reach what only we can reach (SSRF).

A name is resolved once, every address that it has is checked, and the connection goes to a checked one: a name that points
elsewhere a moment later changes nothing. Each redirect is a new address and treated as one. No proxy and no credential of
this machine takes part.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable
from typing import Final

import httpx2

from creditline.content.download import HEADERS, TIMEOUT
from creditline.content.public import Address, is_public
from creditline.errors import Busy, Invalid, Missing, TooLarge, Unavailable

REDIRECTS_MAX = 3
SECONDS_MAX = 60.0
URL_MAX = 2_000
PORTS: Final = {"http": 80, "https": 443}
ADDRESSES_MAX = 16
FETCHES_MAX = 8
"""At once: a slow server on the other side must not hold every thread."""
TRIES = 2

_HOST = re.compile(r"[a-z0-9._:-]+")

Resolve = Callable[[str, int], Awaitable[list[str]]]


async def resolve(host: str, port: int) -> list[str]:
    """All addresses of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Fetcher:
    """Thread-safe. The arguments are for networks of one's own: `allows` may let in what is not public, on `ports`."""

    def __init__(
        self,
        *,
        resolve: Resolve = resolve,
        allows: Callable[[Address], bool] = is_public,
        ports: frozenset[int] = frozenset(PORTS.values()),
        tls: ssl.SSLContext | None = None,
        seconds: float = SECONDS_MAX,
    ) -> None:
        self._resolve = resolve
        self._allows = allows
        self._ports = ports
        self._tls = tls
        self._seconds = seconds
        self._room = threading.BoundedSemaphore(FETCHES_MAX)

    def fetch(self, url: str, limit: int) -> bytes:
        """What lies there, at most `limit` bytes.

        Raises `Invalid` for an address that is not public or no plain one, `TooLarge`, `Missing`, `Unavailable`, `Busy`.
        """
        if not self._room.acquire(blocking=False):
            raise Busy("Too many pictures are being fetched.", "Send this one again in a few seconds.")
        try:
            return asyncio.run(asyncio.wait_for(self._follow(url, limit), self._seconds))
        except TimeoutError:
            raise Unavailable(
                f"{_shown(url)} took longer than {self._seconds:g} s.", "Send the picture itself instead."
            ) from None
        finally:
            self._room.release()

    async def _follow(self, url: str, limit: int) -> bytes:
        here = _parse(url, self._ports)
        headers, tls = {**HEADERS, "Accept": "image/*"}, True if self._tls is None else self._tls
        async with httpx2.AsyncClient(timeout=TIMEOUT, trust_env=False, verify=tls) as client:
            for _ in range(REDIRECTS_MAX + 1):
                found = await self._get(client, here, headers, limit)
                if isinstance(found, bytes):
                    return found
                there = _parse(str(here.join(found)), self._ports)
                if (here.scheme, there.scheme) == ("https", "http"):
                    raise Invalid(f"{_shown(url)} leads away from https.", _SEND_IT)
                here = there
        raise Invalid(f"{_shown(url)} redirects more than {REDIRECTS_MAX} times.", _SEND_IT)

    async def _get(
        self, client: httpx2.AsyncClient, url: httpx2.URL, headers: dict[str, str], limit: int
    ) -> bytes | str:
        """The body, or where a redirect leads."""
        failure: httpx2.HTTPError | None = None
        for address in (await self._checked(url))[:TRIES]:
            request = client.build_request(
                "GET",
                url.copy_with(host=str(address)),
                headers={**headers, "Host": url.netloc.decode("ascii")},
                extensions={"sni_hostname": _host(url)},
            )
            try:
                response = await client.send(request, stream=True)
                try:
                    return await _read(response, url, limit)
                finally:
                    await response.aclose()
            except httpx2.HTTPError as error:
                failure = error
        raise Unavailable(
            f"{_shown(str(url))} does not answer ({type(failure).__name__}).", "Try again later."
        )

    async def _checked(self, url: httpx2.URL) -> list[Address]:
        """The addresses behind a name. In the same words for a name that has none: our names are not for strangers."""
        try:
            texts = await self._resolve(_host(url), _port(url))
            found = [ipaddress.ip_address(text) for text in dict.fromkeys(texts[:ADDRESSES_MAX])]
        except (OSError, ValueError):
            found = []
        if not found or not all(self._allows(address) for address in found):
            raise Invalid(f"No public address is known for {url.host[:200]!a}.", _SEND_IT)
        return found


_SEND_IT = "Name a public address that has the picture itself, or send the picture."


async def _read(response: httpx2.Response, url: httpx2.URL, limit: int) -> bytes | str:
    status, source = response.status_code, _shown(str(url))
    if status in (301, 302, 303, 307, 308) and "location" in response.headers:
        return str(response.headers["location"])
    if status in (404, 410):
        raise Missing(f"There is nothing at {source}.", "Correct the address.")
    if status != httpx2.codes.OK:
        raise Unavailable(f"{source} answered {status}.", "Try again later, or send the picture.")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Unavailable(f"{source} compresses its answer unasked.", "Send the picture itself.")
    chunks, size = [], 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"{source} has more than {limit:,} bytes.", "Name a smaller picture.")
        chunks.append(chunk)
    return b"".join(chunks)


def _parse(text: str, ports: frozenset[int]) -> httpx2.URL:
    try:
        url = httpx2.URL(text) if len(text) <= URL_MAX else None
    except (httpx2.InvalidURL, UnicodeError):
        url = None
    if url is None or url.scheme not in PORTS or url.userinfo or not _HOST.fullmatch(_host(url)):
        raise Invalid(
            f"{_shown(text)} is no plain http or https address.",
            "Write it like https://example.org/a.png, without user or password.",
        )
    if _port(url) not in ports:
        raise Invalid(f"Port {_port(url)} is none that pictures are fetched from.", "Use 80 or 443.")
    return url


def _host(url: httpx2.URL) -> str:
    """As it goes over the wire: names of other scripts are spelled in ASCII by then."""
    return url.raw_host.decode("ascii")


def _port(url: httpx2.URL) -> int:
    return PORTS[url.scheme] if url.port is None else url.port


def _shown(text: str) -> str:
    """For messages: without what may be a secret, on one line."""
    return ascii(text.partition("?")[0].rpartition("@")[2][:200])
