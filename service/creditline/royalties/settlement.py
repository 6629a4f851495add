"""Settling receipts on chain, many at a time, and paying out what they credit.

A step may be repeated at any time and from any state: transactions are named by what they do, so a killed step that runs
again enqueues nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from creditline.errors import Conflict
from creditline.ids import Address, PoolId, WorkId
from creditline.royalties.receipt import Receipt
from creditline.transactions import Transaction

RECEIPTS_PER_CALL = 100


@dataclass(frozen=True)
class Progress:
    """How many receipts wait for their works to be on chain, are on their way, and are settled in finalised blocks."""

    waiting: int
    sent: int
    settled: int
    failed: int

    @property
    def done(self) -> bool:
        return self.waiting == self.sent == 0


@dataclass(frozen=True)
class Balance:
    """What a payee may withdraw in one token, by finalised blocks."""

    token: Address
    payee: Address
    credited: int
    withdrawn: int

    @property
    def claimable(self) -> int:
        return self.credited - self.withdrawn


class Receipts(Protocol):
    """Signed receipts and how far they are."""

    def unsent(self, limit: int) -> list[Receipt]:
        """The oldest receipts of one pool that no transaction carries yet, by nonce."""

    def save_sent(self, receipts: Sequence[Receipt], call: Transaction) -> None:
        """In one transaction: mark them as carried by `call`, and put `call` into the outbox."""

    def progress(self) -> Progress: ...


class Materials(Protocol):
    """Works that stand in an anchored batch, and what it takes to write one into the registry."""

    def not_on_chain(self, works: Sequence[WorkId]) -> list[WorkId]: ...
    def materialise(self, work: WorkId) -> Transaction: ...


class Balances(Protocol):
    def find(self, token: Address, payee: Address) -> Balance: ...
    def owed(self, limit: int) -> list[Balance]:
        """Balances with something to withdraw, largest first."""


class Outbox(Protocol):
    def enqueue(self, transaction: Transaction) -> None: ...


EncodeSettle = Callable[[Sequence[Receipt]], Transaction]
EncodeWithdraw = Callable[[Balance], Transaction]


class Settler:
    """Moves receipts towards settlement, one step at a time."""

    def __init__(
        self,
        *,
        receipts: Receipts,
        materials: Materials,
        balances: Balances,
        outbox: Outbox,
        encode_settle: EncodeSettle,
        encode_withdraw: EncodeWithdraw,
    ) -> None:
        self._receipts = receipts
        self._materials = materials
        self._balances = balances
        self._outbox = outbox
        self._encode_settle = encode_settle
        self._encode_withdraw = encode_withdraw

    def step(self) -> Progress:
        """Send what can be sent now: first the works that the ledger must know, later the receipts that name them."""
        while receipts := self._receipts.unsent(RECEIPTS_PER_CALL):
            works = sorted({work for receipt in receipts for work in receipt.work_ids})
            unknown = self._materials.not_on_chain(works)
            for work in unknown:
                self._outbox.enqueue(self._materials.materialise(work))
            ready = [receipt for receipt in receipts if not set(receipt.work_ids) & set(unknown)]
            if not ready:
                break
            self._receipts.save_sent(ready, self._encode_settle(ready))
        return self.progress()

    def progress(self) -> Progress:
        return self._receipts.progress()

    def withdraw_for(self, token: Address, payee: Address) -> Balance:
        """Pay a creator what is theirs; the operator pays the gas. Raises `Conflict` when there is nothing."""
        balance = self._balances.find(token, payee)
        if balance.claimable <= 0:
            raise Conflict(
                f"{payee} has nothing to withdraw in {token}.", "Wait for a settlement to become final."
            )
        self._outbox.enqueue(self._encode_withdraw(balance))
        return balance


def settle_key(pool_id: PoolId, receipts: Sequence[Receipt]) -> str:
    """Name the call by what it settles."""
    nonces = ",".join(str(receipt.nonce) for receipt in receipts)
    return f"settle:{pool_id}:{hashlib.sha256(nonces.encode()).hexdigest()}"
