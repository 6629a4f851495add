"""The book as it stands: the balance of every account. Implements `royalties.reconciliation.Book`."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, func, select, tuple_

from creditline.ids import Address, PoolId
from creditline.royalties.reconciliation import Sheet
from creditline.store.chain_tables import events, pools
from creditline.store.database import Database
from creditline.store.event_log import FOLLOWER, PROJECTOR, Cursor, read_cursor
from creditline.store.movement_tables import movements

_ROWS = 10_000
_KEY = (movements.c.number, movements.c.log_index, movements.c.position)


class Book:
    """Adds up every movement once and remembers the sums, so that a look costs only what is new. For one thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._balances: dict[tuple[Address, str], int] = defaultdict(int)
        self._last: Any = None  # the newest movement that is in the balances

    def sheet(self) -> Sheet | None:
        """None while rows lag behind events, or moved on while they were read."""
        with self._database.read() as connection:
            before = _cursors(connection)
            if before is None:
                return None
            if self._last is not None and not _stands(connection, self._last):
                self._forget()
            self._add_up(connection)
            rows = connection.execute(select(pools.c.id, pools.c.token, pools.c.operator)).all()
            if _cursors(connection) != before:
                return None
        found = [(PoolId(row.id), Address(row.token), Address(row.operator)) for row in rows]
        return Sheet(before[0][0], found, self._balances)

    def _add_up(self, connection: Connection) -> None:
        while rows := self._read_on(connection):
            for row in rows:
                self._balances[row.token, row.source] -= row.amount
                self._balances[row.token, row.target] += row.amount
            self._last = rows[-1]

    def _read_on(self, connection: Connection) -> list[Any]:
        is_same = (events.c.number == movements.c.number) & (events.c.log_index == movements.c.log_index)
        statement = select(movements, events.c.block_hash).join(events, is_same).order_by(*_KEY).limit(_ROWS)
        if self._last is not None:
            place = (self._last.number, self._last.log_index, self._last.position)
            statement = statement.where(tuple_(*_KEY) > tuple_(*place))
        return list(connection.execute(statement))

    def _forget(self) -> None:
        self._balances = defaultdict(int)
        self._last = None


def _cursors(connection: Connection) -> tuple[Cursor, Cursor | None] | None:
    """The block up to which everything was read, and that of the newest event; None unless that is in the rows."""
    followed, projected = read_cursor(connection, FOLLOWER), read_cursor(connection, PROJECTOR)
    newest = connection.scalar(select(func.max(events.c.number)))
    lags = newest is not None and (projected is None or projected[0] < newest)
    return None if followed is None or lags else (followed, projected)


def _stands(connection: Connection, last: Any) -> bool:
    """Whether what was added up is still what the database holds: a rebuild may have read another chain."""
    this = (events.c.block_hash == last.block_hash) & (events.c.log_index == last.log_index)
    return connection.execute(select(events.c.number).where(this)).first() is not None
