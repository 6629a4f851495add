"""Reading logs as events."""

from __future__ import annotations

from creditline.chain.abi import interface
from creditline.chain.deployment import Deployment
from creditline.chain.node import Log
from creditline.errors import Corrupt
from creditline.events import Event


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
