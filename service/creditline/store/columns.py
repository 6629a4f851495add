"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Dialect, String, Text
from sqlalchemy.types import TypeDecorator

from creditline import canonical


class Amount(TypeDecorator[int]):
    """An integer of up to 256 bits, kept as decimal text: SQLite has nothing that holds it exactly."""

    impl = String(78)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        assert value >= 0, "amounts and nonces are never negative"
        return str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int(value)


class Sum(Amount):
    """A sum of amounts over all time: a token that lies may drive it beyond 256 bits, but never beyond this."""

    impl = String(156)
    cache_ok = True


class Document(TypeDecorator[dict[str, Any]]):
    """Canonical JSON, so that equal documents are equal text. Integers above 2**53 travel as decimal strings.

    That is unambiguous here: every other string in these documents begins with 0x or holds no digits alone.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else spell(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:  # noqa: ARG002
        return None if value is None else dict(_widen(json.loads(value)))


def spell(document: dict[str, Any]) -> str:
    """The one text of a document."""
    return canonical.encode(_narrow(document)).decode()


def _narrow(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _narrow(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_narrow(item) for item in value]
    is_wide = isinstance(value, int) and value > canonical.SAFE_INTEGER
    return str(value) if is_wide else value


def _widen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _widen(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_widen(item) for item in value]
    is_wide = isinstance(value, str) and value.isascii() and value.isdigit()
    return int(value) if is_wide else value
