"""Sending ready transactions with a key of one's own, or printing them for a wallet to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creditline.cli.console import say
from creditline.errors import Conflict, Invalid

if TYPE_CHECKING:
    from creditline.client import Creditline

Rpc = Annotated[str, typer.Option(help="JSON-RPC endpoint through which your key sends.")]
KeyFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="File with the key in hex that sends it.")
]
PrintOnly = Annotated[bool, typer.Option("--print", help="Print the transactions, and send nothing.")]
_BEARER = "0x095ea7b3"  # approve(address,uint256)
_APPROVE_BYTES = 4 + 32 + 32


def send_all(service: Creditline, transactions: list[dict[str, Any]], key_file: Path, rpc: str) -> list[str]:
    """Send them in order with the key in a file; returns their hashes. Raises `Conflict` for any that is not the ledger's."""
    from creditline.chain.direct import Direct
    from creditline.chain.keys import OperatorKey
    from creditline.chain.node import Node
    from creditline.client import Wallet
    from creditline.ids import address

    place = service.deployment()
    for each in transactions:
        _require_known(each, place)
    wallet = Wallet.from_hex(key_file.read_text())
    direct = Direct(Node(rpc, place["chain_id"]), OperatorKey(wallet.private_key))
    hashes = []
    for each in transactions:
        say(f"  Sending: {each['purpose']} …")
        mined = direct.send(address(each["to"]), bytes.fromhex(each["data"][2:]), int(each["value"]))
        if not mined.succeeded:
            raise Conflict(
                f"The chain refused to {each['purpose']}.", "Look at it in an explorer, then ask again."
            )
        hashes.append(str(mined.tx_hash))
    return hashes


def as_text(transactions: list[dict[str, Any]]) -> str:
    """For a wallet to send, one document."""
    return json.dumps(transactions, indent=2)


def require_key(key_file: Path | None, *, print_only: bool) -> Path | None:
    """Raises `Invalid` where both are asked for, or neither."""
    if print_only == (key_file is not None):
        raise Invalid(
            "It is not said who sends the transactions.",
            "Give --key-file to send them now, or --print to send them from your wallet.",
        )
    return key_file


def _require_known(transaction: dict[str, Any], place: dict[str, Any]) -> None:
    """A service must not slip in a call to anything but the ledger, or an approval for anybody else."""
    ledger = place["royalty_ledger"]
    data, value = str(transaction["data"]), int(transaction["value"])
    approves = data.startswith(_BEARER) and len(data) == 2 + 2 * _APPROVE_BYTES and value == 0
    spender = data[2 + 8 + 24 : 2 + 8 + 64]
    is_approval = approves and spender.lower() == ledger[2:].lower()
    if transaction["to"] != ledger and not is_approval:
        raise Conflict(
            f"The service prepared a call to {transaction['to']}, which is not the ledger; nothing was sent.",
            "Do not use this service until its operator explains.",
        )
