"""`creditline epoch`: what becomes of a pool's receipts."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import HERE, OPERATOR_TOKEN, Json, Pool, TokenFile, Url

app = typer.Typer(no_args_is_help=True, help="Epochs: many receipts, posted on chain at once.")


@app.command("list")
def list_(pool: Pool, url: Url = HERE, json: Json = False) -> None:
    """List a pool's epochs, the newest first."""
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.epochs(pool)
        give({"items": found}, "\n".join(map(_line, found)) or "No receipts yet.", as_json=json)


@app.command()
def show(
    pool: Pool,
    number: Annotated[int, typer.Argument(help="Number of the epoch.")],
    url: Url = HERE,
    json: Json = False,
) -> None:
    """Show an epoch: its roots, its state, and where its leaves are."""
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.epoch(pool, number)
        text = "\n".join(f"{name:15} {value}" for name, value in found.items() if value not in (None, ""))
        give(found, text, as_json=json)


@app.command()
def close(
    pool: Pool,
    token_file: TokenFile = OPERATOR_TOKEN,
    url: Url = HERE,
    json: Json = False,
) -> None:
    """Close the open epoch now (for the operator)."""
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.close_epoch(pool, token_file.read_text().strip())
        give(found, f"Epoch {found['number']} is closed, and will be posted.", as_json=json)


def _line(epoch: dict[str, Any]) -> str:
    said = f"{epoch['number']:>6}  {epoch['state']:8} {epoch['usages']:>7} receipts  {epoch['revenue'] or '':>15}"
    return f"{said}  {epoch['reason']}".rstrip()
