"""Read a range of blocks from a node that may be wrong: every answer is checked against another one.

Headers must link to each other, logs must sit in those headers, and where a header's bloom says that our contracts may
have spoken, the block's own logs must be the ones that the range query gave. What does not fit is asked again later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from eth_utils.crypto import keccak

from creditline.chain.deployment import Deployment
from creditline.chain.events import decode_log
from creditline.chain.node import Block, Log, Node
from creditline.errors import Unavailable
from creditline.events import Event
from creditline.ids import Address, Bytes32, raw


@dataclass(frozen=True)
class Scan:
    """All events of blocks `first` to `last`, in chain order."""

    first: Block
    last: Block
    events: tuple[Event, ...]


def scan_blocks(node: Node, deployment: Deployment, first: int, last: int) -> Scan:
    """Raises `Unavailable` when the answers contradict each other: the node lies, or is changing its mind."""
    addresses = list(deployment.contracts)
    blocks = node.blocks(first, last)
    found = _by_block(node.logs(addresses, first, last))
    hashes = {block.hash for block in blocks}
    if not found.keys() <= hashes:
        raise _contradiction(f"logs of blocks {first} to {last} are not in those blocks")
    suspects = [block.hash for block in blocks if may_contain(block.bloom, addresses)]
    answers = node.logs_of_blocks(addresses, suspects)
    for block_hash, alone in zip(suspects, answers, strict=True):
        if _by_block(alone).get(block_hash, []) != found.get(block_hash, []):
            raise _contradiction(f"it gave two answers for the logs of block {block_hash}")
    events = [
        decode_log(deployment, log, block.time) for block in blocks for log in found.get(block.hash, [])
    ]
    return Scan(blocks[0], blocks[-1], tuple(events))


def may_contain(bloom: bytes, addresses: Iterable[Address]) -> bool:
    """Whether a header's bloom admits a log by one of these addresses. No means no; yes means maybe."""
    bits = int.from_bytes(bloom, "big")
    return any(all(bits >> bit & 1 for bit in _bloom_bits(raw(address))) for address in addresses)


def _bloom_bits(value: bytes) -> list[int]:
    digest = keccak(value)
    return [int.from_bytes(digest[at : at + 2], "big") % 2048 for at in (0, 2, 4)]


def _by_block(logs: Iterable[Log]) -> dict[Bytes32, list[Log]]:
    """Sorted within each block. Raises for two logs in one place."""
    grouped: dict[Bytes32, list[Log]] = defaultdict(list)
    for log in logs:
        grouped[log.block_hash].append(log)
    for block_hash, group in grouped.items():
        group.sort(key=lambda log: log.log_index)
        places = [log.log_index for log in group]
        if len(set(places)) < len(places):
            raise _contradiction(f"block {block_hash} has a log twice")
    return dict(grouped)


def _contradiction(what: str) -> Unavailable:
    return Unavailable(f"The chain node contradicts itself: {what}.", "It may be catching up: we ask again.")
