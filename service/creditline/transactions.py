"""A transaction that somebody wants sent exactly once.

Business rooms decide on it, the store keeps it beside the change that caused it, the chain room sends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from creditline.ids import Address


@dataclass(frozen=True)
class Transaction:
    """`key` is the caller's: enqueuing the same key again has no effect. `value` is in wei."""

    key: str
    to: Address
    data: bytes
    purpose: str
    value: int = 0
