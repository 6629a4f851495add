"""What the sender needs from whoever keeps its transactions.

queued ──sign──▶ signed ──mine──▶ mined ──finish──▶ final
│  ▲             │  ▲             │ │
│  └──requeue────┘  └───unmine────┘ └──fail──▶ failed
└───────────────────────fail─────────────────────▲
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from creditline.ids import Address, Bytes32


class State(StrEnum):
    QUEUED = "queued"
    SIGNED = "signed"
    MINED = "mined"
    FINAL = "final"
    FAILED = "failed"


@dataclass(frozen=True)
class Attempt:
    """A signed transaction, kept before it is broadcast. Prices in wei per gas; `sent_block` is the head at that time."""

    sender: Address
    nonce: int
    tx_hash: Bytes32
    raw: bytes
    gas: int
    max_fee: int
    tip: int
    sent_block: int


class Entry(Protocol):
    """One transaction as kept. From `nonce` on, the fields are None while it is queued."""

    @property
    def key(self) -> str: ...
    @property
    def to(self) -> Address: ...
    @property
    def data(self) -> bytes: ...
    @property
    def value(self) -> int: ...
    @property
    def purpose(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def nonce(self) -> int | None: ...
    @property
    def gas(self) -> int | None: ...
    @property
    def max_fee(self) -> int | None: ...
    @property
    def tip(self) -> int | None: ...
    @property
    def raw(self) -> bytes | None: ...
    @property
    def sent_block(self) -> int | None: ...
    @property
    def hashes(self) -> tuple[Bytes32, ...]:
        """Every version that was ever broadcast, the newest first: any of them may be the one that is mined."""

    @property
    def block_number(self) -> int | None: ...
    @property
    def block_hash(self) -> Bytes32 | None: ...


class Outbox(Protocol):
    """Every method is one transaction, and raises `Conflict` when the entry is not in the state it starts from."""

    def queued(self, limit: int) -> Sequence[Entry]:
        """In the order in which they were enqueued."""

    def in_flight(self, sender: Address) -> Sequence[Entry]:
        """Signed or mined, by nonce."""

    def highest_nonce(self, sender: Address) -> int | None:
        """Of all entries of this sender, whatever their state."""

    def sign(self, key: str, attempt: Attempt) -> None: ...
    def replace(self, key: str, attempt: Attempt) -> None:
        """Another price for the same nonce. The earlier hash is remembered."""

    def mine(self, key: str, tx_hash: Bytes32, block_number: int, block_hash: Bytes32) -> None: ...
    def unmine(self, key: str) -> None: ...
    def requeue(self, key: str) -> None: ...
    def finish(self, key: str, tx_hash: Bytes32, block_number: int, block_hash: Bytes32) -> None: ...
    def fail(self, key: str, reason: str) -> None: ...
