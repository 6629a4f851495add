"""A pool: one model's money in one token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from creditline.amounts import Terms
from creditline.ids import Address, ModelId, PoolId


@dataclass(frozen=True)
class PoolParams:
    """In the field order of `IRoyaltyLedger.PoolParams`; their hash is the pool's id, so they never change."""

    token: Address
    integrator: Address
    operator: Address
    arbiter: Address
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
    """A pool as finalised blocks have it. Amounts in the token's smallest unit; `settled` is all revenue ever settled."""

    id: PoolId
    params: PoolParams
    deposited: int
    settled: int

    @property
    def available(self) -> int:
        return self.deposited - self.settled


class Pools(Protocol):
    """Pools opened in finalised blocks."""

    def find(self, id: PoolId) -> Pool | None: ...  # noqa: A002 - the field's name
