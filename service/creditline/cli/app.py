"""The commands. `main` hands in the two that need the whole house: running it, and auditing it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from creditline.cli import claims, commons, disputes, epochs, keys, objections, receipt, statement
from creditline.cli.console import explained, give, progress, say
from creditline.cli.options import (
    DEPLOYMENT,
    HERE,
    OPERATOR_TOKEN,
    RPC,
    DeploymentFile,
    Gateways,
    Json,
    Rpc,
    TokenFile,
    Url,
)

KeyFile = Annotated[
    Path | None,
    typer.Option(
        help="File with your wallet's key in hex. Otherwise CREDITLINE_WALLET_KEY, or it is asked for."
    ),
]


class House(objections.Doubts, keys.Keyrings, Protocol):
    """What only main can do."""

    def serve(self, **overrides: Any) -> None: ...
    def verify(
        self,
        *,
        rpc: str,
        gateways: list[str],
        deployment: Path,
        pools: list[str] | None,
        operator: str | None,
        pixels: bool,
        quiet: bool,
    ) -> dict[str, Any]:
        """The verdict as a document, with `text` for people and the `exit_status` to end with."""


def create(house: House) -> typer.Typer:
    """All commands, bound to `house`."""
    app = typer.Typer(
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Creditline pays the creators whose works a generated image draws on.",
    )
    app.command("up", help=_UP)(_up(house))
    app.command("register", help=_REGISTER)(register)
    app.command("attribute", help=_ATTRIBUTE)(attribute)
    app.command("receipt", help=receipt.HELP)(receipt.receipt)
    app.command("settle", help=_SETTLE)(settle)
    app.command("withdraw", help=_WITHDRAW)(withdraw)
    app.command("claimable", help=claims.CLAIMABLE)(claims.claimable)
    app.command("claim", help=claims.CLAIM)(claims.claim)
    app.command("statement", help=statement.HELP)(statement.statement)
    app.add_typer(disputes.app, name="dispute")
    app.add_typer(epochs.app, name="epoch")
    app.add_typer(commons.app, name="commons")
    app.add_typer(keys.create(house), name="key")
    app.command("verify", help=_VERIFY)(_verify(house))
    app.command("challenge", help=objections.CHALLENGE)(objections.challenge(house))
    app.command("evidence", help=objections.EVIDENCE)(objections.evidence(house))
    return app


_UP = """Run the service in the foreground.

Settings come from CREDITLINE_… variables or the file in CREDITLINE_ENV_FILE; docs/reference/settings.md lists them.

Example: CREDITLINE_RPC_URL=http://127.0.0.1:8545 creditline up --port 8000"""

_REGISTER = """Register a folder of pictures with one signature and no gas.

Example: creditline register ~/pictures --author "Aiko Tanaka" --licence CC-BY-SA-4.0 --key-file wallet.key"""

_ATTRIBUTE = """Find the works that a picture draws on. No money moves.

Example: creditline attribute picture.png --model 0x12…"""

_SETTLE = """Settle all signed receipts on chain (for the operator).

Example: creditline settle --token-file .creditline/operator.token"""

_WITHDRAW = """Pay a creator out; the money goes to the payee and nowhere else.

Example: creditline withdraw --token 0x5F… --payee 0x70…"""

_VERIFY = """Recompute every share and payment from chain and IPFS alone.

Needs no account and no service: an RPC endpoint, a gateway, and the deployment file that names the contracts.
Ends with 0 when everything holds, 1 when something is wrong, 69 when something could not be checked.

Example: creditline verify --rpc http://127.0.0.1:8545 --gateway http://127.0.0.1:8000 --deployment deployment.json"""


def register(
    folder: Annotated[
        Path, typer.Argument(exists=True, help="A picture, or a folder of PNG, JPEG and WebP files.")
    ],
    author: Annotated[str, typer.Option(help="The name to credit.")] = "",
    licence: Annotated[str, typer.Option(help="SPDX id, or your own words.")] = "All rights reserved",
    training: Annotated[
        str, typer.Option(help="May models learn from them: allowed or forbidden.")
    ] = "allowed",
    payee: Annotated[str | None, typer.Option(help="Who is paid. Default: your wallet.")] = None,
    private: Annotated[
        bool, typer.Option(help="Do not publish the bytes; auditors then cannot recompute.")
    ] = False,
    key_file: KeyFile = None,
    url: Url = HERE,
    json: Json = False,
) -> None:
    with explained(as_json=json):
        from creditline import ids
        from creditline.cli.folder import read_folder
        from creditline.client import Creditline

        wallet, pictures = _wallet(key_file), read_folder(folder, author)
        to = ids.address(payee) if payee else None
        with Creditline(url) as service:
            known = {work["content_hash"] for work in service.works(wallet.address)}
            new = [work for work in pictures if work.content_hash not in known]
            if not new:
                give(
                    {"registered": 0, "known": len(pictures)},
                    "All of them are registered already.",
                    as_json=json,
                )
                return
            with progress("Sending pictures", len(new), quiet=json) as advance:
                found = service.register(
                    wallet,
                    new,
                    licence=licence,
                    training=training,
                    payee=to,
                    publish=not private,
                    progress=advance,
                )
            for likeness in found["likenesses"]:
                say(
                    f"  Note: {likeness['content_hash']} shows the same pixels as work {likeness['registered']}."
                )
            say("  Signed once. Waiting for the block to be final …")
            found = service.wait_anchored(found["id"])
        text = f"{len(new)} works registered to {wallet.address}, anchored in {found['transaction']}."
        give({"registered": len(new), "known": len(pictures) - len(new), **found}, text, as_json=json)


