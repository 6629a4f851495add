"""`creditline claimable` and `creditline claim`: what a creator has coming, and getting it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import HERE, RPC, Json, Url
from creditline.cli.sending import PrintOnly, Rpc, as_text, send_all
from creditline.errors import Invalid

CLAIMABLE = """Show what a creator has coming, over all pools and tokens.

Example: creditline claimable 0x70…"""

CLAIM = """Have a creator paid everything that is due.

The operator sends it at its own cost, within a daily budget. With --send-with your key sends it instead, and --print
prints the transactions for your wallet to send; both work without the operator's budget.

Example: creditline claim 0x70… --print --to 0x5F…"""

Payee = Annotated[str, typer.Argument(help="Who is paid.")]


def claimable(payee: Payee, url: Url = HERE, json: Json = False) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.claimable(payee)
        give(found, "\n".join(_lines(found)) or f"{payee} has nothing coming.", as_json=json)


def claim(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    payee: Payee,
    pool: Annotated[str | None, typer.Option(help="Only what the epochs of this pool owe.")] = None,
    send_with: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="File with the key in hex that sends it.")
    ] = None,
    print_only: PrintOnly = False,
    to: Annotated[
        str | None, typer.Option(help="Where the money goes instead; only the payee's own key can send that.")
    ] = None,
    rpc: Rpc = RPC,
    url: Url = HERE,
    json: Json = False,
) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        if to and not (send_with or print_only):
            raise Invalid(
                "The operator can pay nobody but the payee.",
                "Add --send-with KEYFILE or --print to use --to.",
            )
        with Creditline(url) as service:
            if send_with is None and not print_only:
                sent = [service.claim(payee, pool)] if pool else service.claim_all(payee)
                text = "\n".join(
                    f"{each['amount']} units of {each['token']} are on their way." for each in sent
                )
                give({"relayed": sent}, text or f"{payee} has nothing due.", as_json=json)
                return
            transactions = service.claim_transactions(payee, pool, to)
            if send_with is None:
                give({"transactions": transactions}, as_text(transactions), as_json=json)
                return
            hashes = send_all(service, transactions, send_with, rpc)
        give({"sent": hashes}, "\n".join(hashes) or f"{payee} has nothing due.", as_json=json)


def _lines(found: dict[str, Any]) -> list[str]:
    """What is due, one line for each source; amounts in the token's smallest unit."""
    return [
        *(_line(b["claimable"], b["token"], "settled directly") for b in found["balances"]),
        *(_line(e["due"], e["token"], f"epochs of pool {e['pool']} up to {e['n']}") for e in found["epochs"]),
        *(_line(r["due"], r["token"], f"{r['name']} of pool {r['pool']}") for r in found["roles"]),
        *(_line(p["amount"], p["token"], _pending(p)) for p in found["pending"]),
    ]


def _pending(each: dict[str, Any]) -> str:
    when = "disputed" if each["disputed"] else f"final at {each['valid_at']}"
    return f"pending in epoch {each['n']} of pool {each['pool']}, {when}"


def _line(amount: str, token: str, source: str) -> str:
    return f"{amount:>24} units of {token}  {source}"
