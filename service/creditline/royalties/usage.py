"""Taking a usage in: check who reports it, attribute it, sign the receipt.

A usage id is reserved before anything is computed, together with its part of the deposit, so two calls with the same id
never make two receipts, and a killed one is taken up where it stopped. A receipt for direct settlement has its nonce from
then on, one for an epoch its index from when its report is known.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from creditline import canonical
from creditline.amounts import UINT128_MAX
from creditline.errors import Conflict, Corrupt, Insufficient, Invalid, Missing, WrongSignature
from creditline.ids import Address, ModelId, PoolId, WorkId, bytes32
from creditline.library import Library
from creditline.royalties.pool import Pool, Pools
from creditline.royalties.receipt import Receipt, Usage
from creditline.royalties.reservation import Reservation, Settlement, Usages
from creditline.typed_data import Domain, TypedData

SETTLING_PERIOD_S = 90 * 24 * 3600
BYTES_MAX = 256 * 1024
WINDOW_MIN_S = 3600
"""Shorter notice of a refund would let the integrator take out what receipts have promised before they can be settled."""


class Writing(Protocol):
    """Sees to it that a receipt for an epoch pays only works that the registry will know when the epoch is built."""

    def require(self, works: Sequence[WorkId]) -> None:
        """Raises `Unavailable` while a work has to be written first.

        Returns for works that are on chain, and for those that anyone can write at any time, because a plain wallet signed
        their batch.
        """


class Attribute(Protocol):
    """Attributes a picture to the training set of a model, and returns the report document without the usage."""

    def __call__(self, picture: bytes, model: ModelId) -> canonical.JSON: ...


class Operator(Protocol):
    """Holds the operator's key."""

    address: Address

    def sign_typed(self, data: TypedData) -> str: ...


SignatureCheck = Callable[[Address, TypedData, str], bool]


