"""Reads through HTTP gateways, all an auditor needs: blocks as `format=raw`, whole trees as `format=car`.

Gateways are strangers. What one says is hashed, and one that lies, stalls or sends without end is passed over for the
next, now and in later calls. One that asks us to slow down is asked again when it says, so that a large audit is slow there
and not incomplete. Redirects are not followed: the operator named these hosts and no others.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TypeVar

import httpx2

from creditline.content import car, dag, download
from creditline.content import cid as cids
from creditline.content.dag import FILE_BYTES_MAX
from creditline.content.store import Reader
from creditline.errors import Busy, Corrupt, CreditlineError, Misconfigured, Missing, TooLarge, Unavailable
from creditline.text import read_retry_after

GATEWAYS_MAX = 16
WAITS_MAX = 8
WAIT_S_MAX = 60
# The empty identity CID: a gateway answers for it without having anything.
PROBE = "bafkqaaa"

_Answer = TypeVar("_Answer")
_GRAVEST_FIRST = (Corrupt, TooLarge, Unavailable, Busy, Missing)


class Gateway(Reader):
    """Several gateways as one reader. Thread-safe."""

    def __init__(
        self,
        urls: Sequence[str],
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: download.Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Addresses without `/ipfs`, the preferred one first. Raises `Misconfigured` for none or a bad one."""
        if not 0 < len(urls) <= GATEWAYS_MAX:
            raise Misconfigured(f"{len(urls)} gateways are set.", f"Set 1 to {GATEWAYS_MAX}.")
        self._order = [download.address(url) for url in urls]
        self._turn = threading.Lock()
        self._clock = clock
        self._sleep = sleep
        self._client = httpx2.Client(transport=transport, timeout=download.TIMEOUT, headers=download.HEADERS)

    def close(self) -> None:
        self._client.close()

    def block(self, cid: str) -> bytes:
        """As `Reader.block`. Raises only when all gateways failed, and then the gravest of what they did."""
        name = cids.normal(cid)
        return self._first(lambda url: self._block(url, name))

    def has(self, cid: str) -> bool:
        """Whether some gateway gives the root block."""
        try:
            self.block(cid)
        except Missing:
            return False
        return True

    def get(self, cid: str, limit: int = FILE_BYTES_MAX) -> bytes:
        """As `Reader.get`, in one request where a gateway can, and block by block where it cannot."""
        return dag.read(self._prefetched(cid, limit), cid, limit)

    def blocks(self, cid: str, limit: int = FILE_BYTES_MAX) -> Iterator[tuple[str, bytes]]:
        return dag.blocks(self._prefetched(cid, limit), cid, limit)

    def health(self) -> str:
        """Raises `Unavailable` only if no gateway answers."""
        return self._first(self._probe)

    def _prefetched(self, cid: str, limit: int) -> dag.Fetch:
        name = cids.normal(cid)
        held: dict[str, bytes] = {}
        if cids.parse(name).codec == cids.DAG_PB:
            # What does arrive was checked; the rest is asked for block by block, and those errors are told.
            with suppress(CreditlineError):
                self._first(lambda url: self._load(url, name, limit, held))

        def fetch(wanted: str) -> bytes:
            return held[wanted] if wanted in held else self.block(wanted)

        return fetch

    def _load(self, url: str, cid: str, limit: int, held: dict[str, bytes]) -> None:
        limit = dag.car_bytes_max(limit)
        with self._answer(url, cid, "car") as response:
            held.update(
                car.read(download.body(response, limit, download.shown(url), self._clock), limit).blocks
            )

    def _block(self, url: str, cid: str) -> bytes:
        source = download.shown(url)
        with self._answer(url, cid, "raw") as response:
            block = b"".join(download.body(response, dag.BLOCK_BYTES_MAX, source, self._clock))
        return cids.check(cid, block, source)

    def _probe(self, url: str) -> str:
        address = f"{url}/ipfs/{PROBE}?format=raw"
        with download.reaching(download.shown(url)), self._client.stream("GET", address) as response:
            if response.is_server_error:
                raise self._refusal(url, PROBE, response.status_code)
        return f"gateway {download.shown(url)}"

    @contextmanager
    def _answer(self, url: str, cid: str, form: str) -> Iterator[httpx2.Response]:
        address = f"{url}/ipfs/{cid}?format={form}"
        accept = {"Accept": f"application/vnd.ipld.{form}"}
        with (
            download.reaching(download.shown(url)),
            self._client.stream("GET", address, headers=accept) as response,
        ):
            if response.status_code == httpx2.codes.TOO_MANY_REQUESTS:
                raise _asks_for_patience(url, response)
            if response.status_code != httpx2.codes.OK:
                raise self._refusal(url, cid, response.status_code)
            yield response

    def _refusal(self, url: str, cid: str, status: int) -> CreditlineError:
        source = download.shown(url)
        if status in (httpx2.codes.NOT_FOUND, httpx2.codes.GONE):
            return Missing(f"{source} does not have {cid}.", "Add a gateway that does.")
        if 300 <= status < 400:
            return Unavailable(f"{source} redirects elsewhere.", "Set the address that it redirects to.")
        return Unavailable(f"{source} answered {status}.", "Try again later, or add another gateway.")

    def _first(self, ask: Callable[[str], _Answer]) -> _Answer:
        failures: list[CreditlineError] = []
        with self._turn:
            order = tuple(self._order)
        for url in order:
            try:
                return self._patiently(ask, url)
            except CreditlineError as error:
                failures.append(error)
                if not isinstance(error, Missing):
                    self._demote(url)
        raise _gravest(failures)

    def _patiently(self, ask: Callable[[str], _Answer], url: str) -> _Answer:
        for _ in range(WAITS_MAX):
            try:
                return ask(url)
            except Busy as busy:
                wait_s = busy.retry_after_s or 1
                if wait_s > WAIT_S_MAX:
                    raise
                self._sleep(wait_s)
        return ask(url)

    def _demote(self, url: str) -> None:
        with self._turn:
            self._order.remove(url)
            self._order.append(url)


def _asks_for_patience(url: str, response: httpx2.Response) -> Busy:
    return Busy(
        f"{download.shown(url)} wants to be asked more slowly.",
        "Try again later, or add another gateway.",
        read_retry_after(response.headers.get("Retry-After", "")),
    )


def _gravest(failures: Sequence[CreditlineError]) -> CreditlineError:
    for kind in _GRAVEST_FIRST:
        for failure in failures:
            if isinstance(failure, kind):
                return kind(" ".join(each.what for each in failures), failure.next_step)
    return failures[0]
