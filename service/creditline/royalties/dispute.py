"""Disputes about epochs: what only the arbiter can decide. Evidence is published first; its digest is the reason on chain."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from creditline import canonical
from creditline.errors import Conflict, Invalid, Missing, TooLarge
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, PoolId
from creditline.library import Library, Stored
from creditline.pages import Page
from creditline.royalties.pool import NEVER, Pool
from creditline.transactions import Transaction

EVIDENCE_BYTES_MAX = 256 * 1024


@dataclass(frozen=True)
class Dispute:
    """`outcome`: "valid" or "void" as ruled, "lapsed", "overtaken" by a challenge, or None while it is open.

    `reason` is the digest of the evidence, `attempt` the number of void epochs that had the number `n` before.
    """

    pool_id: PoolId
    n: int
    attempt: int
    by: Address
    reason: Bytes32
    disputed_at: int
    rule_by: int
    outcome: str | None
    ended_at: int | None


class Disputes(Protocol):
    """Disputes in finalised blocks."""

    def list(self, pool_id: PoolId, cursor: str | None, limit: int) -> Page[Dispute]:
        """In chain order."""

    def find(self, pool_id: PoolId, n: int) -> Dispute | None:
        """The latest about an epoch of that number."""

    def attempt(self, pool_id: PoolId, n: int) -> int | None:
        """Of the newest epoch of that number; None where none was posted, or where it is void."""


class Pools(Protocol):
    def find(self, id: PoolId) -> Pool | None: ...


class Encoder(Protocol):
    """Transactions for the ledger."""

    def approve(self, token: Address, amount: int) -> Transaction: ...
    def dispute(
        self, pool_id: PoolId, token: Address, amount: int, reason: Bytes32, *, n: int, attempt: int
    ) -> Transaction: ...
    def rule(self, pool_id: PoolId, *, n: int, attempt: int, valid: bool) -> Transaction: ...
    def lapse(self, pool_id: PoolId, *, n: int, attempt: int) -> Transaction: ...


@dataclass(frozen=True)
class Prepared:
    """A dispute that is ready to be sent. `transactions` go out in this order; `bond` in the pool's token."""

    evidence: Stored
    bond: int
    transactions: tuple[Transaction, ...]


class Court:
    """Prepares what disputers and arbiters send with wallets of their own."""

    def __init__(
        self,
        disputes: Disputes,
        pools: Pools,
        library: Library,
        encode: Encoder,
        horizon: Callable[[], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._disputes = disputes
        self._pools = pools
        self._library = library
        self._encode = encode
        self._horizon = horizon
        self._clock = clock

    def list(self, pool_id: PoolId, cursor: str | None, limit: int) -> Page[Dispute]:
        """In chain order. Raises `Missing` for a pool that is not open."""
        self._pool(pool_id)
        return self._disputes.list(pool_id, cursor, limit)

    def find(self, pool_id: PoolId, n: int) -> Dispute:
        """The latest dispute about an epoch. Raises `Missing` where there was none."""
        found = self._disputes.find(pool_id, n)
        if found is None:
            raise Missing(
                f"Nobody has disputed epoch {n} of pool {pool_id}.",
                "POST /v1/disputes/prepare prepares a dispute while the epoch is not final.",
            )
        return found

    def prepare(self, pool_id: PoolId, n: int, evidence: bytes) -> Prepared:
        """Publish the evidence and prepare the dispute. Safe to repeat.

        Raises `Missing` for an unknown pool or epoch, `Conflict` where nothing can be disputed, `Invalid` and `TooLarge`
        for evidence that is no canonical JSON of at most `EVIDENCE_BYTES_MAX`.
        """
        pool = self._pool(pool_id)
        attempt = self._open_epoch(pool, n)
        if len(evidence) > EVIDENCE_BYTES_MAX:
            raise TooLarge(
                f"The evidence has {len(evidence)} bytes.",
                f"Keep it to {EVIDENCE_BYTES_MAX}, and name larger things in it by their CID.",
            )
        if not canonical.decode(evidence):
            raise Invalid("The evidence is empty.", "Say what is wrong with the epoch, and how to see it.")
        stored = self._library.put(evidence)
        token, bond = pool.params.token, pool.params.bond
        call = self._encode.dispute(pool_id, token, bond, stored.digest, n=n, attempt=attempt)
        approvals = () if token == ZERO_ADDRESS else (self._encode.approve(token, bond),)
        return Prepared(stored, bond, (*approvals, call))

    def endings(self, dispute: Dispute) -> dict[str, Transaction]:
        """What can end an open dispute now: the arbiter's rulings, or, once it has been silent, anyone's lapse."""
        if dispute.outcome is not None:
            return {}
        place = {"n": dispute.n, "attempt": dispute.attempt}
        if self._clock() > dispute.rule_by:
            return {"lapse": self._encode.lapse(dispute.pool_id, **place)}
        return {
            "valid": self._encode.rule(dispute.pool_id, valid=True, **place),
            "void": self._encode.rule(dispute.pool_id, valid=False, **place),
        }

    def _open_epoch(self, pool: Pool, n: int) -> int:
        attempt = self._disputes.attempt(pool.id, n)
        if attempt is None:
            raise Missing(
                f"Pool {pool.id} has no epoch {n} on chain that stands.",
                "GET its epochs, and wait until yours is posted.",
            )
        if pool.epoch == n and pool.valid_at == NEVER:
            raise Conflict(
                f"Epoch {n} of pool {pool.id} is disputed already.", "Send your evidence to its arbiter."
            )
        if pool.epoch != n or pool.valid_at <= self._horizon():
            raise Conflict(
                f"Epoch {n} of pool {pool.id} is final.",
                "Only the newest epoch can be disputed, within its window.",
            )
        return attempt

    def _pool(self, pool_id: PoolId) -> Pool:
        pool = self._pools.find(pool_id)
        if pool is None:
            raise Missing(f"No pool {pool_id} is open.", "GET /v1/pools lists those that are.")
        return pool
