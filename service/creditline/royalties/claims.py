"""What a payee has coming, over all pools and tokens, and the ways to get it.

Direct settlement credits a token's balance, epochs owe a total in each pool, and the fixed roles of a pool have a share of
their own: `withdrawFor`, `claim` and `claimFixed`. Anyone may send each of these; the money goes to the payee and nowhere
else. The operator sends them within a budget, and a payee can always send them without the operator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import Conflict, Missing
from creditline.ids import Address, PoolId
from creditline.royalties.claim import Claim
from creditline.royalties.relay import Relay
from creditline.royalties.settlement import Balance
from creditline.transactions import Transaction

NOTHING_NEW = "See GET /v1/creators/{payee}/claimable for what is due, and what is still pending."


@dataclass(frozen=True)
class Due:
    """What final epochs of a pool owe a payee. `n` is the last that credited it, `total` over all epochs up to it."""

    pool_id: PoolId
    token: Address
    n: int
    index: int
    total: int
    claimed: int

    @property
    def due(self) -> int:
        return max(0, self.total - self.claimed)


@dataclass(frozen=True)
class Pending:
    """What an epoch adds that can still be voided. `valid_at` is when it is final, unless it is disputed."""

    pool_id: PoolId
    token: Address
    n: int
    amount: int
    valid_at: int
    is_disputed: bool


@dataclass(frozen=True)
class Role:
    """What a fixed role of a pool has earned. `number` as `claimFixed` takes it."""

    pool_id: PoolId
    token: Address
    number: int
    name: str
    earned: int
    paid: int

    @property
    def due(self) -> int:
        return max(0, self.earned - self.paid)


@dataclass(frozen=True)
class Claimable:
    """`at` is the second of the finalised block by which all of it is told."""

    payee: Address
    at: int
    balances: tuple[Balance, ...]
    due: tuple[Due, ...]
    pending: tuple[Pending, ...]
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Relayed:
    """A payment that is on its way. `key` names its transaction."""

    key: str
    purpose: str
    token: Address
    amount: int


class Payouts(Protocol):
    """What posted epochs and pools say of a payee, at a unix second."""

    def due(self, payee: Address, at: int) -> list[Due]: ...
    def pending(self, payee: Address, at: int) -> list[Pending]: ...
    def roles(self, payee: Address, at: int) -> list[Role]: ...


class Balances(Protocol):
    def find(self, token: Address, payee: Address) -> Balance: ...
    def of_payee(self, payee: Address) -> list[Balance]:
        """One for each token in which the payee was ever credited."""


class Proofs(Protocol):
    def claim(self, pool_id: PoolId, number: int, payee: Address) -> Claim:
        """Raises `Missing`, `Corrupt` or `Unavailable` where the epoch's document cannot be had."""


class Encoder(Protocol):
    """Transactions for the ledger."""

    def withdraw(self, balance: Balance) -> Transaction: ...
    def withdraw_to(self, token: Address, to: Address) -> Transaction: ...
    def claim(self, claim: Claim) -> Transaction: ...
    def claim_to(self, claim: Claim, to: Address) -> Transaction: ...
    def claim_many(self, claims: Sequence[Claim]) -> Transaction: ...
    def claim_fixed(self, pool_id: PoolId, role: int, paid: int) -> Transaction: ...


