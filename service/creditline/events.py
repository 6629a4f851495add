"""What the contracts said, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
