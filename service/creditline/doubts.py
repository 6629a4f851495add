"""Where a stranger's commands against an epoch are wired: a node, a gateway, the auditor, and a key if there is one."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from creditline import canonical
from creditline.audit import Recompute
from creditline.audit.prosecution import Charge, Prosecution
from creditline.chain.calls import Call, Calls
from creditline.chain.deployment import Deployment, read_deployment
from creditline.chain.direct import Direct
from creditline.chain.finalised import FinalisedChain
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Node
from creditline.client import Wallet
from creditline.content.gateway import Gateway
from creditline.content.library import ReadingRoom
from creditline.errors import Invalid
from creditline.ids import PoolId, bytes32
from creditline.royalties.receipt import Receipt, read_receipt


def challenge(
    *,
    rpc: str,
    gateways: list[str],
    deployment: Path,
    pool: str,
    epoch: int | None,
    receipts: list[Path],
    key: str | None,
) -> dict[str, Any]:
    """Find what can be objected to an epoch, and send the first of it if a key is given."""
    place = read_deployment(deployment)
    node = Node(rpc, place.chain_id)
    prosecution = _prosecution(node, place, gateways)
    charge = prosecution.charge(PoolId(bytes32(pool, "The pool")), epoch, [_read(path) for path in receipts])
    found = {
        "epoch": charge.trial.number,
        "objections": [{"fraud": each.fraud.name, "what": each.what} for each in charge.objections],
        "unpublished": charge.hidden,
        "transaction": None,
    }
    lines = [f"{each.fraud.name}: {each.what}" for each in charge.objections]
    if charge.hidden:
        lines.append(f"The roots of its {charge.hidden} do not follow from what was published: dispute it.")
    if not lines:
        return {**found, "text": f"Nothing can be objected to epoch {charge.trial.number}.", "exit_status": 0}
    if not charge.objections:
        return {**found, "text": "\n".join(lines), "exit_status": 1}
    return _send(node, place, charge, key, found, lines)


def evidence(
    *,
    rpc: str,
    gateways: list[str],
    deployment: Path,
    pool: str,
    epoch: int | None,
    engine: AbstractContextManager[Recompute | None],
) -> dict[str, Any]:
    """The document for an arbiter, and its digest."""
    place = read_deployment(deployment)
    prosecution = _prosecution(Node(rpc, place.chain_id), place, gateways)
    with engine as recompute:
        document = prosecution.write_down(PoolId(bytes32(pool, "The pool")), epoch, recompute)
    return {"document": document, "reason": bytes32(canonical.digest(canonical.encode(document)))}


def _prosecution(node: Node, place: Deployment, gateways: list[str]) -> Prosecution:
    return Prosecution(FinalisedChain(node, place), ReadingRoom(Gateway(gateways)))


def _send(
    node: Node, place: Deployment, charge: Charge, key: str | None, found: dict[str, Any], lines: list[str]
) -> dict[str, Any]:
    call = _call(place, charge)
    found["transaction"] = {"to": call.to, "data": "0x" + call.data.hex(), "value": "0"}
    if key is None:
        lines.append("Send it with --key-file, or send the transaction of --json yourself.")
        return {**found, "text": "\n".join(lines), "exit_status": 1}
    mined = Direct(node, OperatorKey(Wallet.from_hex(key).private_key)).send(*call)
    lines.append(
        f"Sent in {mined.tx_hash}: " + ("the epoch is void." if mined.succeeded else "it was refused.")
    )
    return {
        **found,
        "hash": mined.tx_hash,
        "text": "\n".join(lines),
        "exit_status": 0 if mined.succeeded else 1,
    }


def _call(place: Deployment, charge: Charge) -> Call:
    trial, first = charge.trial, charge.objections[0]
    previous = trial.previous.epoch if trial.previous else None
    return Calls(place).challenge(trial.params, trial.posted.epoch, previous, first.fraud, first.evidence)


def _read(path: Path) -> Receipt:
    try:
        return read_receipt(json.loads(path.read_text()))
    except ValueError as error:
        raise Invalid(f"{path} is not JSON.", "Save the answer of POST /v1/usages as it came.") from error
