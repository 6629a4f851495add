"""A store or a reader as the business rooms ask for it: by the 32 bytes that the chain holds."""

from __future__ import annotations

from creditline.content import cid as cids
from creditline.content.store import ContentStore, Reader
from creditline.ids import Bytes32, bytes32, raw
from creditline.library import Stored


class ContentLibrary:
    """Implements `creditline.library.Library`."""

    def __init__(self, store: ContentStore) -> None:
        self._store = store

    def put(self, data: bytes) -> Stored:
        cid = self._store.put(data)
        return Stored(cid, bytes32(cids.digest_of(cid)))

    def fetch(self, digest: Bytes32, limit: int) -> bytes:
        return self._store.resolve(raw(digest), limit)


class ReadingRoom:
    """The half of a library that an auditor has: everything by CID or digest, nothing kept."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def fetch(self, digest: Bytes32, limit: int) -> bytes:
        return self._reader.resolve(raw(digest), limit)

    def get(self, cid: str, limit: int) -> bytes:
        return self._reader.get(cid, limit)
