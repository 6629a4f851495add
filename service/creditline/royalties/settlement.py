"""Settling receipts on chain, many at a time, and paying out what they credit.

A step may be repeated at any time and from any state: transactions are named by what they do, so a killed step that runs
again enqueues nothing twice.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from creditline.errors import CreditlineError
from creditline.ids import Address, PoolId, WorkId
from creditline.royalties.receipt import Receipt
from creditline.transactions import Transaction

RECEIPTS_PER_CALL = 100
LAST_ATTEMPT = RECEIPTS_PER_CALL.bit_length() - 1
"""The attempt at which a receipt travels alone: when that fails too, it is the receipt's own fault, and final."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """How many receipts wait for their works to be on chain, are on their way, and are settled in finalised blocks.

    Failed are those past their deadline, those that failed alone, and those that pay a work that cannot be written.
    """

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

    def take_up(self) -> None:
        """See to what has failed since the last look. Has no effect on anything else.

        Receipts of a failed call are free again for the next attempt, and failed after the last one. Receipts that pay a
        work whose writing failed are failed until it is on chain after all.
        """

    def works_awaited(self) -> list[WorkId]:
        """Works that waiting receipts pay, that are not on chain, and that no transaction writes yet."""

    def ready(self) -> list[tuple[PoolId, int]]:
        """Pools, and attempts, with receipts that can be settled now."""

    def unsent(self, pool_id: PoolId, attempt: int, limit: int) -> list[Receipt]:
        """The oldest of them: signed, carried by no transaction, not settled, in time, all their works on chain."""

    def save_sent(self, receipts: Sequence[Receipt], call: Transaction) -> None:
        """In one transaction: mark them as carried by `call`, and put `call` into the outbox.

        The key of a later attempt differs from that of an earlier one that carried the same receipts.
        """

    def progress(self) -> Progress: ...


class Materials(Protocol):
    """Works that stand in an anchored batch, and what it takes to write one into the registry."""

    def materialise(self, work: WorkId) -> Transaction:
        """Its key is `materialise_key(work)`."""


class Outbox(Protocol):
    def enqueue(self, transaction: Transaction) -> None: ...


SignReceipts = Callable[[Sequence[Receipt]], str]
"""The operator's signature of receipts of one pool together: `reports_typed_data`."""
EncodeSettle = Callable[[Sequence[Receipt], str], Transaction]


class Settler:
    """Moves receipts towards settlement, one step at a time."""

    def __init__(
        self,
        *,
        receipts: Receipts,
        materials: Materials,
        outbox: Outbox,
        sign: SignReceipts,
        encode_settle: EncodeSettle,
    ) -> None:
        self._receipts = receipts
        self._materials = materials
        self._outbox = outbox
        self._sign = sign
        self._encode_settle = encode_settle

    def step(self) -> Progress:
        """Send what can be sent now: first the works that the ledger must know, later the receipts that name them."""
        self._receipts.take_up()
        for work in self._receipts.works_awaited():
            self._write(work)
        for pool_id, attempt in self._receipts.ready():
            self._send(pool_id, attempt)
        return self.progress()

    def _write(self, work: WorkId) -> None:
        """Receipts of other works must not wait for one that cannot be written now."""
        try:
            transaction = self._materials.materialise(work)
            assert transaction.key == materialise_key(work), "receipts find their works' transactions by key"
            self._outbox.enqueue(transaction)
        except CreditlineError as error:
            _log.warning("The work %s cannot be written into the registry now: %s", work, error)

    def _send(self, pool_id: PoolId, attempt: int) -> None:
        """Halves at every attempt, so that one receipt that the chain refuses holds back no other."""
        try:
            while receipts := self._receipts.unsent(pool_id, attempt, RECEIPTS_PER_CALL >> attempt):
                call = self._encode_settle(receipts, self._sign(receipts))
                self._receipts.save_sent(receipts, call)
        except CreditlineError as error:
            _log.warning("Receipts of the pool %s wait for the next step: %s", pool_id, error)

    def progress(self) -> Progress:
        return self._receipts.progress()


def settle_key(pool_id: PoolId, receipts: Sequence[Receipt]) -> str:
    """Name the call by what it settles."""
    nonces = ",".join(str(receipt.nonce) for receipt in receipts)
    return f"settle:{pool_id}:{hashlib.sha256(nonces.encode()).hexdigest()}"


def materialise_key(work: WorkId) -> str:
    """Name the call by the work that it writes."""
    return f"materialise:{work}"
