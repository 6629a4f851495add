"""`creditline statement`: every movement of a creator, for people, machines and spreadsheets."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import HERE, Json, Url
from creditline.errors import Invalid

HELP = """Write a creator's statement: every credit and payment, dated, with a running balance.

Times are ISO 8601 in UTC; a day at the end counts in full.

Example: creditline statement 0x70… --from 2026-01-01 --to 2026-12-31 --csv > 2026.csv"""


def statement(
    payee: Annotated[str, typer.Argument(help="Whose statement.")],
    since: Annotated[
        str | None, typer.Option("--from", help="Where it begins. Default: the beginning.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="Where it ends. Default: now.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet.")] = False,
    url: Url = HERE,
    json: Json = False,
) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        if csv and json:
            raise Invalid("A statement is CSV or JSON, not both.", "Leave out --csv or --json.")
        with Creditline(url) as service:
            if csv:
                for page in service.statement_csv(payee, since, until):
                    sys.stdout.buffer.write(page.encode())
                return
            lines = list(service.statement(payee, since, until))
        text = "\n".join(map(_line, lines)) or f"{payee} has no movements in that time."
        give({"payee": payee, "lines": lines}, text, as_json=json)


def _line(line: dict[str, Any]) -> str:
    amount = f"{line['amount']} {line['symbol']}" if line["amount"] else f"{line['amount_units']} units"
    about = line["title"] or line["work"] or line["pool"] or ""
    return f"{line['time']}  {line['kind']:11} {amount:>24}  {about}"
