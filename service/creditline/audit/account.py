"""One pool as its logs tell it: terms, counters, epochs and bonds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.amounts import Cut, cut_total
from creditline.audit.step import Place
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, ModelId, PoolId, bytes32, raw
from creditline.royalties.epoch import Epoch as Posted
from creditline.royalties.pool import NEVER, PoolParams

ROLES = ("developer", "compute", "treasury", "commons")
COMMONS = 3
_PARAM_TYPES = (
    "(address,address,address,address,address,bytes32,address,address,address,address,"
    "uint16,uint16,uint16,uint32,uint96)"
)
_NO_HASH = Bytes32("0x" + "0" * 64)


@dataclass(frozen=True)
class Epoch(Posted):
    """An epoch as it was posted, and what became of it.

    `valid_at` is when it is, or would have been, final, apart from a dispute that is open. `voided_by` names the event that
    voided it; None while it stands.
    """

    n: int
    place: Place
    posted_at: int
    valid_at: int
    voided_by: str | None = None


@dataclass(frozen=True)
class Dispute:
    """With the fields of `IRoyaltyLedger.Dispute`."""

    by: Address
    valid_at: int
    rule_by: int


NO_DISPUTE = Dispute(ZERO_ADDRESS, 0, 0)


@dataclass
class PoolAccount:
    """One pool's money so far. `to_works` is what named works were credited, `paid` what each role took out.

    The counters are those of `IRoyaltyLedger.Pool`, `settled` for its `direct`. `epochs` holds all that were posted, in
    order; `claimed` what epochs have paid to each index. `ending` names the event that is about to void the newest epoch.
    """

    id: PoolId
    params: PoolParams
    place: Place
    ceiling: int = 0
    settled: int = 0
    to_works: int = 0
    unattributed: int = 0
    refund_requested: int = 0
    refundable_at: int = 0
    images: int = 0
    paid: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    outputs: dict[Bytes32, int] = field(default_factory=dict)  # the nonce under which each was settled first
    nonces: set[int] = field(default_factory=set)
    reported: int = 0
    pending: int = 0
    valid_at: int = 0
    epoch: int = 0
    staked: bool = False
    paid_out: int = 0
    paused_until: int = 0
    dispute: Dispute = NO_DISPUTE
    epochs: list[Epoch] = field(default_factory=list)
    claimed: dict[int, int] = field(default_factory=dict)
    ending: str | None = None
    levels: list[tuple[int, int]] = field(default_factory=list)  # of what may be a base pool: see `held_at`

    @property
    def may_be_base(self) -> bool:
        """Whether its terms are those of a base pool, as far as they differ from those of most others."""
        return self.params.integrator == self.params.commons

    def held_at(self, block: int) -> int:
        """What was available at the end of a block. Only for what may be a base pool."""
        return next((held for number, held in reversed(self.levels) if number <= block), 0)

    @property
    def deposited(self) -> int:
        """What came in, less what was refunded."""
        return self.ceiling + self.reported + self.pending

    @property
    def available(self) -> int:
        return self.ceiling - self.settled

    @property
    def cut(self) -> Cut:
        """Of what was settled directly."""
        return cut_total(self.settled, self.params.terms)

    @property
    def pay_to(self) -> tuple[Address, Address, Address, Address]:
        params = self.params
        return params.developer, params.compute, params.treasury, params.commons

    @property
    def is_disputed(self) -> bool:
        return self.valid_at == NEVER

    @property
    def owed(self) -> int:
        """What the ledger holds for the pool and its bonds, apart from credits of payees."""
        fixed = self.settled - self.cut.creators + self.unattributed - sum(self.paid)
        bonds = self.params.bond * (self.staked + self.is_disputed)
        return self.available + self.reported + self.pending - self.paid_out + fixed + bonds

    def standing(self, n: int) -> Epoch | None:
        """The epoch of that number that is not void."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.n == n and not epoch.voided_by), None)

    def epoch_hash(self, n: int) -> Bytes32:
        epoch = self.standing(n)
        return epoch.hash() if epoch else _NO_HASH

    def final_revenue(self, time: int) -> int:
        return self.reported if time < self.valid_at else self.reported + self.pending

    def claimable(self, role: int, time: int) -> int:
        """What a role could take out at a unix second: only an epoch that is final counts."""
        if role == COMMONS:
            return self.unattributed - self.paid[COMMONS]
        direct, final = self.cut, cut_total(self.final_revenue(time), self.params.terms)
        earned = (
            direct.developer + final.developer,
            direct.compute + final.compute,
            direct.treasury + final.treasury,
        )
        return earned[role] - self.paid[role]


def pool_id(params: PoolParams) -> PoolId:
    """Equal to `RoyaltyLedger.poolIdOf`."""
    parties = (params.token, params.integrator, params.operator, params.arbiter, params.guardian)
    takers = (params.developer, params.compute, params.treasury, params.commons)
    numbers = (params.creator_bps, params.developer_bps, params.compute_bps, params.window, params.bond)
    encoded = abi_encode([_PARAM_TYPES], [(*parties, raw(params.model_id), *takers, *numbers)])
    return PoolId(bytes32(bytes(keccak(encoded))))


def read_params(params: Mapping[str, Any]) -> PoolParams:
    return PoolParams(
        token=params["token"],
        integrator=params["integrator"],
        operator=params["operator"],
        arbiter=params["arbiter"],
        guardian=params["guardian"],
        model_id=ModelId(params["modelId"]),
        developer=params["developer"],
        compute=params["compute"],
        treasury=params["treasury"],
        commons=params["commons"],
        creator_bps=params["creatorBps"],
        developer_bps=params["developerBps"],
        compute_bps=params["computeBps"],
        window=params["window"],
        bond=params["bond"],
    )


def read_epoch(event_args: Mapping[str, Any], place: Place, posted_at: int, valid_at: int) -> Epoch:
    said = event_args["epoch"]
    return Epoch(
        n=event_args["n"],
        place=place,
        posted_at=posted_at,
        valid_at=valid_at,
        payouts=said["payouts"],
        payout_sum=said["payoutSum"],
        reports=said["reports"],
        credits=said["credits"],
        revenue_before=said["revenueBefore"],
        revenue=said["revenue"],
        cutoff=said["cutoff"],
        data=said["data"],
    )
