"""Usages: one id, one nonce, one promise each. Implements `royalties.usage.Usages`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from creditline.errors import Conflict, Insufficient, Missing
from creditline.ids import Bytes32, PoolId, WorkId
from creditline.royalties.epoch import INDEX_BITS, nonce_of
from creditline.royalties.receipt import Receipt, Usage
from creditline.royalties.reservation import Reservation, Settlement
from creditline.store.chain_tables import pools, settlements
from creditline.store.database import Database
from creditline.store.numbering import EPOCH_USAGES_MAX, give_place
from creditline.store.promises import lock_account, save_account, save_promised, settle_promises
from creditline.store.service_tables import usage_works, usages
from creditline.store.upsert import insert_new

NONCES_END = 1 << INDEX_BITS
"""Nonces for direct settlement lie below; those above belong to epochs."""


class Usages:
    """`clock` gives unix seconds: for what has run out, and for the nonce with which a new account begins.

    An account's nonces for direct settlement begin at the second in which it is made. So receipts that were signed before a
    database was lost, and are not on chain yet, keep nonces that nobody else gets, unless a pool signed more than one a
    second for all of its life. `epoch_usages_max` is how many receipts an epoch takes.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.time,
        epoch_usages_max: int = EPOCH_USAGES_MAX,
    ) -> None:
        self._database = database
        self._clock = clock
        self._epoch_usages_max = epoch_usages_max

    def find(self, pool_id: PoolId, usage_id: str) -> Reservation | None:
        with self._database.read() as connection:
            return _find(connection, pool_id, usage_id)

    def reserve(
        self,
        usage: Usage,
        deadline: int,
        available: int,
        settlement: Settlement = Settlement.DIRECT,
        usage_signature: str = "",
    ) -> Reservation:
        """Take the id and `usage.revenue` of what is `available` and not yet promised; for direct settlement a nonce too.

        Returns the reservation that stands where the id is taken already. Raises `Insufficient`, and `Conflict` when
        another usage of the pool reported the same output.
        """
        with self._database.write() as connection:
            account = self._lock(connection, usage.pool_id)
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
            nonce = None
            if settlement is Settlement.DIRECT:
                nonce = _direct_nonce(connection, account)
                save_account(connection, usage.pool_id, next_nonce=nonce + 1)
            save_promised(connection, usage.pool_id, promised + usage.revenue)
            reservation = Reservation(usage, nonce, deadline, None, settlement, usage_signature)
            connection.execute(insert(usages).values(**_row(reservation)))
        return reservation

    def number(self, usage: Usage, report_hash: Bytes32, shares: Sequence[tuple[WorkId, int]]) -> Receipt:
        """Keep what the receipt of a reservation for an epoch will say, and give it the next index of the open epoch.

        From here on it stands in its epoch, signed or not. Numbering again returns what was kept first. Raises `Conflict`
        where the pool has no stake, or may have given out numbers that this database does not know.
        """
        this = (usages.c.pool_id == usage.pool_id) & (usages.c.usage_id == usage.usage_id)
        with self._database.write() as connection:
            account = self._lock(connection, usage.pool_id)
            row = connection.execute(select(usages).where(this)).first()
            if row is None or row.settlement != Settlement.EPOCH:
                raise Missing(f"Usage {usage.usage_id!r} was not reserved for an epoch.", "Reserve it first.")
            if row.report_hash is None:
                epoch, index = give_place(connection, account, self._epoch_usages_max, int(self._clock()))
                values = {"report_hash": report_hash, "shares": {"shares": [list(each) for each in shares]}}
                place = {"epoch": epoch, "epoch_index": index, "nonce": nonce_of(epoch, index)}
                connection.execute(update(usages).where(this).values(**values, **place))
                paid = [{"usage": row.id, "work_id": work} for work, _ in shares]
                insert_new(connection, usage_works, paid)
            return read_receipt(connection.execute(select(usages).where(this)).one())

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
        """Give a reservation's id, picture and promise back, unless its report is kept already."""
        unsigned = usages.c.report_hash.is_(None) & (usages.c.usage_id == usage_id)
        with self._database.write() as connection:
            account = self._lock(connection, pool_id)
            this = select(usages).where(unsigned, usages.c.pool_id == pool_id)
            row = connection.execute(this.with_for_update()).first()
            if row is None:
                return
            connection.execute(delete(usages).where(usages.c.id == row.id))
            if not row.released:
                save_promised(connection, pool_id, account.promised - row.revenue)

    def _lock(self, connection: Connection, pool_id: PoolId) -> Any:
        return lock_account(connection, pool_id, int(self._clock()))


def read_receipt(row: Any) -> Receipt:
    """A row of `usages` whose report is kept. Its signature is empty until it is signed."""
    shares = tuple((WorkId(Bytes32(work)), int(share)) for work, share in row.shares["shares"])
    return Receipt(
        _usage(row), row.nonce, Bytes32(row.report_hash), shares, row.deadline, row.signature or ""
    )


def _usage(row: Any) -> Usage:
    return Usage(PoolId(Bytes32(row.pool_id)), row.usage_id, Bytes32(row.output_hash), row.revenue)


def _find(connection: Connection, pool_id: PoolId, usage_id: str) -> Reservation | None:
    this = (usages.c.pool_id == pool_id) & (usages.c.usage_id == usage_id)
    row = connection.execute(select(usages).where(this)).first()
    if row is None:
        return None
    receipt = None if row.report_hash is None else read_receipt(row)
    settlement, signature = Settlement(row.settlement), row.usage_signature or ""
    return Reservation(_usage(row), row.nonce, row.deadline, receipt, settlement, signature)


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


def _direct_nonce(connection: Connection, account: Any) -> int:
    """Above every direct nonce that the chain has seen: after a lost database, our own count may begin too low."""
    nonce = settlements.c.nonce
    # Decimal text: the longest is the largest, and of equal length the last in order.
    size, end = func.length(nonce), len(str(NONCES_END))
    is_direct = or_(size < end, and_(size == end, nonce < NONCES_END))
    of_pool = settlements.c.pool_id == account.pool_id
    by_size = select(nonce).where(of_pool, is_direct).order_by(size.desc(), nonce.desc())
    highest = connection.scalar(by_size.limit(1))
    next_ = max(account.next_nonce, 0 if highest is None else int(highest) + 1)
    if next_ >= NONCES_END:
        raise Insufficient(
            "The pool has no nonces left for direct settlement.",
            "Report to an epoch, or open another pool: any of its terms may differ.",
        )
    return int(next_)


def _row(reservation: Reservation) -> dict[str, Any]:
    usage = reservation.usage
    return {
        "pool_id": usage.pool_id,
        "usage_id": usage.usage_id,
        "output_hash": usage.output_hash,
        "revenue": usage.revenue,
        "settlement": reservation.settlement,
        "nonce": reservation.nonce,
        "deadline": reservation.deadline,
        "usage_signature": reservation.usage_signature or None,
        "attempts": 0,
        "released": False,
    }
