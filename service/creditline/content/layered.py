"""A near store in front of a far reader: what is not here is fetched there, checked, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from creditline.content import dag
from creditline.content.dag import FILE_BYTES_MAX
from creditline.content.store import ContentStore, Reader
from creditline.errors import Corrupt, CreditlineError, Missing, Unavailable


class LayeredStore(ContentStore):
    """Writes go to the near store alone. A block that broke there is replaced by the far one."""

    def __init__(self, near: ContentStore, far: Reader) -> None:
        self._near = near
        self._far = far

    def block(self, cid: str) -> bytes:
        try:
            return self._near.block(cid)
        except (Missing, Corrupt) as near_error:
            try:
                block = self._far.block(cid)
            except CreditlineError:
                # A broken disk is the operator's news, whatever the far side says.
                if isinstance(near_error, Corrupt):
                    raise near_error from None
                raise
        self._near.put_block(cid, block)
        return block

    def has(self, cid: str) -> bool:
        """Whether the near store has all of it: what is far may be gone tomorrow."""
        return self._near.has(cid)

    def get(self, cid: str, limit: int = FILE_BYTES_MAX) -> bytes:
        try:
            return self._near.get(cid, limit)
        except (Missing, Corrupt):
            self._fetch(cid, limit)
        return dag.read(self.block, cid, limit)

    def blocks(self, cid: str, limit: int = FILE_BYTES_MAX) -> Iterator[tuple[str, bytes]]:
        return dag.blocks(self.block, cid, limit)

    def put(self, data: bytes) -> str:
        return self._near.put(data)

    def put_block(self, cid: str, block: bytes) -> None:
        self._near.put_block(cid, block)

    def pin(self, cid: str) -> None:
        """As `ContentStore.pin`, after what is missing was fetched."""
        for _ in self.blocks(cid):
            pass  # drawing a block keeps it
        self._near.pin(cid)

    def forget(self, cid: str) -> None:
        self._near.forget(cid)

    def health(self) -> str:
        """Of the near store: it can serve what it has while every gateway is down."""
        return self._near.health()

    def _fetch(self, cid: str, limit: int) -> None:
        # As one file, for a gateway sends that in one request. What fails here is asked for again, block by block.
        with suppress(Missing, Corrupt, Unavailable):
            for name, block in self._far.blocks(cid, limit):
                self._near.put_block(name, block)
