"""Signed receipts on their way to settlement. Implements `royalties.settlement.Receipts`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, case, exists, func, select, update

from creditline.errors import Conflict
from creditline.ids import Bytes32, PoolId, WorkId
from creditline.royalties.receipt import Receipt
from creditline.royalties.reservation import Settlement
from creditline.royalties.settlement import LAST_ATTEMPT, Progress, materialise_key
from creditline.store.chain_tables import settlements, works
from creditline.store.database import Database
from creditline.store.outbox import FAILED, enqueue_in
from creditline.store.promises import IS_SETTLED, promise_again
from creditline.store.service_tables import outbox, usage_works, usages
from creditline.store.upsert import chunks
from creditline.store.usages import read_receipt
from creditline.transactions import Transaction

# Receipts for epochs go another way: see `closings`.
_SIGNED = usages.c.signature.is_not(None) & (usages.c.settlement == Settlement.DIRECT)
_UNSETTLED = ~exists().where(IS_SETTLED)
_FREE = _SIGNED & usages.c.settle_key.is_(None)
_OF_USAGE = usage_works.c.usage == usages.c.id
_UNWRITTEN = ~exists().where(works.c.id == usage_works.c.work_id, works.c.on_chain)
_WRITTEN_BY = outbox.c.key == materialise_key(WorkId(Bytes32(""))) + usage_works.c.work_id
_AWAITS_A_WORK = exists().where(_OF_USAGE, _UNWRITTEN)
_PAYS_A_LOST_WORK = exists().where(_OF_USAGE, _UNWRITTEN, _WRITTEN_BY, outbox.c.state == FAILED)
_CALL_FAILED = exists().where(outbox.c.key == usages.c.settle_key, outbox.c.state == FAILED)


class Receipts:
    """`wake` is set when a settlement has been put into the outbox; `clock` gives unix seconds."""

    def __init__(
        self,
        database: Database,
        wake: threading.Event | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._wake = wake or threading.Event()
        self._clock = clock

    def take_up(self) -> None:
        """See to what has failed since the last look. Has no effect on anything else."""
        self._revive()
        now = int(self._clock())
        failed_call = _CALL_FAILED & _UNSETTLED & usages.c.failed_at.is_(None)
        again = {"settle_key": None, "attempts": usages.c.attempts + 1}
        lost = _FREE & _UNSETTLED & usages.c.failed_at.is_(None) & _PAYS_A_LOST_WORK
        with self._database.write() as connection:
            last = failed_call & (usages.c.attempts >= LAST_ATTEMPT)
            # It keeps its key: that transaction says why.
            connection.execute(update(usages).where(last).values(failed_at=now))
            connection.execute(update(usages).where(failed_call).values(**again))
            connection.execute(update(usages).where(lost).values(failed_at=now))

    def works_awaited(self) -> list[WorkId]:
        """Works that waiting receipts pay, that are not on chain, and that no transaction writes yet."""
        statement = (
            select(usage_works.c.work_id)
            .distinct()
            .join(usages, _OF_USAGE)
            .where(self._waits(), _UNWRITTEN, ~exists().where(_WRITTEN_BY))
            .order_by(usage_works.c.work_id)
        )
        with self._database.read() as connection:
            return [WorkId(Bytes32(work)) for work in connection.scalars(statement)]

    def ready(self) -> list[tuple[PoolId, int]]:
        """Pools, and attempts, with receipts that can be settled now; the pool that waits longest comes first."""
        group = (usages.c.pool_id, usages.c.attempts)
        statement = select(*group).where(self._is_ready()).group_by(*group).order_by(func.min(usages.c.id))
        with self._database.read() as connection:
            return [(PoolId(Bytes32(pool)), attempt) for pool, attempt in connection.execute(statement)]

    def unsent(self, pool_id: PoolId, attempt: int, limit: int) -> list[Receipt]:
        """The oldest of them: signed, carried by no transaction, not settled, in time, all their works on chain."""
        of_group = (usages.c.pool_id == pool_id) & (usages.c.attempts == attempt) & self._is_ready()
        # Nonces of a pool ascend with ids.
        statement = select(usages).where(of_group).order_by(usages.c.id).limit(limit)
        with self._database.read() as connection:
            return [read_receipt(row) for row in connection.execute(statement)]

    def save_sent(self, receipts: Sequence[Receipt], call: Transaction) -> None:
        """In one transaction: mark them as carried by `call`, and put `call` into the outbox.

        The key of a later attempt differs from that of an earlier one that carried the same receipts.
        """
        pool_id = receipts[0].usage.pool_id
        with self._database.write() as connection:
            rows: dict[int, int] = {}
            for chunk in chunks(receipt.nonce for receipt in receipts):
                free = _FREE & (usages.c.pool_id == pool_id) & usages.c.nonce.in_(chunk)
                found = connection.execute(select(usages.c.id, usages.c.attempts).where(free))
                rows |= {row.id: row.attempts for row in found}
            attempt = max(rows.values(), default=0)
            carrier = call if attempt == 0 else replace(call, key=f"{call.key}:{attempt}")
            marked = 0
            for ids in chunks(rows):
                still_free = _FREE & usages.c.id.in_(ids)
                marked += connection.execute(
                    update(usages).where(still_free).values(settle_key=carrier.key)
                ).rowcount
            if marked != len(receipts):
                raise Conflict(
                    "Some of these receipts are carried by another transaction.",
                    "Ask for the unsent ones again.",
                )
            enqueue_in(connection, carrier)
        self._wake.set()

    def progress(self) -> Progress:
        """Counts over all pools. A receipt that is settled counts as settled, whoever carried it."""
        is_carried = usages.c.settle_key.is_not(None) & func.coalesce(outbox.c.state != FAILED, False)
        how_far = case(
            (settlements.c.nonce.is_not(None), "settled"),
            (usages.c.failed_at.is_not(None), "failed"),
            (is_carried, "sent"),
            (usages.c.deadline < int(self._clock()), "failed"),
            else_="waiting",
        ).label("how_far")
        sources = usages.outerjoin(settlements, IS_SETTLED).outerjoin(
            outbox, outbox.c.key == usages.c.settle_key
        )
        each = select(how_far).select_from(sources).where(_SIGNED).subquery()
        statement = select(each.c.how_far, func.count().label("receipts")).group_by(each.c.how_far)
        counts = {"waiting": 0, "sent": 0, "settled": 0, "failed": 0}
        with self._database.read() as connection:
            counts |= {row.how_far: row.receipts for row in connection.execute(statement)}
        return Progress(**counts)

    def _revive(self) -> None:
        """Somebody else may write a work after our own attempt failed: then its receipts can be settled after all."""
        given_up = _FREE & _UNSETTLED & usages.c.failed_at.is_not(None)
        revived = given_up & ~_PAYS_A_LOST_WORK
        with self._database.write() as connection:
            promise_again(connection, revived)
            connection.execute(update(usages).where(revived).values(failed_at=None))

    def _waits(self) -> ColumnElement[bool]:
        in_time = usages.c.deadline >= int(self._clock())
        return _FREE & _UNSETTLED & usages.c.failed_at.is_(None) & in_time

    def _is_ready(self) -> ColumnElement[bool]:
        return self._waits() & ~_AWAITS_A_WORK
