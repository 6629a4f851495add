"""Answers of a trustless IPFS gateway, as plain values: the HTTP framework stays outside.

`format=raw` gives one block and `format=car` a whole file, which a client can check without trusting us; without either
the bytes themselves come, as a download. Hand in a store that does not search the world, or anybody can make us fetch
and keep anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeVar

from creditline.content import car, dag
from creditline.content import cid as cids
from creditline.content.store import Reader
from creditline.errors import Invalid

RAW_TYPE = "application/vnd.ipld.raw"
CAR_TYPE = "application/vnd.ipld.car"
FILE_TYPE = "application/octet-stream"
CAR_TYPE_FULL = f"{CAR_TYPE}; version=1; order=dfs; dups=n"

_Item = TypeVar("_Item")
_TYPES = {"raw": RAW_TYPE, "car": CAR_TYPE_FULL, "": FILE_TYPE}
_SUFFIXES = {"raw": ".raw.bin", "car": ".car", "": ".bin"}


@dataclass(frozen=True)
class Answer:
    """A whole HTTP answer. A `body` that raises midway must break the connection off, so that nobody takes it whole."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes] = field(default_factory=lambda: iter(()))

    @property
    def content_type(self) -> str:
        return self.headers["Content-Type"]


def respond(
    store: Reader,
    cid: str,
    form: str | None = None,
    accept: str = "",
    *,
    if_none_match: str = "",
    limit: int = dag.FILE_BYTES_MAX,
) -> Answer:
    """Answer `GET /ipfs/{cid}?format={form}`.

    The root block is read before this returns, so what it raises is still an HTTP error: `Invalid` for a bad CID or
    form, `Missing`, `Corrupt`, `Unavailable`, and `TooLarge` for files above `limit` bytes.
    """
    kind, name = _kind(form, accept), cids.normal(cid)
    etag = f'"{name}{"." if kind else ""}{kind}"'
    root = store.block(name)
    headers = _headers(name, kind, etag)
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if known & {etag, "*"}:
        return Answer(304, headers)
    if kind == "raw":
        return Answer(200, {**headers, "Content-Length": str(len(root))}, iter((root,)))
    if kind == "car":
        return Answer(200, headers, car.write(name, _started(store.blocks(name, limit))))
    file_bytes = dag.contents(name, root).file_bytes
    pieces = _started(dag.stream(store.block, name, limit))
    # Inner nodes hold no bytes of the file, and an empty chunk ends an HTTP/1.1 body.
    return Answer(200, {**headers, "Content-Length": str(file_bytes)}, (piece for piece in pieces if piece))


def _kind(form: str | None, accept: str) -> str:
    # The query is what a person wrote on purpose; browsers and libraries add Accept headers of their own.
    if form:
        if form not in ("raw", "car"):
            raise Invalid(
                f"{form[:40]!a} is no format of this gateway.", "Ask for raw, car, or leave it out."
            )
        return form
    for offer in accept.split(","):
        media = offer.split(";")[0].strip().lower()
        if media in (RAW_TYPE, CAR_TYPE):
            return media.rpartition(".")[2]
    return ""


def _headers(cid: str, kind: str, etag: str) -> dict[str, str]:
    return {
        "Content-Type": _TYPES[kind],
        "ETag": etag,
        "Cache-Control": "public, max-age=29030400, immutable",
        "Vary": "Accept",
        "X-Ipfs-Path": f"/ipfs/{cid}",
        "X-Ipfs-Roots": cid,
        # Anyone may have made these bytes: no browser is to guess a type, run them, or show them as our page.
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'attachment; filename="{cid}{_SUFFIXES[kind]}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def _started(items: Iterator[_Item]) -> Iterator[_Item]:
    """Draw the first item now, while an error can still become a status."""
    return chain(tuple(islice(items, 1)), items)
