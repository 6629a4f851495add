"""Where the contracts are: read and written as JSON, and put there deterministically.

Addresses follow from the code alone (CREATE2 through the factory that stands at the same address on practically every
chain), so the file can be written before anything is sent, and a deployment that was killed goes on where it stopped.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.chain.abi import FRAUD_PROOFS, ROYALTY_LEDGER, interface
from creditline.chain.direct import Direct
from creditline.chain.keys import OperatorKey
from creditline.chain.node import Node
from creditline.errors import CreditlineError, Misconfigured, Unavailable
from creditline.ids import Address, address, raw

FACTORY = Address("0x4e59b44847b379578588920cA78FbF26c0B4956C")
SALT = b"\0" * 32
FIRST_BLOCK = 1  # nothing is created in a genesis block


@dataclass(frozen=True)
class Deployment:
    """One set of contracts. `block` is where to begin reading; `demo_token` is set on development chains only."""

    chain_id: int
    works: Address
    models: Address
    ledger: Address
    fraud_proofs: Address
    block: int
    demo_token: Address | None = None

    @property
    def contracts(self) -> dict[Address, str]:
        """What the follower listens to: address to contract name."""
        return {self.works: "WorkRegistry", self.models: "ModelRegistry", self.ledger: "RoyaltyLedger"}


@dataclass(frozen=True)
class _Step:
    """One contract to create: its address follows from `code`."""

    name: str
    code: bytes

    @property
    def address(self) -> Address:
        return created_at(self.code)


def created_at(code: bytes) -> Address:
    """Where the factory puts a contract that `code` creates."""
    digest = keccak(b"\xff" + raw(FACTORY) + SALT + keccak(code))
    return address("0x" + digest[12:].hex())


def read_deployment(path: Path) -> Deployment:
    """Raises `Misconfigured` for a file that is missing or is no deployment."""
    try:
        document = json.loads(path.read_text("utf-8"))
        token = document["demo_token"]
        return Deployment(
            chain_id=int(document["chain_id"]),
            works=address(document["works"]),
            models=address(document["models"]),
            ledger=address(document["ledger"]),
            fraud_proofs=address(document["fraud_proofs"]),
            block=int(document["block"]),
            demo_token=address(token) if token else None,
        )
    except KeyError as missing:
        raise Misconfigured(
            f"{path} does not say where the contracts are: it names no {missing.args[0]}.",
            "Run scripts/deploy again: this version needs contracts that an earlier one did not have.",
        ) from missing
    except (OSError, ValueError, TypeError, CreditlineError) as error:
        raise Misconfigured(
            f"{path} does not say where the contracts are: {type(error).__name__}.",
            "Run scripts/deploy, or copy the file from the service that you want to read.",
        ) from error


def write_deployment(deployment: Deployment, path: Path) -> None:
    """Whole or not at all: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.write_text(json.dumps(asdict(deployment), indent=2) + "\n", "utf-8")
    with half.open("rb") as written:
        os.fsync(written.fileno())
    half.replace(path)


def deploy(
    node: Node, key: OperatorKey, artifacts_dir: Path, path: Path, *, demo_token: bool = False
) -> Deployment:
    """Put the contracts on chain and say in `path` where. Repeating it, also after a kill, sends only what is missing."""
    if not node.code_at(FACTORY):
        raise Misconfigured(
            f"Chain {node.chain_id} has no contract factory at {FACTORY}.",
            "Deploy it there first; its transaction is public and the same for every chain.",
        )
    steps = _steps(artifacts_dir, demo_token=demo_token)
    deployment = _plan(node, steps, path)
    write_deployment(deployment, path)
    direct = Direct(node, key)
    for step in steps:
        if not node.code_at(step.address):
            _create(direct, step)
    return deployment


def verify_deployment(node: Node, deployment: Deployment) -> None:
    """Raises `Misconfigured` where a contract is missing: another chain, or a development chain that was restarted.

    The ledger says which fraud proofs it listens to; those of another deployment would void nothing.
    """
    for where, name in (deployment.contracts | {deployment.fraud_proofs: FRAUD_PROOFS}).items():
        if not node.code_at(where):
            raise Misconfigured(
                f"There is no {name} at {where} on chain {deployment.chain_id}.",
                "Deploy the contracts again, or point to the chain that they are on.",
            )
    ledger = interface(ROYALTY_LEDGER)
    answer = node.call(deployment.ledger, ledger.encode_call("fraudProofs", []))
    if ledger.decode_result("fraudProofs", answer) != deployment.fraud_proofs:
        raise Misconfigured(
            f"The ledger at {deployment.ledger} does not use the fraud proofs at {deployment.fraud_proofs}.",
            "Take the deployment file from where these contracts were deployed.",
        )


def _create(direct: Direct, step: _Step) -> None:
    mined = direct.send(FACTORY, SALT + step.code)
    if not mined.succeeded:
        raise Unavailable(f"Creating {step.name} failed on chain.", "Run the deployment again.")


def _steps(artifacts_dir: Path, *, demo_token: bool) -> list[_Step]:
    works = _Step("WorkRegistry", _bytecode(artifacts_dir, "WorkRegistry"))
    models = _Step("ModelRegistry", _bytecode(artifacts_dir, "ModelRegistry") + _arguments(works.address))
    both = _arguments(works.address, models.address)
    proofs = _Step("FraudProofs", _bytecode(artifacts_dir, "FraudProofs") + both)
    three = _arguments(works.address, models.address, proofs.address)
    ledger = _Step("RoyaltyLedger", _bytecode(artifacts_dir, "RoyaltyLedger") + three)
    token = [_Step("DemoYen", _bytecode(artifacts_dir, "demo/DemoYen"))] if demo_token else []
    return [works, models, proofs, ledger, *token]


def _plan(node: Node, steps: list[_Step], path: Path) -> Deployment:
    works, models, proofs, ledger, *token = (step.address for step in steps)
    places = (works, models, ledger, proofs)
    planned = Deployment(node.chain_id, *places, FIRST_BLOCK, token[0] if token else None)
    if not node.code_at(works):
        # What is not there yet will be created in a later block than the latest one.
        return replace(planned, block=node.latest().number + 1)
    created, recorded = _first_block_with_code(node, works), _recorded_block(path, planned)
    if recorded is not None and (created is None or recorded <= created):
        return replace(planned, block=recorded)
    return planned if created is None else replace(planned, block=created)


def _recorded_block(path: Path, planned: Deployment) -> int | None:
    """The block that an earlier run wrote, if it planned the same contracts."""
    if not path.exists():
        return None
    try:
        found = read_deployment(path)
    except Misconfigured:  # of an earlier version: those were other contracts
        return None
    return found.block if replace(found, block=planned.block) == planned else None


def _first_block_with_code(node: Node, where: Address) -> int | None:
    """Bisect. None where the node keeps no old state."""
    low, high = FIRST_BLOCK, node.latest().number
    try:
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if node.code_at(where, middle) else (middle + 1, high)
    except Unavailable:
        return None
    return low


def _bytecode(artifacts_dir: Path, name: str) -> bytes:
    path = artifacts_dir / "contracts" / f"{name}.sol" / f"{Path(name).name}.json"
    try:
        document = json.loads(path.read_text("utf-8"))
        return raw(document["bytecode"])
    except (OSError, ValueError, KeyError) as error:
        raise Misconfigured(
            f"The compiled contract {path} cannot be read: {type(error).__name__}.", "Run: npx hardhat build"
        ) from error


def _arguments(*addresses: Address) -> bytes:
    return abi_encode(["address"] * len(addresses), list(addresses))
