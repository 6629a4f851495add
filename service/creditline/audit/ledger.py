"""What the logs say of money: pools, credits, payouts, recomputed by the contract's own rule.

Every amount is computed here from weights, terms and deposits; the amounts in the logs are only compared. So the book's
balances are what the contract owes by its rule, whatever the node says that it announced.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.amounts import PARTS_PER_MILLION, Cut, credit_works, cut_revenue, cut_total
from creditline.audit.evidence import Event
from creditline.audit.registry import Registry
from creditline.audit.step import Place, require
from creditline.ids import Address, Bytes32, ModelId, PoolId, WorkId, bytes32, raw
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import SHARE_BITS, WORKS_MAX, unpack_shares

ROLES = ("developer", "compute", "treasury", "commons")
COMMONS = 3
_PARAM_TYPES = "(address,address,address,address,bytes32,address,address,address,address,uint16,uint16,uint16,uint32,uint128)"


@dataclass
class PoolAccount:
    """One pool's money so far. `to_works` is what named works were credited, `paid` what each role took out."""

    id: PoolId
    params: PoolParams
    place: Place
    deposited: int = 0
    settled: int = 0
    to_works: int = 0
    unattributed: int = 0
    refund_requested: int = 0
    refundable_at: int = 0
    images: int = 0
    paid: list[int] = field(default_factory=lambda: [0, 0, 0, 0])
    outputs: dict[Bytes32, int] = field(default_factory=dict)  # the nonce under which each was settled first
    nonces: set[int] = field(default_factory=set)

    @property
    def available(self) -> int:
        return self.deposited - self.settled

    @property
    def cut(self) -> Cut:
        return cut_total(self.settled, self.params.terms)

    @property
    def pay_to(self) -> tuple[Address, Address, Address, Address]:
        params = self.params
        return params.developer, params.compute, params.treasury, params.commons

    def claimable(self, role: int) -> int:
        cut = self.cut
        earned = (cut.developer, cut.compute, cut.treasury, self.unattributed)
        return earned[role] - self.paid[role]


