"""Statements: every movement of a payee, as JSON for machines and as CSV for accountants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from creditline.api.desk import AtDesk, Desk
from creditline.api.fields import Amount, Hex32, Wallet
from creditline.api.problems import PROBLEMS
from creditline.errors import Invalid
from creditline.ids import Address
from creditline.royalties.statement import ROWS_MAX, Line, Statement
from creditline.royalties.statement_csv import clean, in_tokens, spell_time, write_csv

router = APIRouter(prefix="/v1/creators", tags=["statements"], responses=PROBLEMS)
END = 2**37  # a second in the year 6325: beyond what people mean, and within what calendars hold

Time = Annotated[str, Query(max_length=40, examples=["2026-01-31"])]
NEXT = "X-Next-Cursor"


class LineOut(BaseModel):
    """Amounts are signed. What a kind of movement does not have is null."""

    time: str = Field(examples=["2026-01-31T12:00:00Z"])
    kind: str = Field(
        description="settlement, epoch, role or bond for a credit; withdrawal, claim or role-claim for a payment."
    )
    token: Wallet
    symbol: str
    decimals: int | None = Field(description="Null where the token's contract does not say.")
    amount: str = Field(description="In whole tokens.")
    amount_units: str = Field(description="In the token's smallest unit.")
    balance: str = Field(description="What the ledger holds for the payee in this token after it.")
    balance_units: str
    pool: Hex32 | None
    epoch: int | None
    report: int | None
    work: Hex32 | None
    title: str
    author: str
    share: int | None = Field(description="Parts per million.")
    image: Hex32 | None
    to: Wallet | None
    transaction: str


class StatementOut(BaseModel):
    payee: Wallet
    opening: dict[str, Amount] = Field(description="By token, in its smallest unit, before the first line.")
    lines: list[LineOut]
    next: str | None


@router.get("/{payee}/statement", summary="A creator's statement", response_model=StatementOut)
def statement(
    payee: Wallet,
    desk: AtDesk,
    since: Annotated[Time, Query(alias="from", description="ISO 8601 in UTC, or a unix second.")] = "0",
    until: Annotated[
        Time, Query(alias="to", description="The same; a day counts in full. Default: no end.")
    ] = "",
    format: Annotated[Literal["csv", "json"], Query()] = "json",
    cursor: Annotated[str | None, Query(max_length=20_000, description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=ROWS_MAX, description="Lines on a page.")] = ROWS_MAX,
) -> Any:
    """Every credit and payment in finalised blocks, the oldest first.

    As CSV, the first page has the header row, and the header `X-Next-Cursor` leads to the page that follows.
    """
    end = _second(until, "to", is_end=True) if until else END
    found = desk.statements.page(Address(payee), _second(since, "from"), end, cursor, limit)
    return _csv(found, desk, first=cursor is None) if format == "csv" else _json(found, desk)


def _csv(found: Statement, desk: Desk, *, first: bool) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="statement-{found.payee}.csv"'}
    if found.next:
        headers[NEXT] = found.next
    text = write_csv(found.lines, desk.token_of, header=first)
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _json(found: Statement, desk: Desk) -> StatementOut:
    return StatementOut(
        payee=found.payee,
        opening={token: str(balance) for token, balance in found.opening.items()},
        lines=[_line(line, desk) for line in found.lines],
        next=found.next,
    )


def _line(line: Line, desk: Desk) -> LineOut:
    it = line.movement
    symbol, decimals = desk.token_of(it.token)
    return LineOut(
        time=spell_time(it.place.time),
        kind=it.kind,
        token=it.token,
        symbol=clean(symbol),
        decimals=decimals,
        amount=in_tokens(it.amount, decimals),
        amount_units=str(it.amount),
        balance=in_tokens(line.balance, decimals),
        balance_units=str(line.balance),
        pool=it.pool_id,
        epoch=it.epoch,
        report=it.report,
        work=it.work,
        title=clean(it.title),
        author=clean(it.author),
        share=it.share,
        image=it.image,
        to=it.to,
        transaction=it.transaction,
    )


def _second(text: str, name: str, *, is_end: bool = False) -> int:
    """The second at which a time begins; where a period ends with a day, the end of that day."""
    if text.isascii() and text.isdigit():
        return min(int(text), END)
    try:
        moment = datetime.fromisoformat(text)
        if is_end and len(text) == len("2026-01-31"):
            moment += timedelta(days=1)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0, int(moment.timestamp()))
    except (ValueError, OverflowError):
        raise Invalid(
            f"{name}: {text[:40]!a} is no time.", "Write a day as 2026-01-31, or a unix second."
        ) from None
