"""A statement as CSV that a spreadsheet may open: no cell is a formula, and no name reorders the line."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Context, Decimal

from creditline.ids import Address
from creditline.royalties.statement import Line

HEADER = (
    "time", "kind", "token", "symbol", "decimals", "amount", "amount_units", "balance", "balance_units", "pool", "epoch",
    "report", "work", "title", "author", "share_ppm", "image", "to", "transaction",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_EXACT = Context(prec=160)
NAME_MAX = 200

Token = tuple[str, int | None]
"""Its symbol and decimals; None where the contract does not say."""


def write_csv(lines: Iterable[Line], token_of: Callable[[Address], Token], *, header: bool = True) -> str:
    """RFC 4180 text. Columns that end in `_units` are in the token's smallest unit, `share_ppm` in parts per million."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if header:
        writer.writerow(HEADER)
    for line in lines:
        writer.writerow([_cell(value) for value in _row(line, token_of(line.movement.token))])
    return out.getvalue()


def clean(text: str) -> str:
    """A name without control, bidirectional and other unseen characters, and not longer than a name."""
    return "".join(each for each in text if unicodedata.category(each) not in _UNSEEN)[:NAME_MAX]


def in_tokens(amount: int, decimals: int | None) -> str:
    """`-1234500` with 6 decimals reads `-1.234500`; empty where the decimals are not known."""
    if decimals is None:
        return ""
    return f"{_EXACT.scaleb(Decimal(amount), -decimals):f}"


def spell_time(time: int) -> str:
    """A unix second in UTC, as ISO 8601."""
    return datetime.fromtimestamp(time, UTC).isoformat().replace("+00:00", "Z")


def _row(line: Line, token: Token) -> list[object]:
    it, (symbol, decimals) = line.movement, token
    return [
        spell_time(it.place.time), it.kind, it.token, clean(symbol), decimals,
        _Number(in_tokens(it.amount, decimals)), _Number(str(it.amount)),
        _Number(in_tokens(line.balance, decimals)), _Number(str(line.balance)),
        it.pool_id, it.epoch, it.report, it.work, clean(it.title), clean(it.author), it.share, it.image, it.to,
        it.transaction,
    ]  # fmt: skip


class _Number(str):
    """A number that was written here: a minus at its beginning is one."""

    __slots__ = ()


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    is_formula = text.startswith(_FORMULA) and not isinstance(value, _Number)
    return f"'{text}" if is_formula else text
