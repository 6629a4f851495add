"""Usages: one id, one nonce, one promise each. Implements `royalties.usage.Usages`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from creditline.errors import Conflict, Insufficient, Missing
from creditline.ids import Bytes32, PoolId, WorkId
from creditline.royalties.receipt import Receipt, Usage
from creditline.royalties.usage import Reservation
from creditline.store.chain_tables import pools, settlements
from creditline.store.database import Database
from creditline.store.promises import lock_account, save_promised, settle_promises
from creditline.store.service_tables import pool_accounts, usage_works, usages
from creditline.store.upsert import insert_new

# An account begins to count its nonces at the second in which it is made: receipts that were signed before a database was
# lost, and are not on chain yet, keep nonces that nobody else gets, unless there was more than one a second.
NONCES_END = 2**32
"""From here on, nonces belong to epochs."""


class Usages:
    """`clock` gives unix seconds: for what has run out, and to name the series of nonces that a new account begins."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def find(self, pool_id: PoolId, usage_id: str) -> Reservation | None:
        with self._database.read() as connection:
            return _find(connection, pool_id, usage_id)

    def reserve(self, usage: Usage, deadline: int, available: int) -> Reservation:
        """Take the id, the next nonce for direct settlement and `usage.revenue` of what is `available` and not yet promised.

        Returns the reservation that stands where the id is taken already. Raises `Insufficient`, and `Conflict` when
        another usage of the pool reported the same output.
        """
        with self._database.write() as connection:
            account = lock_account(connection, usage.pool_id, int(self._clock()))
            known = _find(connection, usage.pool_id, usage.usage_id)
            if known is not None:
                return known
            _refuse_same_output(connection, usage)
            promised = settle_promises(connection, account, int(self._clock()))
            # What the caller read may be older than what this transaction sees.
            free = min(available, _available(connection, usage.pool_id, available)) - promised
            if usage.revenue > free:
                raise Insufficient(
                    f"The pool has {max(free, 0)} units that no receipt has promised yet; this usage needs "
                    f"{usage.revenue}.",
                    "Fund the pool, then retry.",
                )
            nonce = max(account.next_nonce, _first_unused(connection, usage.pool_id))
            if nonce >= NONCES_END:
                raise Insufficient(
                    "The pool has no nonces left for direct settlement.",
                    "Open another pool: any of its terms may differ.",
                )
            _open(connection, usage, nonce, deadline)
            connection.execute(
                update(pool_accounts)
                .where(pool_accounts.c.pool_id == usage.pool_id)
                .values(next_nonce=nonce + 1, promised=promised + usage.revenue)
            )
        return Reservation(usage, nonce, deadline, None)

    def complete(self, receipt: Receipt) -> None:
        """Keep the signed receipt of a reservation. Completing again has no effect: the first receipt stays."""
        usage = receipt.usage
        this = (
            (usages.c.pool_id == usage.pool_id)
            & (usages.c.usage_id == usage.usage_id)
            & (usages.c.nonce == receipt.nonce)
        )
        values = {
            "report_hash": receipt.report_hash,
            "shares": {"shares": [list(share) for share in receipt.shares]},
            "signature": receipt.signature,
        }
        with self._database.write() as connection:
            # Locked, so that it is not released while it is signed.
            row = connection.scalar(select(usages.c.id).where(this).with_for_update())
            if row is None:
                raise Missing(f"Usage {usage.usage_id!r} was not reserved.", "Reserve it first.")
            unsigned = this & usages.c.signature.is_(None)
            if connection.execute(update(usages).where(unsigned).values(**values)).rowcount:
                paid = [{"usage": row, "work_id": work} for work in receipt.work_ids]
                insert_new(connection, usage_works, paid)

    def release(self, pool_id: PoolId, usage_id: str) -> None:
        """Give an unsigned reservation's id, picture and promise back. Has no effect on a completed usage."""
        unsigned = usages.c.signature.is_(None) & (usages.c.usage_id == usage_id)
        with self._database.write() as connection:
            account = lock_account(connection, pool_id, int(self._clock()))
            this = select(usages).where(unsigned, usages.c.pool_id == pool_id)
            row = connection.execute(this.with_for_update()).first()
            if row is None:
                return
            connection.execute(delete(usages).where(usages.c.id == row.id))
            if not row.released:
                save_promised(connection, pool_id, account.promised - row.revenue)


def read_receipt(row: Any) -> Receipt:
    """A row of `usages` that has been completed."""
    shares = tuple((WorkId(Bytes32(work)), int(share)) for work, share in row.shares["shares"])
    return Receipt(_usage(row), row.nonce, Bytes32(row.report_hash), shares, row.deadline, row.signature)


def _usage(row: Any) -> Usage:
    return Usage(PoolId(Bytes32(row.pool_id)), row.usage_id, Bytes32(row.output_hash), row.revenue)


def _find(connection: Connection, pool_id: PoolId, usage_id: str) -> Reservation | None:
    this = (usages.c.pool_id == pool_id) & (usages.c.usage_id == usage_id)
    row = connection.execute(select(usages).where(this)).first()
    if row is None:
        return None
    receipt = None if row.signature is None else read_receipt(row)
    return Reservation(_usage(row), row.nonce, row.deadline, receipt)


def _refuse_same_output(connection: Connection, usage: Usage) -> None:
    same = (usages.c.pool_id == usage.pool_id) & (usages.c.output_hash == usage.output_hash)
    other = connection.scalar(select(usages.c.usage_id).where(same))
    if other is not None:
        raise Conflict(
            f"Usage {other!r} of this pool reported the same picture.",
            "One picture earns once: use that usage.",
        )


def _available(connection: Connection, pool_id: PoolId, otherwise: int) -> int:
    row = connection.execute(select(pools).where(pools.c.id == pool_id)).first()
    if row is None:
        return otherwise
    left: int = row.ceiling - row.settled - row.refund_requested
    return left


def _first_unused(connection: Connection, pool_id: PoolId) -> int:
    """Above every nonce that the chain has seen: after a lost database, our own count begins too low."""
    nonce = settlements.c.nonce
    # Decimal text: the longest is the largest, and of equal length the last in order.
    size, end = func.length(nonce), len(str(NONCES_END))
    is_direct = or_(size < end, and_(size == end, nonce < NONCES_END))
    by_size = (
        select(nonce).where(settlements.c.pool_id == pool_id, is_direct).order_by(size.desc(), nonce.desc())
    )
    highest = connection.scalar(by_size.limit(1))
    return 0 if highest is None else int(highest) + 1


def _open(connection: Connection, usage: Usage, nonce: int, deadline: int) -> None:
    connection.execute(
        insert(usages).values(
            pool_id=usage.pool_id,
            usage_id=usage.usage_id,
            output_hash=usage.output_hash,
            revenue=usage.revenue,
            nonce=nonce,
            deadline=deadline,
            attempts=0,
            released=False,
        )
    )
