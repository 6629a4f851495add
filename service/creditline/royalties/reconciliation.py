"""The book against the chain: the first unit of difference is an alarm.

Counters of pools and credits of payees must be equal, whoever runs the pool: the ledger's storage is nobody's to change. What
the ledger holds of a token is that token's own word, and anybody may send it some: so less than the book says is an alarm,
for tokens of our own pools, and more is not.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Protocol, TypeVar

from creditline.errors import Unavailable
from creditline.ids import Address, PoolId
from creditline.royalties import accounts

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item")
ASKED_MAX = 100
"""Pools, and credits, that one step asks the chain for; the next step goes on behind them."""


@dataclass(frozen=True)
class Sheet:
    """The book when every event up to block `number` is in it. `pools`: each with its token and its operator.

    `balances` by token and account; what is not in it is zero.
    """

    number: int
    pools: Sequence[tuple[PoolId, Address, Address]]
    balances: Mapping[tuple[Address, str], int]


class Book(Protocol):
    def sheet(self) -> Sheet | None:
        """None while the rows lag behind the events."""


class Chain(Protocol):
    """The ledger as of a block. Every method raises `Unavailable` when the node does not answer."""

    def pool(self, pool: PoolId, block: int | None = None) -> Mapping[str, Any]: ...
    def credit(self, token: Address, who: Address, block: int | None = None) -> int: ...
    def balance(self, token: Address, who: Address, block: int | None = None) -> int: ...


class Reconciler:
    """Compares a part of the book in each step, and all of it in turn. `ledger` is the contract, `operator` ourselves."""

    def __init__(
        self, book: Book, chain: Chain, ledger: Address, operator: Address, *, every_s: float = 10
    ) -> None:
        self._book = book
        self._chain = chain
        self._ledger = ledger
        self._operator = operator
        self._every_s = every_s
        self._differences: dict[str, str] = {}
        self._next_pool, self._next_credit = 0, 0

    @property
    def alarm(self) -> str:
        """The first thing that differs, in words; empty while nothing does. It goes once the same thing agrees again."""
        return next(iter(self._differences.values()), "")

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. While the node or the database is away there is nothing to compare."""
        while not stop.wait(self._every_s):
            try:
                self.step()
            except Unavailable as outage:
                _log.warning("The book is not compared now: %s", outage)

    def step(self) -> bool:
        """False where the book lags behind, so that nothing was compared."""
        sheet = self._book.sheet()
        if sheet is None:
            return False
        self._compare_balances(sheet)
        pools = sorted(sheet.pools)
        for pool, token, _ in _some(pools, self._next_pool):
            self._compare_pool(sheet, pool, token)
        credits_ = sorted(key for key in sheet.balances if accounts.payee_of(key[1]))
        for token, account in _some(credits_, self._next_credit):
            self._compare_credit(sheet, token, account)
        self._next_pool = _after(self._next_pool, pools)
        self._next_credit = _after(self._next_credit, credits_)
        return True

    def _compare_balances(self, sheet: Sheet) -> None:
        for token in sorted({token for _, token, operator in sheet.pools if operator == self._operator}):
            booked = -sheet.balances.get((token, accounts.OUTSIDE), 0)
            held = self._chain.balance(token, self._ledger, sheet.number)
            fault = f"The ledger holds {held} of token {token}, and the book says {booked}"
            self._note(f"balance {token}", "" if held >= booked else fault, sheet)

    def _compare_pool(self, sheet: Sheet, pool: PoolId, token: Address) -> None:
        said = self._chain.pool(pool, sheet.number)
        divided = sheet.balances.get((token, accounts.pending(pool)), 0) == 0
        for account, amount in accounts.expected(pool, said, divided=divided).items():
            booked = sheet.balances.get((token, account), 0)
            fault = f"Account {account} holds {booked} in the book, and {amount} on chain"
            self._note(account, "" if booked == amount else fault, sheet)

    def _compare_credit(self, sheet: Sheet, token: Address, account: str) -> None:
        booked, payee = sheet.balances[token, account], accounts.payee_of(account)
        assert payee is not None, "only credits are asked for"
        owed = self._chain.credit(token, payee, sheet.number)
        fault = f"Account {account} holds {booked} in the book, and {owed} on chain"
        self._note(account, "" if booked == owed else fault, sheet)

    def _note(self, subject: str, fault: str, sheet: Sheet) -> None:
        if not fault:
            self._differences.pop(subject, None)
        elif subject not in self._differences:
            self._differences[subject] = (
                f"{fault} (block {sheet.number}). Stop settling and posting, and find out why."
            )
            _log.critical("%s", self._differences[subject])


def _some(items: Sequence[_Item], start: int) -> list[_Item]:
    """At most `ASKED_MAX` of them, from `start` on and around."""
    start %= max(1, len(items))
    return list(islice(chain(items[start:], items[:start]), ASKED_MAX))


def _after(start: int, items: Sequence[object]) -> int:
    return (start + ASKED_MAX) % max(1, len(items))
