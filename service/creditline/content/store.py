"""What the rest of the house may ask of content: `Reader` (an auditor needs no more) and `ContentStore`.

A store has to say how it gets one checked block; whole files follow from that, the same way everywhere.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Protocol

from creditline.content import dag
from creditline.content.dag import FILE_BYTES_MAX


class Reader(Protocol):
    """Reads by CID. Nothing is returned whose hash was not checked. Any spelling of a CID is accepted."""

    @abstractmethod
    def block(self, cid: str) -> bytes:
        """One block of at most 2 MiB. Raises `Missing`, `Corrupt`, `Unavailable`, or `Invalid` for a bad CID."""

    @abstractmethod
    def has(self, cid: str) -> bool:
        """Whether the file can be had here, without its leaves being read. Raises `Unavailable`."""

    @abstractmethod
    def health(self) -> str:
        """One line for a person. Raises `Unavailable` with the reason if content cannot be had."""

    def get(self, cid: str, limit: int = FILE_BYTES_MAX) -> bytes:
        """A whole file. Raises what `block` raises, and `TooLarge` above `limit` bytes."""
        return dag.read(self.block, cid, limit)

    def blocks(self, cid: str, limit: int = FILE_BYTES_MAX) -> Iterator[tuple[str, bytes]]:
        """Every block of a file once, the root first. Raises what `get` raises, also midway."""
        return dag.blocks(self.block, cid, limit)

    def resolve(self, digest: bytes, limit: int = FILE_BYTES_MAX) -> bytes:
        """The file that the chain names by 32 bytes. Raises what `get` raises."""
        cid, block = dag.root_of(self.block, digest)
        if dag.contents(cid, block).links:
            return self.get(cid, limit)
        return dag.read(lambda _: block, cid, limit)


class ContentStore(Reader, Protocol):
    """Keeps content as well."""

    @abstractmethod
    def put(self, data: bytes) -> str:
        """Keep a file, and return its CID once it is safe. Idempotent. Raises `TooLarge` and `Unavailable`."""

    @abstractmethod
    def put_block(self, cid: str, block: bytes) -> None:
        """Keep a copy of one block, unpinned. Raises `Corrupt` if it has another hash, and `Unavailable`."""

    @abstractmethod
    def pin(self, cid: str) -> None:
        """Promise to keep a file that is here in whole. Raises `Missing` if it is not."""

    @abstractmethod
    def forget(self, cid: str) -> None:
        """Erase a file, except blocks that another pinned file shares. Idempotent."""
