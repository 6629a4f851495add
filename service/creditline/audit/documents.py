"""Documents and pictures by their names, checked again here."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from pydantic_core import from_json

from creditline import canonical
from creditline.audit.step import Wrong
from creditline.errors import CreditlineError, Unavailable
from creditline.ids import Bytes32, bytes32, raw
from creditline.library import Archive

Parsed = TypeVar("Parsed")

_CID_HEADERS = (bytes.fromhex("01551220"), bytes.fromhex("01701220"))  # CIDv1, raw or dag-pb, SHA-256


class Documents:
    """An archive whose failures are `Unavailable` and nothing else: a gateway's faults prove nothing about a document."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def fetch(self, digest: Bytes32, limit: int) -> bytes:
        """A document of any size. The archive has checked it block by block."""
        try:
            data = self._archive.fetch(digest, limit)
        except CreditlineError as error:
            raise Unavailable(error.what, error.next_step) from error
        if len(data) > limit:
            raise Unavailable(f"{digest} has more than {limit:,} bytes.", "Ask another gateway.")
        return data

    def fetch_block(self, digest: Bytes32, limit: int) -> bytes:
        """A document that is one block, so that its SHA-256 is its name."""
        data = self.fetch(digest, limit)
        if canonical.digest(data) != raw(digest):
            raise Unavailable(f"What came back for {digest} is something else.", "Ask another gateway.")
        return data

    def fetch_picture(self, cid: str, content_hash: Bytes32, limit: int) -> bytes:
        """Raises `Wrong` when the CID names other bytes than the content hash."""
        data = self.fetch(digest_of(cid), limit)
        if canonical.digest(data) != raw(content_hash):
            raise Wrong(f"the picture {cid} has another hash than {content_hash}")
        return data


def digest_of(cid: str) -> Bytes32:
    """The SHA-256 in a CIDv1 as Creditline spells it. Raises `Wrong` for anything else."""
    try:
        text = cid[1:].upper()
        data = base64.b32decode(text + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError, TypeError, AttributeError):
        data = b""
    if len(data) != 36 or data[:4] not in _CID_HEADERS or cid != _spell(data):
        raise Wrong(f"{str(cid)[:80]!r} is not the CID of a file")
    return bytes32(data[4:])


def parse(what: str, reader: Callable[[bytes], Parsed], data: bytes) -> Parsed:
    """Read a document that anyone may have written. Raises `Invalid` as the reader does, and `Wrong` where it breaks."""

    def read(text: bytes) -> Parsed:
        # This parser has a limit of depth. The standard one leans on Python's recursion limit, which a library below
        # eth_account raises so far that a deep document ends the process.
        from_json(text)
        return reader(text)

    return parse_rows(what, read, data)


def parse_rows(what: str, reader: Callable[[bytes], Parsed], data: bytes) -> Parsed:
    """The same for a document that is more than one JSON value, and whose reader minds depth by itself."""
    try:
        return reader(data)
    except CreditlineError:
        raise
    except Exception as error:  # eth_abi and eth_account have classes of their own for values out of range
        raise Wrong(f"the {what} is malformed: {error!r}") from error


def _spell(data: bytes) -> str:
    return "b" + base64.b32encode(data).decode().rstrip("=").lower()
