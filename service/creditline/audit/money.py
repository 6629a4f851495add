"""Money: every sum closes, what the contract stores is what the logs say, and it holds what it owes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from creditline.amounts import BASIS_POINTS
from creditline.audit.account import ROLES, PoolAccount
from creditline.audit.evidence import Chain
from creditline.audit.ledger import Ledger
from creditline.audit.step import END, Check, Step, examine, require
from creditline.ids import ZERO_ADDRESS, Address, PoolId

NAMED_MAX = 3


class Money:
    """Compares the replayed ledger with the contract's storage, at the block where the logs end.

    What the ledger holds is each token's own word, and anyone may open a pool in a token that lies: so only the tokens of
    `pools` can be wrong.
    """

    def __init__(self, chain: Chain, ledger: Ledger, pools: Collection[PoolId]) -> None:
        self._chain = chain
        self._ledger = ledger
        self._pools = pools

    def examine(self) -> Iterator[Step]:
        for pool in self._ledger.pools.values():
            questions = (
                (Check.SUMS, "", partial(self._check_sums, pool)),
                (Check.STORAGE, "", partial(self._check_pool, pool)),
                (Check.STORAGE, "epochs of ", partial(self._check_epochs, pool)),
            )
            for check, of, question in questions:
                yield examine(check, f"{of}pool {pool.id}", END, question)
        yield from self._examine_credits()
        yield from self._examine_balances()

    def _examine_credits(self) -> Iterator[Step]:
        for (token, who), owed in self._ledger.credits.items():

            def question(token: Address = token, who: Address = who, owed: int = owed) -> str:
                stored = self._chain.credit(token, who)
                require(stored == owed, f"the contract owes them {stored}, and the logs say {owed}")
                return ""

            yield examine(Check.STORAGE, f"payee {who} in token {token}", END, question)

    def _examine_balances(self) -> Iterator[Step]:
        for token in sorted({pool.params.token for pool in self._ledger.pools.values()}):

            def question(token: Address = token) -> str:
                owed = self._ledger.owed(token)
                held = self._chain.token_balance(token, self._chain.deployment.ledger)
                require(held >= owed, f"the ledger holds {held} and owes {owed}")
                return ""

            resting = [pool.id for pool in self._ledger.pools.values() if pool.params.token == token]
            ours = [pool for pool in resting if pool in self._pools]
            subject = f"{_spell_token(token)} of {_spell_pools(ours or resting)}"
            yield examine(Check.BALANCES, subject, END, question, matters=bool(ours))

    def _check_pool(self, pool: PoolAccount) -> str:
        stored = self._chain.pool(pool.id)
        for field, value in _replayed(pool).items():
            said = stored[field]
            same = list(said) == value if isinstance(value, list) else said == value
            require(same, f"the contract stores {field} {said}, and the logs say {value}")
        for role, title in enumerate(ROLES):
            said, owed = self._chain.fixed_claimable(pool.id, role), pool.claimable(role, self._chain.time)
            require(said == owed, f"the {title} can claim {said}, and the logs say {owed}")
        return ""

    def _check_epochs(self, pool: PoolAccount) -> str:
        for n in sorted({epoch.n for epoch in pool.epochs}):
            said, kept = self._chain.epoch_hash(pool.id, n), pool.epoch_hash(n)
            require(said == kept, f"the contract keeps epoch {n} as {said}, and the logs say {kept}")
        for index, total in sorted(pool.claimed.items()):
            paid = self._chain.claimed(pool.id, index)
            require(paid == total, f"the contract has paid {paid} to index {index}, and the logs say {total}")
        stored, dispute = self._chain.dispute(pool.id), pool.dispute
        for field, value in (("by", dispute.by), ("validAt", dispute.valid_at), ("ruleBy", dispute.rule_by)):
            require(
                stored[field] == value, f"the dispute's {field} is {stored[field]}, and the logs say {value}"
            )
        return ""

    def _check_sums(self, pool: PoolAccount) -> str:
        cut, time = pool.cut, self._chain.time
        total = pool.to_works + pool.unattributed + cut.developer + cut.compute + cut.treasury
        require(total == pool.settled, f"{total} were divided and {pool.settled} were earned")
        require(pool.settled <= pool.ceiling, f"{pool.settled} were settled and {pool.ceiling} deposited")
        most = pool.final_revenue(time) * pool.params.creator_bps // BASIS_POINTS
        require(pool.paid_out <= most, f"epochs paid {pool.paid_out} and reported {most} for creators")
        for role, title in enumerate(ROLES):
            require(pool.claimable(role, time) >= 0, f"the {title} took more than it earned")
        return ""


def _spell_token(token: Address) -> str:
    return "ETH" if token == ZERO_ADDRESS else f"token {token}"


def _spell_pools(pools: list[PoolId]) -> str:
    more = f" and {len(pools) - NAMED_MAX} more" if len(pools) > NAMED_MAX else ""
    return f"pool {', '.join(pools[:NAMED_MAX])}{more}"


def _replayed(pool: PoolAccount) -> dict[str, Any]:
    """The fields of `IRoyaltyLedger.Pool`."""
    params = pool.params
    return {
        "operator": params.operator,
        "creatorBps": params.creator_bps,
        "developerBps": params.developer_bps,
        "computeBps": params.compute_bps,
        "window": params.window,
        "ceiling": pool.ceiling,
        "direct": pool.settled,
        "token": params.token,
        "unattributed": pool.unattributed,
        "refundRequested": pool.refund_requested,
        "integrator": params.integrator,
        "refundableAt": pool.refundable_at,
        "payTo": list(pool.pay_to),
        "paid": pool.paid,
        "pausedUntil": pool.paused_until,
        "paidOut": pool.paid_out,
        "reported": pool.reported,
        "pending": pool.pending,
        "validAt": pool.valid_at,
        "epoch": pool.epoch,
        "bond": params.bond,
        "staked": pool.staked,
        "arbiter": params.arbiter,
        "guardian": params.guardian,
    }
