"""`creditline dispute`: asking a pool's arbiter about an epoch, and deciding."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import HERE, RPC, Json, Pool, Url
from creditline.cli.sending import KeyFile, PrintOnly, Rpc, as_text, require_key, send_all
from creditline.errors import Conflict, Invalid

app = typer.Typer(
    no_args_is_help=True, help="Disputes: what only a pool's arbiter can decide about an epoch."
)

Number = Annotated[int, typer.Argument(help="Number of the epoch.")]
EVIDENCE_BYTES_MAX = 256 * 1024


@app.command("open")
def open_(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    pool: Pool,
    number: Number,
    evidence: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="JSON file that says what is wrong, and how to see it."
        ),
    ],
    key_file: KeyFile = None,
    print_only: PrintOnly = False,
    rpc: Rpc = RPC,
    url: Url = HERE,
    json: Json = False,
) -> None:
    """Publish evidence and dispute an epoch. It puts up the pool's bond, and the loser's bond goes to the winner.

    Example: creditline dispute open 0x7f… 4 --evidence wrong.json --key-file wallet.key
    """
    with explained(as_json=json):
        from creditline.client import Creditline

        key = require_key(key_file, print_only=print_only)
        document = _read(evidence)
        with Creditline(url) as service:
            prepared = service.prepare_dispute(pool, number, document)
            text = f"Evidence {prepared['cid']}, bond {prepared['bond']} units."
            _finish(service, prepared, prepared["transactions"], text, key=key, rpc=rpc, as_json=json)


@app.command()
def show(pool: Pool, number: Number, url: Url = HERE, json: Json = False) -> None:
    """Show the latest dispute about an epoch.

    Example: creditline dispute show 0x7f… 4
    """
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.dispute(pool, number)
        shown = {name: value for name, value in found.items() if name != "transactions" and value is not None}
        give(found, "\n".join(f"{name:12} {value}" for name, value in shown.items()), as_json=json)


@app.command()
def rule(  # noqa: PLR0913, PLR0917 - the options of a command are its arguments
    pool: Pool,
    number: Number,
    valid: Annotated[bool, typer.Option("--valid/--void", help="Whether the epoch stands.")],
    key_file: KeyFile = None,
    print_only: PrintOnly = False,
    rpc: Rpc = RPC,
    url: Url = HERE,
    json: Json = False,
) -> None:
    """Decide a dispute (for the pool's arbiter).

    Example: creditline dispute rule 0x7f… 4 --void --key-file arbiter.key
    """
    _end("valid" if valid else "void", pool, number, key_file, rpc, url, print_only=print_only, json=json)


@app.command()
def lapse(
    pool: Pool,
    number: Number,
    key_file: KeyFile = None,
    print_only: PrintOnly = False,
    rpc: Rpc = RPC,
    url: Url = HERE,
    json: Json = False,
) -> None:
    """Void an epoch whose arbiter stayed silent; both bonds go back.

    Example: creditline dispute lapse 0x7f… 4 --key-file wallet.key
    """
    _end("lapse", pool, number, key_file, rpc, url, print_only=print_only, json=json)


def _end(  # noqa: PLR0913 - what two commands share
    ending: str,
    pool: str,
    number: int,
    key_file: Path | None,
    rpc: str,
    url: str,
    *,
    print_only: bool,
    json: bool,
) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        key = require_key(key_file, print_only=print_only)
        with Creditline(url) as service:
            found = service.dispute(pool, number)
            call = found["transactions"].get(ending)
            if call is None:
                raise Conflict(
                    f"The dispute about epoch {number} is {found['state']}; the arbiter may rule until {found['rule_by']}.",
                    "Rule until then; lapse afterwards; a dispute that has ended stays as it is.",
                )
            _finish(service, found, [call], call["purpose"], key=key, rpc=rpc, as_json=json)


def _finish(
    service: Any,
    document: dict[str, Any],
    transactions: list[dict[str, Any]],
    text: str,
    *,
    key: Path | None,
    rpc: str,
    as_json: bool,
) -> None:
    if key is None:
        give(document, as_text(transactions), as_json=as_json)
        return
    hashes = send_all(service, transactions, key, rpc)
    give({**document, "sent": hashes}, "\n".join([text, *hashes]), as_json=as_json)


def _read(path: Path) -> dict[str, Any]:
    import json

    with path.open("rb") as file:
        data = file.read(EVIDENCE_BYTES_MAX + 1)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or len(data) > EVIDENCE_BYTES_MAX:
        raise Invalid(
            f"{path} is no JSON object of at most {EVIDENCE_BYTES_MAX} bytes.",
            "Write one, and name larger things in it by their CID.",
        )
    return document
