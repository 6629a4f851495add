"""Works into the registry, before anything is promised to them that only the registry can confirm."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from creditline.errors import Conflict, Unavailable
from creditline.ids import Address, WorkId
from creditline.royalties.settlement import Materials
from creditline.transactions import Transaction


class Works(Protocol):
    def unwritten(self, works: Sequence[WorkId]) -> Mapping[WorkId, Address]:
        """Those that finalised blocks do not have in the registry, and who signed the batch of each."""


class Outbox(Protocol):
    def enqueue(self, transaction: Transaction) -> None: ...
    def failure(self, key: str) -> str | None:
        """Why the transaction failed; None while it has not."""


class Writing:
    """`has_code` tells whether a wallet has code on chain.

    A plain wallet's signature holds for ever, so its works can be written at any later time, by anyone. A wallet with code
    may take its signature back: its works are written first, and the receipt waits for them.
    """

    def __init__(
        self, works: Works, materials: Materials, outbox: Outbox, has_code: Callable[[Address], bool]
    ) -> None:
        self._works = works
        self._materials = materials
        self._outbox = outbox
        self._has_code = has_code

    def require(self, works: Sequence[WorkId]) -> None:
        """Raises `Unavailable` while a work has to be written first, `Conflict` where it cannot be."""
        unwritten = self._works.unwritten(works)
        revocable = [work for work, creator in unwritten.items() if self._has_code(creator)]
        for work in revocable:
            self.write(work)
        if revocable:
            raise Unavailable(
                f"The work {revocable[0]} is being written into the registry: its creator's wallet has code.",
                "Send the same POST again once that is final.",
            )

    def write(self, work: WorkId) -> None:
        """Send it once. Raises `Conflict` where the chain has refused it."""
        transaction = self._materials.materialise(work)
        reason = self._outbox.failure(transaction.key)
        if reason is not None:
            raise Conflict(
                f"The work {work} cannot be written into the registry: {reason}.",
                "Its creator can register it; then everything goes on by itself.",
            )
        self._outbox.enqueue(transaction)