def attribute(
    picture: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="PNG, JPEG or WebP.")],
    model: Annotated[str, typer.Option(help="Id of a registered model. Default: the only one.")] = "",
    keep: Annotated[
        bool, typer.Option(help="Publish the picture too, so that the report page shows it.")
    ] = False,
    url: Url = HERE,
    json: Json = False,
) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.attribute(picture.read_bytes(), model or _only_model(service), keep=keep)
            lines = [_line(service, entry) for entry in found["report"]["works"]]
        lines.append(f"{found['report']['unattributed'] / 10_000:6.2f} %  unattributed")
        give(found, "\n".join([*lines, f"Report: {url}{found['page']}"]), as_json=json)


def settle(
    token_file: TokenFile = OPERATOR_TOKEN,
    url: Url = HERE,
    json: Json = False,
) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        token = token_file.read_text().strip()
        with Creditline(url) as service:
            found = service.settle(token)
            total = found["waiting"] + found["sent"] + found["settled"]
            with progress("Settling receipts", total, quiet=json) as advance:
                found = service.settle_all(token, advance)
        give(found, f"{found['settled']} receipts settled, {found['failed']} failed.", as_json=json)


def withdraw(
    token: Annotated[str, typer.Option(help="Token contract.")],
    payee: Annotated[str, typer.Option(help="Who is paid.")],
    url: Url = HERE,
    json: Json = False,
) -> None:
    with explained(as_json=json):
        from creditline.client import Creditline

        with Creditline(url) as service:
            found = service.withdraw(token, payee)
        give(found, f"{found['claimable']} units are on their way to {payee}.", as_json=json)


def _up(house: House) -> Any:
    def up(
        host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
        port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
        data_dir: Annotated[
            Path | None, typer.Option(help="Folder for everything the service keeps.")
        ] = None,
    ) -> None:
        with explained(as_json=False):
            given = {"host": host, "port": port, "data_dir": data_dir}
            house.serve(**{key: value for key, value in given.items() if value is not None})

    return up


def _verify(house: House) -> Any:
    def verify(
        rpc: Rpc = RPC,
        gateway: Gateways = None,
        deployment: DeploymentFile = DEPLOYMENT,
        pool: Annotated[
            list[str] | None, typer.Option(help="Only these pools and what they rest on. Default: all.")
        ] = None,
        operator: Annotated[
            str | None, typer.Option(help="Only the pools that this operator runs. Anyone may open a pool.")
        ] = None,
        pixels: Annotated[
            bool, typer.Option(help="Run the engine again on every settled image (slow).")
        ] = False,
        json: Json = False,
    ) -> None:
        with explained(as_json=json):
            verdict = house.verify(
                rpc=rpc,
                gateways=gateway or [HERE],
                deployment=deployment,
                pools=pool,
                operator=operator,
                pixels=pixels,
                quiet=json,
            )
            give(verdict, verdict["text"], as_json=json)
            raise SystemExit(verdict["exit_status"])

    return verify


def _wallet(key_file: Path | None) -> Any:
    import os

    from creditline.client import Wallet

    if key_file:
        return Wallet.from_hex(key_file.read_text())
    return Wallet.from_hex(
        os.environ.get("CREDITLINE_WALLET_KEY") or typer.prompt("Wallet key", hide_input=True)
    )


def _only_model(service: Any) -> str:
    from creditline.errors import Invalid

    models = [model["id"] for model in service.models()]
    if len(models) != 1:
        raise Invalid(
            f"{len(models)} models are registered.", "Name one with --model; GET /v1/models lists them."
        )
    return str(models[0])


def _line(service: Any, entry: dict[str, Any]) -> str:
    work = service.work(entry["work"])
    return f"{entry['share'] / 10_000:6.2f} %  {work['title']} by {work['author'] or work['creator']} ({entry['tier']})"
