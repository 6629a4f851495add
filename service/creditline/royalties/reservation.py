"""A usage on its way to a receipt, and what the receipt book asks of whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from creditline.ids import Bytes32, PoolId, WorkId
from creditline.royalties.receipt import Receipt, Usage


class Settlement(StrEnum):
    """How a receipt is paid: with many others in an epoch, or by a call of its own."""

    EPOCH = "epoch"
    DIRECT = "direct"


@dataclass(frozen=True)
class Reservation:
    """A usage id that is taken, with the integrator's signature of the usage.

    `receipt` is None until its report is known, and has no signature until it is signed. A receipt for an epoch has no
    nonce before that: indexes count without gaps, and a picture that cannot be attributed must leave none.
    """

    usage: Usage
    nonce: int | None
    deadline: int
    receipt: Receipt | None
    settlement: Settlement = Settlement.DIRECT
    usage_signature: str = ""


class Usages(Protocol):
    """Usages by pool and usage id. Survives restarts; every method is one transaction."""

    def find(self, pool_id: PoolId, usage_id: str) -> Reservation | None: ...
    def reserve(
        self, usage: Usage, deadline: int, available: int, settlement: Settlement, usage_signature: str
    ) -> Reservation:
        """Take the id and `usage.revenue` of what is `available` and not yet promised; for direct settlement a nonce too.

        Returns the reservation that stands where the id is taken already. Raises `Insufficient` when unsettled receipts
        and this revenue exceed `available`, `Conflict` when another usage of the pool reported the same output.
        """

    def number(self, usage: Usage, report_hash: Bytes32, shares: Sequence[tuple[WorkId, int]]) -> Receipt:
        """Keep what the receipt of a reservation for an epoch says, under the next number. Numbering again changes nothing."""

    def complete(self, receipt: Receipt) -> None:
        """Keep the signed receipt of a reservation."""

    def release(self, pool_id: PoolId, usage_id: str) -> None:
        """Give a reservation's id, picture and promise back, unless its report is kept already."""
