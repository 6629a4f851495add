"""Pages by key: a cursor names the last row that was shown, so rows that come later never shift a page."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, tuple_

from creditline.errors import Invalid
from creditline.pages import Page

LIMIT_MAX = 200
_Item = TypeVar("_Item")
Key = Sequence[ColumnElement[Any]]


def read_page(
    connection: Connection,
    statement: Select[Any],
    key: Key,
    cursor: str | None,
    limit: int,
    build: Callable[[Sequence[Any]], list[_Item]],
    *,
    newest_first: bool = False,
) -> Page[_Item]:
    """The rows after `cursor` in the order of `key`, or against it. Raises `Invalid` for a cursor of another list."""
    limit = max(1, min(limit, LIMIT_MAX))
    if cursor is not None:
        last_shown = tuple_(*_decode(cursor, key))
        statement = statement.where(tuple_(*key) < last_shown if newest_first else tuple_(*key) > last_shown)
    labelled = statement.add_columns(*(column.label(f"key_{at}") for at, column in enumerate(key)))
    order = [column.desc() if newest_first else column for column in key]
    rows = connection.execute(labelled.order_by(*order).limit(limit + 1)).all()
    shown = rows[:limit]
    more = len(rows) > limit
    last = [getattr(shown[-1], f"key_{at}") for at in range(len(key))] if more else []
    return Page(tuple(build(shown)), _encode(last) if more else None)


def _encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _decode(cursor: str, key: Key) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kinds = [column.type.python_type for column in key]
        fits = isinstance(values, list) and [type(value) for value in values] == kinds
        if fits and all(not isinstance(value, int) or abs(value) < 2**63 for value in values):
            return list(values)
    except (ValueError, binascii.Error, RecursionError):
        pass
    raise Invalid(
        "The cursor is of no page of this list.", "Take `next` from a page, unchanged, or leave it out."
    )
