"""What the contracts said, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from creditline.chain.abi import interface
from creditline.chain.deployment import Deployment
from creditline.chain.node import Log
from creditline.errors import Corrupt
from creditline.ids import Bytes32


@dataclass(frozen=True)
class Event:
    """One log. `args`: integers, booleans, lower-case 0x-hex, checksummed addresses, lists, and dicts for structs.

    `block_time` is in unix seconds. Within a block, `log_index` gives the order.
    """

    contract: str
    name: str
    args: dict[str, Any]
    block_number: int
    block_hash: Bytes32
    block_time: int
    tx_hash: Bytes32
    log_index: int


def decode_log(deployment: Deployment, log: Log, block_time: int) -> Event:
    """Raises `Corrupt` for a log that the contracts at these addresses cannot have written."""
    contract = deployment.contracts.get(log.address)
    decoded = interface(contract).decode_event(log.topics, log.data) if contract else None
    if contract is None or decoded is None:
        raise Corrupt(
            f"The log {log.log_index} of block {log.block_number} at {log.address} is no event of Creditline.",
            "Check the addresses in the deployment file against the chain.",
        )
    name, args = decoded
    return Event(
        contract, name, args, log.block_number, log.block_hash, block_time, log.tx_hash, log.log_index
    )
