"""What the epoch keeper works with: epochs on their way to the chain, and what it asks of whoever keeps and sends them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from creditline.ids import Address, PoolId, WorkId
from creditline.royalties.closing import Closing, Reported
from creditline.royalties.epoch import Epoch
from creditline.transactions import Transaction


class Stage(StrEnum):
    """closed ──build, publish──▶ built ──post──▶ posting ──▶ posted ──window──▶ final

    A post that the chain refused, or an epoch that it voided, leads back to `closed`: the same receipts are built again.
    `stopped` is an epoch of which the chain holds another version than ours: only a person can go on from there.
    """

    CLOSED = "closed"
    BUILT = "built"
    POSTING = "posting"
    POSTED = "posted"
    FINAL = "final"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Draft:
    """An epoch that takes no more receipts. `epoch` and `cid` are as last built, None before; `due` a unix second.

    `attempt` counts how often it was built in vain. `reason` says what is in the way now, or was last.
    """

    pool_id: PoolId
    number: int
    stage: Stage
    attempt: int
    usages: int
    closed_at: int
    epoch: Epoch | None
    cid: str | None
    post_key: str | None
    valid_at: int | None
    due: int
    reason: str


@dataclass(frozen=True)
class Posted:
    """An epoch as finalised blocks have it. `valid_at`: when it is final, unless it is void or disputed."""

    epoch: Epoch
    valid_at: int
    is_void: bool
    is_final: bool


@dataclass(frozen=True)
class Restored:
    """An epoch as read again from its document. `deadlines` are by index, 0 where no receipt stands."""

    pool_id: PoolId
    posted: Posted
    closing: Closing
    cid: str
    deadlines: tuple[int, ...]


class Closings(Protocol):
    """Closed epochs and their receipts. Every method is one transaction.

    A method that takes a draft has an effect only while the draft stands as it was read, so that two loops cannot both
    move it.
    """

    def close_older(self, since: int, now: int) -> None:
        """Close every open epoch whose first receipt is of the second `since` or earlier."""

    def close(self, pool_id: PoolId, now: int) -> int | None:
        """Close a pool's open epoch, and return its number; None where it has no receipts."""

    def active(self) -> list[Draft]:
        """The oldest epoch of each pool that is not final."""

    def reported(self, draft: Draft) -> list[Reported | None]:
        """Its receipts by index; None where none was given out, or where it has been settled as a cheque."""

    def unwritten(self, draft: Draft) -> list[WorkId]:
        """Works that its receipts pay and that finalised blocks do not have in the registry yet."""

    def payees(self, works: Collection[WorkId], cutoff: int) -> dict[WorkId, Address | None]:
        """`WorkRegistry.payeeAt` of each."""

    def failure(self, draft: Draft) -> str | None:
        """Why the transaction that posts it failed; None while it has not."""

    def save_built(self, draft: Draft, epoch: Epoch, cid: str) -> None: ...
    def save_sent(self, draft: Draft, call: Transaction) -> None:
        """In the same transaction: put `call` into the outbox."""

    def save_posted(self, draft: Draft, valid_at: int) -> None: ...
    def save_final(self, draft: Draft) -> None: ...
    def hold(self, draft: Draft, reason: str, due: int) -> None:
        """Try nothing before `due`."""

    def reopen(self, draft: Draft, reason: str, due: int) -> None:
        """Back to `closed`, for the next attempt."""

    def stop(self, draft: Draft, reason: str) -> None: ...


class LostEpochs(Protocol):
    """What a database does not know of the epochs that its operator has posted: it was lost, or another one is in use."""

    def lost(self) -> list[tuple[PoolId, int]]:
        """Epochs of this operator's pools that are on chain, and of which this database knows nothing."""

    def restore(self, found: Restored) -> None:
        """Enter an epoch and its receipts. Stops the pool where other receipts of that number were given out here."""


class Epochs(Protocol):
    """Epochs in finalised blocks."""

    def posted(self, pool_id: PoolId, number: int) -> Posted | None:
        """The latest of that number, void or not."""


OTHER_POSTED = (
    "The chain holds another epoch of this number than ours: a second operator runs with this key. "
    "Stop one of the two, and answer for the receipts that it gave out."
)
EncodePost = Callable[[PoolId, int, int, Epoch], Transaction]
"""Pool, number, attempt, epoch."""
Horizon = Callable[[], int]
"""The second of a finalised block up to which all rows are entered. Raises `Unavailable` while rows lag behind."""
WriteWork = Callable[[WorkId], None]
"""Sees to it that a work is written into the registry. Safe to repeat."""
