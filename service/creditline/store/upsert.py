"""Insert or update, in the one spelling that both databases know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Row = dict[str, Any]
_Item = TypeVar("_Item")
CHUNK = 1_000
"""Rows or values in one statement: below every driver's limit of parameters."""


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; those whose key, or other unique value, is there already stay as they are."""
    for chunk in chunks(rows):
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), chunk)


def insert_new_one(connection: Connection, table: Table, row: Row) -> bool:
    """Insert a row unless its key, or other unique value, is there already. Whether it was inserted."""
    statement = _insert(connection, table).values(row).on_conflict_do_nothing()
    # Asked for by what is returned: not every driver counts the rows of an insert.
    return connection.execute(statement.returning(*table.primary_key)).first() is not None


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows; those whose primary key is there already take the new values."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    for chunk in chunks(rows):
        connection.execute(statement, chunk)


def chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def _insert(connection: Connection, table: Table) -> Any:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