class ReceiptBook:
    """Issues one receipt per usage, however often it is asked."""

    def __init__(  # noqa: PLR0913 - one argument per party it works with
        self,
        *,
        pools: Pools,
        usages: Usages,
        writing: Writing,
        library: Library,
        attribute: Attribute,
        operator: Operator,
        domain: Domain,
        is_signed: SignatureCheck,
        is_base_pool: Callable[[Pool], bool],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._pools = pools
        self._usages = usages
        self._writing = writing
        self._library = library
        self._attribute = attribute
        self._operator = operator
        self._domain = domain
        self._is_signed = is_signed
        self._is_base_pool = is_base_pool
        self._clock = clock

    def issue(
        self,
        picture: bytes,
        pool_id: PoolId,
        usage_id: str,
        revenue: int,
        signature: str,
        *,
        settlement: Settlement,
    ) -> Receipt:
        """Attribute `picture` and promise its shares of `revenue`. Safe to repeat."""
        usage = Usage(pool_id, usage_id, bytes32(hashlib.sha256(picture).digest()), revenue)
        pool = self._check(usage, signature)
        restored = self._restore(usage)
        if restored is not None:
            return restored
        reservation = self._reserve(usage, pool, settlement, signature)
        receipt = reservation.receipt
        if receipt is not None and receipt.signature:
            return receipt
        try:
            receipt = receipt or self._draw_up(picture, pool, reservation)
        except (Invalid, Missing, Corrupt, Conflict):
            # Sending the same again cannot help, so the deposit must not wait for it. An outage keeps the reservation.
            self._usages.release(pool_id, usage_id)
            raise
        signed = self._sign(receipt)
        self._usages.complete(signed)
        return signed

    def find(self, pool_id: PoolId, usage_id: str) -> Receipt:
        """Raises `Missing` for a usage that was never reported, `Conflict` for one still being attributed."""
        reservation = self._usages.find(pool_id, usage_id)
        if reservation is None:
            raise Missing(f"No usage {usage_id!r} is known in this pool.", "Report it with POST /v1/usages.")
        if reservation.receipt is None or not reservation.receipt.signature:
            raise Conflict(
                f"Usage {usage_id!r} has no receipt yet.", "Send the same POST again to finish it."
            )
        return reservation.receipt

    def _draw_up(self, picture: bytes, pool: Pool, reservation: Reservation) -> Receipt:
        report = self._attribute(picture, pool.params.model_id)
        report["usage"] = _usage_document(reservation, self._library.put(picture).cid)
        stored = self._library.put(canonical.encode(report))
        shares = tuple((WorkId(bytes32(entry["work"])), int(entry["share"])) for entry in report["works"])
        usage, nonce = reservation.usage, reservation.nonce
        if nonce is not None:
            return Receipt(usage, nonce, stored.digest, shares, reservation.deadline)
        self._writing.require([work for work, _ in shares])
        return self._usages.number(usage, stored.digest, shares)

    def _check(self, usage: Usage, signature: str) -> Pool:
        if not 1 <= usage.revenue <= UINT128_MAX:
            raise Invalid(
                f"A revenue of {usage.revenue} cannot be settled.",
                "Send a positive amount in the smallest unit.",
            )
        pool = self._pool(usage.pool_id)
        if not self._is_signed(pool.params.integrator, usage.typed_data(self._domain), signature):
            raise WrongSignature(
                f"This usage is not signed by the pool's integrator {pool.params.integrator}.",
                "Sign the Usage typed data with the wallet that the pool names.",
            )
        return pool

    def _pool(self, id: PoolId) -> Pool:
        """A pool for which this operator may sign receipts."""
        pool = self._pools.find(id)
        if pool is None:
            raise Missing(f"No pool {id} is open.", "Open it on chain first, and wait until that is final.")
        if pool.params.operator != self._operator.address:
            raise Conflict(
                f"Pool {id} is run by {pool.params.operator}.", "Report to that operator's service."
            )
        if self._is_base_pool(pool):
            raise Conflict(
                f"Pool {id} is the base pool of a commons: what comes in is shared out, and nothing is reported to it.",
                "Report to a pool that names the commons.",
            )
        if pool.params.window < WINDOW_MIN_S:
            raise Conflict(
                f"Pool {id} pays refunds after {pool.params.window} s, before its receipts could be settled.",
                f"Open a pool whose window is at least {WINDOW_MIN_S} s.",
            )
        return pool

    def _reserve(self, usage: Usage, pool: Pool, settlement: Settlement, signature: str) -> Reservation:
        reservation = self._usages.find(usage.pool_id, usage.usage_id)
        if reservation is None:
            _refuse(usage, pool, settlement)
            deadline = int(self._clock()) + SETTLING_PERIOD_S
            reservation = self._usages.reserve(usage, deadline, pool.available, settlement, signature)
        if reservation.usage != usage:
            raise Conflict(
                f"Usage id {usage.usage_id!r} stands for another picture or revenue already.",
                "Use a new id for a new generation.",
            )
        return reservation

    def _restore(self, usage: Usage) -> Receipt | None:
        """The receipt of a usage that is settled on chain and no longer in our books, out of its published report."""
        settled = self._pools.settled_output(usage.pool_id, usage.output_hash)
        if settled is None or self._usages.find(usage.pool_id, usage.usage_id) is not None:
            return None
        noted = canonical.decode(self._library.fetch(settled.report_hash, BYTES_MAX)).get("usage") or {}
        if noted.get("id") != usage.usage_id or settled.revenue != usage.revenue:
            raise Conflict(
                f"Usage {noted.get('id')!r} of this pool reported the same picture, and it is settled.",
                "One picture earns once: use that usage.",
            )
        shares = tuple((work, share) for work, share, _amount, _payee in settled.shares)
        receipt = Receipt(usage, settled.nonce, settled.report_hash, shares, int(noted["deadline"]))
        return self._sign(receipt)

    def _sign(self, receipt: Receipt) -> Receipt:
        """The same words have the same signature, however often they are signed."""
        return replace(receipt, signature=self._operator.sign_typed(receipt.typed_data(self._domain)))


def _refuse(usage: Usage, pool: Pool, settlement: Settlement) -> None:
    if usage.revenue > pool.available:
        raise Insufficient(
            f"The pool holds {pool.available} units and this usage would spend {usage.revenue}.",
            "Fund the pool, then retry.",
        )
    if settlement is Settlement.EPOCH and not pool.staked:
        raise Conflict(
            f"The operator of pool {pool.id} has no bond staked, so it cannot post epochs.",
            "Report with settlement=direct, or have the operator stake the pool's bond and wait until that is final.",
        )


def _usage_document(reservation: Reservation, picture: str) -> canonical.JSON:
    """A receipt for an epoch is numbered after its report: its nonce cannot stand here."""
    usage, nonce = reservation.usage, reservation.nonce
    return {
        "pool": usage.pool_id,
        "id": usage.usage_id,
        "revenue": str(usage.revenue),
        **({} if nonce is None else {"nonce": str(nonce)}),
        "deadline": reservation.deadline,
        "picture": picture,
    }