class Claims:
    """`horizon` gives the second of a finalised block up to which all rows are entered."""

    def __init__(
        self,
        *,
        payouts: Payouts,
        balances: Balances,
        proofs: Proofs,
        relay: Relay,
        encode: Encoder,
        horizon: Callable[[], int],
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._payouts = payouts
        self._balances = balances
        self._proofs = proofs
        self._relay = relay
        self._encode = encode
        self._horizon = horizon
        self._checkpoint = checkpoint

    def claimable(self, payee: Address) -> Claimable:
        at = self._horizon()
        return Claimable(
            payee=payee,
            at=at,
            balances=tuple(self._balances.of_payee(payee)),
            due=tuple(self._payouts.due(payee, at)),
            pending=tuple(self._payouts.pending(payee, at)),
            roles=tuple(self._payouts.roles(payee, at)),
        )

    def proof(self, payee: Address, pool_id: PoolId) -> tuple[Due, Claim]:
        """All that `RoyaltyLedger.claim` takes. Raises `Missing` for whom no final epoch of the pool credits."""
        found = [due for due in self._payouts.due(payee, self._horizon()) if due.pool_id == pool_id]
        if not found:
            raise Missing(
                f"No final epoch of pool {pool_id} credits {payee}.", NOTHING_NEW.format(payee=payee)
            )
        due = max(found, key=lambda each: each.due)
        return due, self._proofs.claim(pool_id, due.n, payee)

    def transactions(self, payee: Address, pool_id: PoolId, to: Address | None) -> list[Transaction]:
        """What the payee, or anyone if `to` is None, sends to be paid what a pool's epochs owe."""
        due, claim = self.proof(payee, pool_id)
        if due.due == 0:
            raise _nothing(payee, f"from the epochs of pool {pool_id}")
        return [self._encode.claim(claim) if to is None else self._encode.claim_to(claim, to)]

    def all_at_once(self, payee: Address, to: Address | None) -> list[Transaction]:
        """What is sent to be paid everything. Anyone may send it; with `to`, only the payee.

        Without `to` one call claims of all pools. What a role has earned goes to the role, whoever sends it.
        """
        found = self.claimable(payee)
        pools = dict.fromkeys(each.pool_id for each in found.due if each.due)
        claims = [self.proof(payee, pool_id)[1] for pool_id in pools]
        balances = [balance for balance in found.balances if balance.claimable > 0]
        roles = [self._encode.claim_fixed(r.pool_id, r.number, r.paid) for r in found.roles if r.due]
        if to is not None:
            paid_to = [self._encode.claim_to(claim, to) for claim in claims]
            return [*paid_to, *(self._encode.withdraw_to(each.token, to) for each in balances), *roles]
        many = [self._encode.claim_many(claims)] if claims else []
        return [*many, *(self._encode.withdraw(balance) for balance in balances), *roles]

    def relay_claim(self, payee: Address, pool_id: PoolId) -> Relayed:
        """Have a payee paid what a pool's epochs owe, at the operator's cost. Asking again sends nothing again.

        Raises `Conflict` where nothing is due or the chain has refused it, `Exhausted` above the day's budget.
        """
        due, claim = self.proof(payee, pool_id)
        if due.due == 0:
            raise _nothing(payee, f"from the epochs of pool {pool_id}")
        self._checkpoint("proved")
        call = self._encode.claim(claim)
        self._relay.send(
            call,
            f"Send it yourself: GET /v1/creators/{payee}/transactions/{pool_id} has it ready, also to another address.",
        )
        self._checkpoint("relayed")
        return Relayed(call.key, call.purpose, due.token, due.due)

    def relay_role(self, payee: Address, pool_id: PoolId, number: int) -> Relayed:
        """Have a role of a pool paid. Raises what `relay_claim` raises."""
        roles = self._payouts.roles(payee, self._horizon())
        found = [role for role in roles if (role.pool_id, role.number) == (pool_id, number)]
        if not found or found[0].due == 0:
            raise _nothing(payee, f"as role {number} of pool {pool_id}")
        role = found[0]
        call = self._encode.claim_fixed(pool_id, number, role.paid)
        self._checkpoint("proved")
        self._relay.send(call, _YOURSELF.format(payee=payee))
        self._checkpoint("relayed")
        return Relayed(call.key, call.purpose, role.token, role.due)

    def withdraw_for(self, token: Address, payee: Address) -> Balance:
        """Pay out what direct settlement credited. Raises what `relay_claim` raises."""
        balance = self._balances.find(token, payee)
        if balance.claimable <= 0:
            raise Conflict(
                f"{payee} has nothing to withdraw in {token}.", "Wait for a settlement to become final."
            )
        self._checkpoint("proved")
        self._relay.send(self._encode.withdraw(balance), _YOURSELF.format(payee=payee))
        self._checkpoint("relayed")
        return balance


_YOURSELF = "Send it yourself: GET /v1/creators/{payee}/transactions has it ready."


def _nothing(payee: Address, where: str) -> Conflict:
    return Conflict(f"{payee} has nothing to claim {where}.", NOTHING_NEW.format(payee=payee))
