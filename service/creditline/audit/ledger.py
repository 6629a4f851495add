"""What the logs say of money: pools, credits, payouts, recomputed by the contract's own rule.

Every amount is computed here from weights, terms and deposits; the amounts in the logs are only compared. So the book's
balances are what the contract owes by its rule, whatever the node says that it announced.
"""

from __future__ import annotations

from creditline.amounts import PARTS_PER_MILLION, credit_works, cut_revenue
from creditline.audit.account import COMMONS, ROLES, PoolAccount, pool_id, read_params
from creditline.audit.evidence import Event
from creditline.audit.registry import Registry
from creditline.audit.step import Place, Wrong, require
from creditline.ids import Address, PoolId, WorkId
from creditline.royalties.receipt import SHARE_BITS, WORKS_MAX, unpack_shares

DAY = 86_400
WINDOW_MIN = 3600
NONCE_EPOCH_SHIFT = 32
RECEIVED_MAX = 2**96 - 1


class Ledger:
    """Pools by id, and what every payee may withdraw by token and payee. An emptied credit stays, at zero."""

    def __init__(self, registry: Registry) -> None:
        self.pools: dict[PoolId, PoolAccount] = {}
        self.credits: dict[tuple[Address, Address], int] = {}
        self.withdrawn: dict[Address, int] = {}
        self._registry = registry

    def pool_opened(self, event: Event, place: Place) -> None:
        params = read_params(event.args["params"])
        require(event.args["poolId"] == pool_id(params), "its id does not follow from its terms")
        require(event.args["poolId"] not in self.pools, "it was opened before")
        require(params.model_id in self._registry.models, f"its model {params.model_id} was never registered")
        require(params.terms.treasury_bps >= 0, "its terms give away more than everything")
        require(params.bond > 0, "it asks for no bond")
        require(params.window >= WINDOW_MIN, f"its window is {params.window} s")
        self.pools[event.args["poolId"]] = PoolAccount(event.args["poolId"], params, place)

    def funded(self, event: Event, _: Place) -> None:
        pool, received = self.pool(event), event.args["received"]
        pool.ceiling += received
        require_running(pool, event.block_time)
        require(received > 0, "nothing came in")
        require(pool.deposited <= RECEIVED_MAX, f"it holds {pool.deposited}, more than a pool may")

    def settled(self, event: Event, _: Place) -> None:
        """Credits what the rule gives, then compares it with what the contract announced."""
        args, pool = event.args, self.pool(event)
        works: list[WorkId] = args["workIds"]
        shares = self._read_shares(args["weights"], works)
        revenue: int = args["revenue"]
        require(args["nonce"] not in pool.nonces, "its nonce was settled before")
        require(revenue > 0, "it earned nothing")
        require_running(pool, event.block_time)
        kept_for = args["nonce"] >> NONCE_EPOCH_SHIFT
        require(kept_for == 0 or kept_for > pool.epoch, f"it belongs to epoch {kept_for}, which was posted")
        require(revenue <= pool.available, f"it spends {revenue} and the pool holds {pool.available}")
        part = cut_revenue(pool.settled, revenue, pool.params.terms).creators
        credits_ = credit_works(part, shares)
        for work, amount in zip(works, credits_.works, strict=True):
            self.credit(pool.params.token, self._registry.works[work].payee, amount)
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
        args, pool = event.args, self.pool(event)
        role, amount = args["role"], args["amount"]
        require(0 <= role <= COMMONS, f"there is no role {role}")
        owed = pool.claimable(role, event.block_time)
        pool.paid[role] += amount
        require(amount == owed, f"the {ROLES[role]} took {amount} and was owed {owed}")
        require(args["to"] == pool.pay_to[role], f"the {ROLES[role]}'s money went to {args['to']}")

    def withdrawn_by(self, event: Event, _: Place) -> None:
        args = event.args
        owed = self.credits.get((args["token"], args["who"]), 0)
        self.credit(args["token"], args["who"], -args["amount"])
        self.withdrawn[args["token"]] = self.withdrawn.get(args["token"], 0) + args["amount"]
        require(args["amount"] == owed, f"{args['who']} took {args['amount']} and was owed {owed}")

    def refund_requested(self, event: Event, _: Place) -> None:
        args, pool = event.args, self.pool(event)
        pool.refund_requested, pool.refundable_at = args["amount"], args["refundableAt"]
        due = event.block_time + pool.params.window
        require(
            args["refundableAt"] == due, f"the notice of a refund runs to {args['refundableAt']}, not {due}"
        )

    def refunded(self, event: Event, _: Place) -> None:
        amount, pool = event.args["amount"], self.pool(event)
        owed, due = min(pool.refund_requested, pool.available), pool.refundable_at
        pool.refund_requested = 0
        pool.ceiling -= amount
        require(amount == owed, f"{amount} were refunded and {owed} were due")
        require(event.block_time >= due, "the refund came before its notice ran out")

    def owed(self, token: Address) -> int:
        """Everything that anyone could take out of the ledger in a token, now or later."""
        credited = sum(amount for (kind, _), amount in self.credits.items() if kind == token)
        return credited + sum(pool.owed for pool in self.pools.values() if pool.params.token == token)

    def credit(self, token: Address, who: Address, amount: int) -> None:
        self.credits[token, who] = self.credits.get((token, who), 0) + amount

    def pool(self, event: Event) -> PoolAccount:
        """The pool that an event is about. An epoch that something ends is void before anything else happens to its pool."""
        pool = self.pools.get(event.args["poolId"])
        if pool is None:
            raise Wrong("the pool was never opened")
        if pool.ending and event.name != "EpochVoided":
            ending, pool.ending = pool.ending, None
            raise Wrong(f"{ending} voided no epoch")
        return pool

    def _read_shares(self, weights: int, works: list[WorkId]) -> list[int]:
        require(len(works) <= WORKS_MAX, f"it pays {len(works)} works")
        require(list(works) == sorted(set(works)), "its works do not ascend")
        unknown = [work for work in works if work not in self._registry.works]
        require(not unknown, f"it pays {unknown[:1]}, which was not registered")
        shares = unpack_shares(weights, len(works))
        fits = weights >> SHARE_BITS * len(works) == 0 and all(shares) and sum(shares) <= PARTS_PER_MILLION
        require(fits, f"its weights {weights:#x} are none")
        return shares


def require_running(pool: PoolAccount, time: int) -> None:
    require(time // DAY >= pool.paused_until, f"the pool was paused until day {pool.paused_until}")
