"""Commands for whoever doubts an epoch. They need a node and a gateway, not the service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from creditline.cli.console import explained, give
from creditline.cli.options import DEPLOYMENT, HERE, RPC, DeploymentFile, Gateways, Json, Pool, Rpc

EpochOption = Annotated[int | None, typer.Option(help="Number of the epoch. Default: the newest.")]

CHALLENGE = """Look for what is wrong with an epoch, and void it.

Rebuilds the epoch from chain and IPFS alone. What the contract would accept as shown is listed, and the first of it sent, if
a key is given: half of the operator's stake is yours then. A receipt that you hold shows whether it was dropped.
Ends with 0 when there is nothing to object to or the epoch is void, 1 when there is and nothing was sent.

Example: creditline challenge 0x12… --receipt receipt.json --key-file my.key"""

EVIDENCE = """Write down what an arbiter should see of an epoch: the document whose hash a dispute names as its reason.

Checks every report of the epoch, and with --pixels runs the engine again on every image (slow). With --json it prints the
document itself, as `creditline dispute open --evidence` takes it.

Example: creditline evidence 0x12… --epoch 3 --pixels --json > evidence.json"""


class Doubts(Protocol):
    """What main wires together for these commands."""

    def challenge(
        self,
        *,
        rpc: str,
        gateways: list[str],
        deployment: Path,
        pool: str,
        epoch: int | None,
        receipts: list[Path],
        key: str | None,
    ) -> dict[str, Any]:
        """What can be objected to, and the transaction; `text` for people and `exit_status` beside it."""

    def evidence(
        self, *, rpc: str, gateways: list[str], deployment: Path, pool: str, epoch: int | None, pixels: bool
    ) -> dict[str, Any]:
        """The document, and its digest as `reason`."""


def challenge(house: Doubts) -> Any:
    def command(
        pool: Pool,
        epoch: EpochOption = None,
        receipt: Annotated[
            list[Path] | None, typer.Option(exists=True, help="A receipt as the service answered it.")
        ] = None,
        key_file: Annotated[
            Path | None, typer.Option(exists=True, help="File with the key in hex that sends it.")
        ] = None,
        rpc: Rpc = RPC,
        gateway: Gateways = None,
        deployment: DeploymentFile = DEPLOYMENT,
        json: Json = False,
    ) -> None:
        with explained(as_json=json):
            found = house.challenge(
                rpc=rpc,
                gateways=gateway or [HERE],
                deployment=deployment,
                pool=pool,
                epoch=epoch,
                receipts=receipt or [],
                key=key_file.read_text().strip() if key_file else None,
            )
            give(found, found["text"], as_json=json)
            raise SystemExit(found["exit_status"])

    return command


def evidence(house: Doubts) -> Any:
    def command(
        pool: Pool,
        epoch: EpochOption = None,
        pixels: Annotated[
            bool, typer.Option(help="Run the engine again on every image of the epoch (slow).")
        ] = False,
        rpc: Rpc = RPC,
        gateway: Gateways = None,
        deployment: DeploymentFile = DEPLOYMENT,
        json: Json = False,
    ) -> None:
        with explained(as_json=json):
            found = house.evidence(
                rpc=rpc,
                gateways=gateway or [HERE],
                deployment=deployment,
                pool=pool,
                epoch=epoch,
                pixels=pixels,
            )
            lines = [
                f"{each['outcome']}: {each['subject']}: {each['what']}"
                for each in found["document"]["findings"]
            ]
            text = "\n".join(lines or ["Nothing was found that an arbiter would have to decide."])
            give(found["document"], f"{text}\nReason: {found['reason']}", as_json=json)

    return command
