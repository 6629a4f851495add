"""Every movement of one payee, dated, with a running balance for each token: what an accountant asks for.

A movement is dated by its block; a credit of an epoch by the second from which it is final, so that no line of the past
changes. The balance is what the ledger still holds for the payee.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from creditline.errors import Invalid
from creditline.ids import Address, Bytes32, PoolId, WorkId

ROWS_MAX = 1_000


class Place(NamedTuple):
    """Where a movement stands in a statement. `source` tells apart what stands at the same place of the chain."""

    time: int
    number: int
    log_index: int
    source: int
    position: int


START = Place(-1, -1, -1, -1, -1)


@dataclass(frozen=True)
class Movement:
    """`amount` is positive for a credit. What a kind of movement does not have is None, or empty.

    Kinds: settlement and epoch credit a work's share, role a fixed role's share, bond what disputes and stakes give back;
    withdrawal, claim and role-claim pay out.
    """

    place: Place
    kind: str
    token: Address
    amount: int
    transaction: str
    pool_id: PoolId | None = None
    epoch: int | None = None
    report: int | None = None
    work: WorkId | None = None
    title: str = ""
    author: str = ""
    share: int | None = None
    image: Bytes32 | None = None
    to: Address | None = None


@dataclass(frozen=True)
class Line:
    """A movement, and what the ledger holds for the payee in that token after it."""

    movement: Movement
    balance: int


@dataclass(frozen=True)
class Statement:
    """`next` leads to the lines that follow; None on the last page. `opening` is by token, before the first line."""

    payee: Address
    since: int
    until: int
    opening: dict[Address, int]
    lines: tuple[Line, ...]
    next: str | None


class Movements(Protocol):
    """Movements of payees in finalised blocks."""

    def list(self, payee: Address, after: Place, until: int, at: int, limit: int) -> list[Movement]:
        """Those behind `after` and before the second `until`, in order. Epochs count where they are final at `at`."""


class Horizon(Protocol):
    def __call__(self) -> int:
        """The second of a finalised block up to which all rows are entered."""


class Statements:
    """Statements of at most `ROWS_MAX` lines a page."""

    def __init__(self, movements: Movements, horizon: Horizon) -> None:
        self._movements = movements
        self._horizon = horizon

    def page(self, payee: Address, since: int, until: int, cursor: str | None, limit: int) -> Statement:
        """Lines from the second `since` to before `until`. Raises `Invalid` for a period or a cursor that cannot be."""
        if since > until:
            raise Invalid("The statement ends before it begins.", "Give `from` the earlier time.")
        at, limit = self._horizon(), max(1, min(limit, ROWS_MAX))
        if cursor is None:
            after, opening = Place(since, -1, -1, -1, -1), self._opening(payee, since, at)
        else:
            after, opening = _decode(cursor)
        found = self._movements.list(payee, after, until, at, limit + 1)
        balances, lines = dict(opening), []
        for movement in found[:limit]:
            balances[movement.token] = balances.get(movement.token, 0) + movement.amount
            lines.append(Line(movement, balances[movement.token]))
        more = len(found) > limit
        after_last = _encode(lines[-1].movement.place, balances) if more else None
        return Statement(payee, since, until, opening, tuple(lines), after_last)

    def _opening(self, payee: Address, since: int, at: int) -> dict[Address, int]:
        balances: dict[Address, int] = {}
        for movement in self._before(payee, since, at):
            balances[movement.token] = balances.get(movement.token, 0) + movement.amount
        return balances

    def _before(self, payee: Address, since: int, at: int) -> Iterator[Movement]:
        after = START
        while since > 0:
            found = self._movements.list(payee, after, since, at, ROWS_MAX)
            yield from found
            if len(found) < ROWS_MAX:
                return
            after = found[-1].place


def _encode(place: Place, balances: dict[Address, int]) -> str:
    document = [list(place), {token: str(balance) for token, balance in sorted(balances.items())}]
    return base64.urlsafe_b64encode(json.dumps(document, separators=(",", ":")).encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[Place, dict[Address, int]]:
    try:
        place, balances = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        numbers = [int(number) for number in place]
        if len(numbers) == len(Place._fields) and all(abs(number) < 2**62 for number in numbers):
            return Place(*numbers), {Address(token): int(text) for token, text in balances.items()}
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        pass
    raise Invalid(
        "The cursor is of no page of this statement.", "Take `next` from a page, unchanged, or leave it out."
    )
