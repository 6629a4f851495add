"""A pool: one model's money in one token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from creditline.amounts import Terms
from creditline.ids import Address, Bytes32, ModelId, PoolId, WorkId
from creditline.pages import Page

NEVER = 2**40 - 1
"""When a disputed epoch becomes final."""


@dataclass(frozen=True)
class PoolParams:
    """In the field order of `IRoyaltyLedger.PoolParams`; their hash is the pool's id, so they never change."""

    token: Address
    integrator: Address
    operator: Address
    arbiter: Address
    guardian: Address
    model_id: ModelId
    developer: Address
    compute: Address
    treasury: Address
    commons: Address
    creator_bps: int
    developer_bps: int
    compute_bps: int
    window: int
    bond: int

    @property
    def terms(self) -> Terms:
        return Terms(self.creator_bps, self.developer_bps, self.compute_bps)


@dataclass(frozen=True)
class Pool:
    """A pool as finalised blocks have it, amounts in the token's smallest unit.

    `ceiling` is how far direct settlement may go: what came in, less what was refunded and what epochs reported.
    `settled` is what was settled directly, `reported` the revenue of all epochs before the newest, `pending` that of the
    newest, whose number is `epoch` (0 before the first) and which is final from `valid_at` on: `NEVER` while it is disputed.
    `refund_requested` is what the integrator has given notice of and may take out, `paid_out` what epochs have paid to
    payees. Nothing comes in before the day `paused_until`, counted from 1970.
    """

    id: PoolId
    params: PoolParams
    ceiling: int
    settled: int
    unattributed: int
    refund_requested: int
    reported: int
    pending: int
    valid_at: int
    epoch: int
    staked: bool
    paid_out: int
    paused_until: int

    @property
    def deposited(self) -> int:
        """What came in, less what was refunded."""
        return self.ceiling + self.reported + self.pending

    @property
    def available(self) -> int:
        """What usages may still promise."""
        return max(0, self.ceiling - self.settled - self.refund_requested)

    def final_revenue(self, time: int) -> int:
        """Revenue of all epochs that are final at a unix second."""
        return self.reported if time < self.valid_at else self.reported + self.pending


@dataclass(frozen=True)
class Settlement:
    """One image that a finalised block has settled. `shares`: a work, its parts per million, its amount, its payee."""

    pool_id: PoolId
    nonce: int
    output_hash: Bytes32
    report_hash: Bytes32
    revenue: int
    creator_part: int
    unattributed: int
    shares: tuple[tuple[WorkId, int, int, Address], ...]
    transaction: str
    settled_at: int


class Pools(Protocol):
    """Pools opened in finalised blocks."""

    def find(self, id: PoolId) -> Pool | None: ...
    def list(self, cursor: str | None, limit: int) -> Page[Pool]: ...
    def settled_output(self, id: PoolId, output_hash: Bytes32) -> Settlement | None:
        """The settlement of the image with that hash, if the pool has one."""

    def settlements(self, id: PoolId, cursor: str | None, limit: int) -> Page[Settlement]: ...
