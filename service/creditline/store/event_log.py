"""The events of finalised blocks, as the chain room hands them over, and where reading goes on."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from creditline.errors import Conflict
from creditline.events import Event
from creditline.ids import Bytes32
from creditline.store.chain_tables import FROM_CHAIN, cursors, events
from creditline.store.database import Database
from creditline.store.promises import reset_accounts
from creditline.store.upsert import chunks

FOLLOWER = "follower"
PROJECTOR = "projector"

Cursor = tuple[int, str]
"""Number and hash of a block."""


class EventLog:
    """What the follower fills. `changed` is set after each commit, so that nobody has to poll for it."""

    def __init__(self, database: Database, changed: threading.Event | None = None) -> None:
        self._database = database
        self._changed = changed or threading.Event()

    def cursor(self) -> Cursor | None:
        """The last block that was read."""
        with self._database.read() as connection:
            return read_cursor(connection, FOLLOWER)

    def extend(self, before: Cursor | None, new: Sequence[Event], after: Cursor) -> None:
        """Keep events and move the cursor, in one transaction. Raises `Conflict` unless the cursor is `before`."""
        with self._database.project() as connection:
            found = read_cursor(connection, FOLLOWER)
            if found != before:
                raise Conflict(
                    f"The event log stands at {found}, not at {before}.", "Run one follower per database."
                )
            for chunk in chunks(new):
                connection.execute(insert(events), [_row(event) for event in chunk])
            write_cursor(connection, FOLLOWER, after)
        self._changed.set()

    def reset(self) -> None:
        """Forget everything that came from the chain: it will be read again."""
        with self._database.project() as connection:
            for table in FROM_CHAIN:
                connection.execute(delete(table))
            reset_accounts(connection)
        self._changed.set()

    def after(self, number: int, limit: int) -> list[list[Event]]:
        """The next events above block `number`, grouped by block; at most `limit`, but whole blocks, and at least one."""
        with self._database.read() as connection:
            later = select(events.c.number).where(events.c.number > number).order_by(events.c.number)
            last = connection.scalar(select(func.max(later.limit(limit).subquery().c.number)))
            if last is None:
                return []
            rows = connection.execute(
                select(events)
                .where(events.c.number > number, events.c.number <= last)
                .order_by(events.c.number, events.c.log_index)
            ).all()
        blocks: dict[int, list[Event]] = {}
        for row in rows:
            blocks.setdefault(row.number, []).append(_event(row))
        return list(blocks.values())


def read_cursor(connection: Connection, name: str) -> Cursor | None:
    row = connection.execute(select(cursors.c.number, cursors.c.hash).where(cursors.c.name == name)).first()
    return None if row is None else (row.number, row.hash)


def write_cursor(connection: Connection, name: str, cursor: Cursor) -> None:
    """Inside `Database.project`, so that what was read of it before still holds."""
    values = {"number": cursor[0], "hash": cursor[1]}
    moved = connection.execute(update(cursors).where(cursors.c.name == name).values(**values))
    if moved.rowcount == 0:
        connection.execute(insert(cursors).values(name=name, **values))


def is_logged(connection: Connection, event: Event) -> bool:
    this = (events.c.block_hash == event.block_hash) & (events.c.log_index == event.log_index)
    return connection.execute(select(events.c.number).where(this)).first() is not None


def _row(event: Event) -> dict[str, Any]:
    return {
        "block_hash": event.block_hash,
        "log_index": event.log_index,
        "number": event.block_number,
        "time": event.block_time,
        "tx_hash": event.tx_hash,
        "contract": event.contract,
        "name": event.name,
        "args": event.args,
    }


def _event(row: Any) -> Event:
    return Event(
        contract=row.contract,
        name=row.name,
        args=row.args,
        block_number=row.number,
        block_hash=Bytes32(row.block_hash),
        block_time=row.time,
        tx_hash=Bytes32(row.tx_hash),
        log_index=row.log_index,
    )
