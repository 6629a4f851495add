"""Where documents are kept by content: what the business rooms ask of the content room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from creditline.ids import Bytes32


@dataclass(frozen=True)
class Stored:
    """`digest` is the 32 bytes that the chain holds; `cid` the name that IPFS knows."""

    cid: str
    digest: Bytes32


class Archive(Protocol):
    """Reads. Every byte that comes back has been checked against its name."""

    def fetch(self, digest: Bytes32, limit: int) -> bytes:
        """Raises `Missing`, `TooLarge` above `limit` bytes, `Corrupt`, or `Unavailable`."""


class Library(Archive, Protocol):
    """Reads and keeps."""

    def put(self, data: bytes) -> Stored:
        """Keep `data`. Putting the same bytes again has no effect."""
