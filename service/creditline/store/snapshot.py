"""All projected rows at once, to compare two databases that followed the same chain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Table, select

from creditline.store.chain_tables import PROJECTION
from creditline.store.columns import spell

Rows = list[tuple[Any, ...]]


def snapshot(connection: Connection) -> dict[str, Rows]:
    """Every projected table, its rows by primary key, which comes first in them; documents as canonical text."""
    return {
        # Sorted here: databases differ in how they order text.
        table.name: sorted(tuple(map(_plain, row)) for row in connection.execute(_keys_first(table)))
        for table in PROJECTION
    }


def _keys_first(table: Table) -> Select[Any]:
    others = [column for column in table.columns if not column.primary_key]
    return select(*table.primary_key, *others)


def _plain(value: Any) -> Any:
    return spell(value) if isinstance(value, dict) else value
