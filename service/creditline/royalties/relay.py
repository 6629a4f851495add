"""Sending a payee's transaction at the operator's cost, within a budget of gas a day over everybody."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from creditline.errors import Conflict, Exhausted
from creditline.transactions import Transaction

DAY_S = 86_400


class Relays(Protocol):
    """What was sent for others, and what it may have cost."""

    def send(self, transaction: Transaction, *, gas: int, day: int, limit: int) -> bool:
        """Charge `day` with `gas` and enqueue, both or neither. False where that would go above `limit`.

        A transaction that was enqueued before is neither charged nor enqueued again.
        """

    def failure(self, key: str) -> str | None:
        """Why the transaction failed; None while it has not."""


class Relay:
    """`gas_of` gives the most that a transaction of this key may burn; `alternative` is not the operator's to send."""

    def __init__(
        self,
        relays: Relays,
        gas_of: Callable[[str], int],
        gas_per_day: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._relays = relays
        self._gas_of = gas_of
        self._gas_per_day = gas_per_day
        self._clock = clock

    def send(self, transaction: Transaction, alternative: str) -> None:
        """Send it once, however often it is asked for. `alternative` says how to be paid without the operator.

        Raises `Exhausted` where today's budget does not cover it, `Conflict` where the chain has refused it.
        """
        reason = self._relays.failure(transaction.key)
        if reason is not None:
            raise Conflict(f"The chain refused to {transaction.purpose}: {reason}.", alternative)
        now = int(self._clock())
        day, gas = now // DAY_S, self._gas_of(transaction.key)
        if not self._relays.send(transaction, gas=gas, day=day, limit=self._gas_per_day):
            raise Exhausted(
                f"Today's budget of {self._gas_per_day} gas for relayed payments is used up.",
                f"{alternative} Or ask again after midnight UTC.",
                (day + 1) * DAY_S - now,
            )