class Ledger:
    """Pools by id, and what every payee may withdraw by token and payee. An emptied credit stays, at zero."""

    def __init__(self, registry: Registry) -> None:
        self.pools: dict[PoolId, PoolAccount] = {}
        self.credits: dict[tuple[Address, Address], int] = {}
        self.withdrawn: dict[Address, int] = {}
        self._registry = registry

    def pool_opened(self, event: Event, place: Place) -> None:
        params = _read_params(event.args["params"])
        require(event.args["poolId"] == pool_id(params), "its id does not follow from its terms")
        require(event.args["poolId"] not in self.pools, "it was opened before")
        require(params.model_id in self._registry.models, f"its model {params.model_id} was never registered")
        require(params.terms.treasury_bps >= 0, "its terms give away more than everything")
        self.pools[event.args["poolId"]] = PoolAccount(event.args["poolId"], params, place)

    def funded(self, event: Event, _: Place) -> None:
        self._pool(event).deposited += event.args["received"]

    def settled(self, event: Event, _: Place) -> None:
        """Credits what the rule gives, then compares it with what the contract announced."""
        args, pool = event.args, self._pool(event)
        works: list[WorkId] = args["workIds"]
        shares = self._read_shares(args["weights"], works)
        revenue: int = args["revenue"]
        require(args["nonce"] not in pool.nonces, "its nonce was settled before")
        require(revenue > 0, "it earned nothing")
        require(revenue <= pool.available, f"it spends {revenue} and the pool holds {pool.available}")
        part = cut_revenue(pool.settled, revenue, pool.params.terms).creators
        credits_ = credit_works(part, shares)
        for work, amount in zip(works, credits_.works, strict=True):
            self._credit(pool.params.token, self._registry.works[work].payee, amount)
        pool.settled += revenue
        pool.to_works += sum(credits_.works)
        pool.unattributed += credits_.unattributed
        pool.images += 1
        pool.nonces.add(args["nonce"])
        pool.outputs.setdefault(args["outputHash"], args["nonce"])
        announced = args["creatorPart"]
        require(announced == part, f"the creators' part is {announced} and should be {part}")
        rest, owed = args["unattributed"], credits_.unattributed
        require(rest == owed, f"the unattributed part is {rest} and should be {owed}")

    def fixed_claimed(self, event: Event, _: Place) -> None:
        args, pool = event.args, self._pool(event)
        role, amount = args["role"], args["amount"]
        require(0 <= role <= COMMONS, f"there is no role {role}")
        owed = pool.claimable(role)
        pool.paid[role] += amount
        require(amount == owed, f"the {ROLES[role]} took {amount} and was owed {owed}")
        require(args["to"] == pool.pay_to[role], f"the {ROLES[role]}'s money went to {args['to']}")

    def withdrawn_by(self, event: Event, _: Place) -> None:
        args = event.args
        owed = self.credits.get((args["token"], args["who"]), 0)
        self._credit(args["token"], args["who"], -args["amount"])
        self.withdrawn[args["token"]] = self.withdrawn.get(args["token"], 0) + args["amount"]
        require(args["amount"] == owed, f"{args['who']} took {args['amount']} and was owed {owed}")

    def refund_requested(self, event: Event, _: Place) -> None:
        args, pool = event.args, self._pool(event)
        pool.refund_requested, pool.refundable_at = args["amount"], args["refundableAt"]
        due = event.block_time + pool.params.window
        require(
            args["refundableAt"] == due, f"the notice of a refund runs to {args['refundableAt']}, not {due}"
        )

    def refunded(self, event: Event, _: Place) -> None:
        amount, pool = event.args["amount"], self._pool(event)
        owed, due = min(pool.refund_requested, pool.available), pool.refundable_at
        pool.refund_requested = 0
        pool.deposited -= amount
        require(amount == owed, f"{amount} were refunded and {owed} were due")
        require(event.block_time >= due, "the refund came before its notice ran out")

    def owed(self, token: Address) -> int:
        """Everything that anyone could take out of the ledger in a token, now or later."""
        pools = [pool for pool in self.pools.values() if pool.params.token == token]
        fixed = sum(pool.claimable(role) for pool in pools for role in range(len(ROLES)))
        credited = sum(amount for (kind, _), amount in self.credits.items() if kind == token)
        return sum(pool.available for pool in pools) + fixed + credited

    def _credit(self, token: Address, who: Address, amount: int) -> None:
        self.credits[token, who] = self.credits.get((token, who), 0) + amount

    def _pool(self, event: Event) -> PoolAccount:
        name = event.args["poolId"]
        require(name in self.pools, "the pool was never opened")
        return self.pools[name]

    def _read_shares(self, weights: int, works: list[WorkId]) -> list[int]:
        require(len(works) <= WORKS_MAX, f"it pays {len(works)} works")
        require(list(works) == sorted(set(works)), "its works do not ascend")
        unknown = [work for work in works if work not in self._registry.works]
        require(not unknown, f"it pays {unknown[:1]}, which was not registered")
        shares = unpack_shares(weights, len(works))
        fits = weights >> SHARE_BITS * len(works) == 0 and all(shares) and sum(shares) <= PARTS_PER_MILLION
        require(fits, f"its weights {weights:#x} are none")
        return shares


def pool_id(params: PoolParams) -> PoolId:
    """Equal to `RoyaltyLedger.poolIdOf`."""
    parties = (params.token, params.integrator, params.operator, params.arbiter)
    takers = (params.developer, params.compute, params.treasury, params.commons)
    numbers = (params.creator_bps, params.developer_bps, params.compute_bps, params.window, params.bond)
    encoded = abi_encode([_PARAM_TYPES], [(*parties, raw(params.model_id), *takers, *numbers)])
    return PoolId(bytes32(bytes(keccak(encoded))))


def _read_params(params: Any) -> PoolParams:
    return PoolParams(
        token=params["token"],
        integrator=params["integrator"],
        operator=params["operator"],
        arbiter=params["arbiter"],
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
