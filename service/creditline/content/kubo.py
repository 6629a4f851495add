"""A content store behind the RPC of a Kubo node, or of anything that speaks the few calls of it that are used here.

They are add, block/get, block/put, block/rm, block/stat, pin/add, pin/rm and version.
The node is ours but not believed: a block it returns and a CID it reports are checked against our own hash. Calls are
repeated only when no connection came about, because then the node has seen nothing of them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import httpx2

from creditline.content import cid as cids
from creditline.content import dag, download
from creditline.content.store import ContentStore
from creditline.errors import Corrupt, CreditlineError, Invalid, Misconfigured, Missing, TooLarge, Unavailable

ATTEMPTS = 3
PAUSE_SECONDS = 0.2
REPLY_BYTES_MAX = 64 * 1024
# The node gives up first, so that its reason reaches us.
SEARCH_SECONDS = 30
TIMEOUT = httpx2.Timeout(SEARCH_SECONDS + 5.0, connect=5.0)
ERASE_BATCH = 50

Params = list[tuple[str, str | int | float | bool | None]]


class KuboStore(ContentStore):
    """Thread-safe. A block that the node does not hold is searched in its network for up to 30 seconds."""

    def __init__(
        self,
        url: str,
        *,
        transport: httpx2.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is the RPC address, with `user:password@` where the node asks for it. Raises `Misconfigured`."""
        self._url = download.address(url)
        self._source = f"The IPFS node at {download.shown(url)}"
        self._pause = pause
        # A proxy has no business between us and our own node, whose RPC may do anything to it.
        self._client = httpx2.Client(
            transport=transport, timeout=TIMEOUT, headers=download.HEADERS, trust_env=False
        )

    def close(self) -> None:
        self._client.close()

    def block(self, cid: str) -> bytes:
        return self._block(cid, [("timeout", f"{SEARCH_SECONDS}s")])

    def has(self, cid: str) -> bool:
        """As `Reader.has`, of what the node itself holds: its network is not asked."""
        return dag.complete(self._held_block, self._holds, cid)

    def put(self, data: bytes) -> str:
        """As `ContentStore.put`. Raises `Corrupt` if the node names the file by another CID."""
        if len(data) > dag.FILE_BYTES_MAX:
            raise TooLarge(f"{len(data)} bytes are too many for one file.", "Split or shrink it.")
        params: Params = [
            ("cid-version", "1"),
            ("raw-leaves", "true"),
            ("chunker", f"size-{dag.CHUNK_BYTES}"),
            ("pin", "true"),
            ("progress", "false"),
            ("cid-base", "base32"),
        ]
        reply = self._json("add", params, data)
        return self._agreed(reply.get("Hash"), cids.cid_of(data))

    def put_block(self, cid: str, block: bytes) -> None:
        if len(block) > dag.BLOCK_BYTES_MAX:
            raise TooLarge(f"A block of {len(block)} bytes is too large.", "Add it as a file instead.")
        cids.check(cid, block, "The caller")
        codec = "raw" if cids.parse(cid).codec == cids.RAW else "dag-pb"
        params: Params = [
            ("cid-codec", codec),
            ("mhtype", "sha2-256"),
            ("allow-big-block", "true"),
            ("cid-base", "base32"),
        ]
        self._agreed(self._json("block/put", params, block).get("Key"), cids.normal(cid))

    def pin(self, cid: str) -> None:
        """As `ContentStore.pin`, but the node first fetches what it lacks from its network."""
        self._json(
            "pin/add", [("arg", cids.normal(cid)), ("recursive", "true"), ("timeout", f"{SEARCH_SECONDS}s")]
        )

    def forget(self, cid: str) -> None:
        """As `ContentStore.forget`. The node itself refuses to remove blocks that other pins need."""
        names = dag.inventory(self._held_block, cid)
        try:
            self._json("pin/rm", [("arg", cids.normal(cid))])
        except CreditlineError as error:
            if "not pinned" not in error.what:
                raise
        # Leaves first: cut short at any point, a second call still finds what is left.
        names.reverse()
        for start in range(0, len(names), ERASE_BATCH):
            batch: Params = [("arg", name) for name in names[start : start + ERASE_BATCH]]
            self._call("block/rm", [*batch, ("force", "true")], REPLY_BYTES_MAX)

    def health(self) -> str:
        version = self._json("version", []).get("Version")
        if not isinstance(version, str):
            raise self._senseless("version")
        return f"IPFS node {version[:40]} at {download.shown(self._url)}"

    def _block(self, cid: str, params: Params) -> bytes:
        name = cids.normal(cid)
        block = self._call("block/get", [("arg", name), *params], dag.BLOCK_BYTES_MAX)
        return cids.check(name, block, self._source)

    def _held_block(self, cid: str) -> bytes:
        return self._block(cid, [("offline", "true")])

    def _holds(self, cid: str) -> bool:
        try:
            self._json("block/stat", [("arg", cids.normal(cid)), ("offline", "true")])
        except Missing:
            return False
        return True

    def _agreed(self, reported: object, ours: str) -> str:
        # js-ipfs answers in base58 unless told otherwise, so spellings are made equal before they are compared.
        try:
            agreed = isinstance(reported, str) and cids.normal(reported) == ours
        except Invalid:
            agreed = False
        if not agreed:
            raise Corrupt(
                f"{self._source} stored {ours} under another name: {str(reported)[:80]!a}.",
                "Check that the node is Kubo and not altered; do not publish the other name.",
            )
        return ours

    def _json(self, command: str, params: Params, upload: bytes | None = None) -> dict[str, Any]:
        reply = self._call(command, params, REPLY_BYTES_MAX, upload)
        try:
            document = json.loads(reply.splitlines()[-1])
        except (ValueError, IndexError, RecursionError):
            document = None
        if not isinstance(document, dict):
            raise self._senseless(command)
        return document

    def _call(self, command: str, params: Params, limit: int, upload: bytes | None = None) -> bytes:
        with download.reaching(self._source):
            for attempt in range(1, ATTEMPTS):
                try:
                    return self._once(command, params, limit, upload)
                except (httpx2.ConnectError, httpx2.ConnectTimeout):
                    self._pause(PAUSE_SECONDS * 2**attempt)
            return self._once(command, params, limit, upload)

    def _once(self, command: str, params: Params, limit: int, upload: bytes | None) -> bytes:
        files = None if upload is None else {"file": ("file", upload)}
        address = f"{self._url}/api/v0/{command}"
        with self._client.stream("POST", address, params=httpx2.QueryParams(params), files=files) as response:
            if response.status_code == httpx2.codes.OK:
                return b"".join(download.body(response, limit, self._source))
            reason = b"".join(download.body(response, REPLY_BYTES_MAX, self._source))
        raise self._refusal(response.status_code, reason.decode(errors="replace")[:300])

    def _senseless(self, command: str) -> Unavailable:
        return Unavailable(
            f"{self._source} answers {command} without sense.", "Check that it is a Kubo RPC address."
        )

    def _refusal(self, status: int, reason: str) -> CreditlineError:
        if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            return Misconfigured(
                f"{self._source} does not let us in ({status}).", "Put user:password@ into its address."
            )
        if "not found" in reason or "could not find" in reason:
            return Missing(
                f"{self._source} does not have it: {reason}.", "Fetch it from a gateway, or put it again."
            )
        return Unavailable(f"{self._source} refuses ({status}): {reason}.", "Read the log of the node.")
