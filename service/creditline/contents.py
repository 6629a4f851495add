"""Content by CID, for the routes."""

from __future__ import annotations

from creditline.api.desk import Answer
from creditline.content import cid as cids
from creditline.content.store import ContentStore
from creditline.content.trustless import respond
from creditline.ids import Bytes32, raw


class Contents:
    """Content by CID, as the routes ask for it."""

    def __init__(self, store: ContentStore) -> None:
        self._store = store

    def get(self, cid: str, limit: int) -> bytes:
        return self._store.get(cid, limit)

    def raw_cid(self, digest: Bytes32) -> str:
        return cids.raw_cid(raw(digest))

    def respond(self, cid: str, wanted: str | None, accept: str) -> Answer:
        answer = respond(self._store, cid, wanted, accept)
        return Answer(answer.status, answer.headers, answer.body)
