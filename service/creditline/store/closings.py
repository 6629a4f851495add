"""Closed epochs and their receipts. Implements `royalties.keeping.Closings`; numbers are given out in `numbering`."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, select, update

from creditline.ids import Address, Bytes32, DatasetId, PoolId, WorkId
from creditline.royalties.closing import Reported
from creditline.royalties.epoch import Epoch
from creditline.royalties.keeping import Draft, Stage
from creditline.store.chain_tables import dataset_works, model_datasets, payees, pools, settlements, works
from creditline.store.database import Database
from creditline.store.numbering import close_open
from creditline.store.outbox import FAILED, enqueue_in
from creditline.store.promises import IS_SETTLED, lock_account, save_promised
from creditline.store.service_tables import closings, outbox, pool_accounts, usage_works, usages
from creditline.store.upsert import chunks
from creditline.store.usages import read_receipt
from creditline.transactions import Transaction

NUMBER_END = 2**24
PAGE_MAX = 1_000
_OVER = (Stage.FINAL,)


class Closings:
    """`wake` is set when a transaction has been put into the outbox."""

    def __init__(self, database: Database, wake: threading.Event | None = None) -> None:
        self._database = database
        self._wake = wake or threading.Event()

    def close_older(self, since: int, now: int) -> None:
        """Close every open epoch whose first receipt is of the second `since` or earlier."""
        with self._database.read() as connection:
            due = connection.scalars(
                select(pool_accounts.c.pool_id).where(pool_accounts.c.epoch_since <= since)
            ).all()
        for pool_id in due:
            with self._database.write() as connection:
                account = lock_account(connection, PoolId(Bytes32(pool_id)), 0)
                if account.epoch_since is not None and account.epoch_since <= since:
                    close_open(connection, account, now)

    def close(self, pool_id: PoolId, now: int) -> int | None:
        """Close a pool's open epoch, and return its number; None where it has no receipts."""
        with self._database.write() as connection:
            before = connection.execute(
                select(pool_accounts).where(pool_accounts.c.pool_id == pool_id).with_for_update()
            ).first()
            if before is None or before.epoch_since is None:
                return None
            close_open(connection, before, now)
        number: int = before.epoch
        return number

    def active(self) -> list[Draft]:
        """The oldest epoch of each pool that is not final."""
        oldest = (
            select(closings.c.pool_id, func.min(closings.c.number).label("number"))
            .where(closings.c.state.not_in(_OVER))
            .group_by(closings.c.pool_id)
            .subquery()
        )
        same = (closings.c.pool_id == oldest.c.pool_id) & (closings.c.number == oldest.c.number)
        with self._database.read() as connection:
            rows = connection.execute(select(closings).join(oldest, same).order_by(closings.c.pool_id)).all()
        return [read_draft(row) for row in rows]

    def reported(self, draft: Draft) -> list[Reported | None]:
        """Its receipts by index; None where none was given out, or where it has been settled as a cheque."""
        statement = (
            select(usages, settlements.c.nonce.label("settled"))
            .select_from(usages.outerjoin(settlements, IS_SETTLED))
            .where(_of(draft))
            .order_by(usages.c.epoch_index)
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
            places = _places(connection, draft)
        reported: list[Reported | None] = [None] * (rows[-1].epoch_index + 1 if rows else 0)
        for row in rows:
            if row.settled is None:
                receipt = read_receipt(row)
                of_works = tuple(places[work] for work in receipt.work_ids)
                reported[row.epoch_index] = Reported(receipt, row.usage_signature, of_works)
        return reported

    def unwritten(self, draft: Draft) -> list[WorkId]:
        """Works that its receipts pay and that finalised blocks do not have in the registry yet."""
        is_written = exists().where(works.c.id == usage_works.c.work_id, works.c.on_chain)
        is_settled = exists().where(IS_SETTLED)
        statement = (
            select(usage_works.c.work_id)
            .distinct()
            .join(usages, usages.c.id == usage_works.c.usage)
            .where(_of(draft), ~is_written, ~is_settled)
            .order_by(usage_works.c.work_id)
        )
        with self._database.read() as connection:
            return [WorkId(Bytes32(work)) for work in connection.scalars(statement)]

    def payees(self, works: Collection[WorkId], cutoff: int) -> dict[WorkId, Address | None]:
        """`WorkRegistry.payeeAt` of each."""
        found: dict[WorkId, Address | None] = dict.fromkeys(works)
        in_order = select(payees.c.work_id, payees.c.payee).where(payees.c.since <= cutoff)
        in_order = in_order.order_by(payees.c.number, payees.c.log_index)
        with self._database.read() as connection:
            for chunk in chunks(works):
                # The last row of a work wins.
                for row in connection.execute(in_order.where(payees.c.work_id.in_(chunk))):
                    found[WorkId(Bytes32(row.work_id))] = Address(row.payee)
        return found

    def failure(self, draft: Draft) -> str | None:
        """Why the transaction that posts it failed; None while it has not."""
        failed = (outbox.c.key == draft.post_key) & (outbox.c.state == FAILED)
        with self._database.read() as connection:
            reason: str | None = connection.scalar(select(outbox.c.reason).where(failed))
        return reason

    def save_built(self, draft: Draft, epoch: Epoch, cid: str) -> None:
        with self._database.write() as connection:
            if _move(connection, draft, state=Stage.BUILT, epoch=vars(epoch), cid=cid, reason=""):
                _release_cheques(connection, draft)

    def save_sent(self, draft: Draft, call: Transaction) -> None:
        """In the same transaction: put `call` into the outbox."""
        with self._database.write() as connection:
            if _move(connection, draft, state=Stage.POSTING, post_key=call.key, reason=""):
                enqueue_in(connection, call)
        self._wake.set()

    def save_posted(self, draft: Draft, valid_at: int) -> None:
        with self._database.write() as connection:
            _move(connection, draft, state=Stage.POSTED, valid_at=valid_at, reason="")

    def save_final(self, draft: Draft) -> None:
        with self._database.write() as connection:
            _move(connection, draft, state=Stage.FINAL)

    def hold(self, draft: Draft, reason: str, due: int) -> None:
        """Try nothing before `due`."""
        with self._database.write() as connection:
            _move(connection, draft, reason=reason, due=due)

    def reopen(self, draft: Draft, reason: str, due: int) -> None:
        """Back to `closed`, for the next attempt."""
        again = {"state": Stage.CLOSED, "attempt": draft.attempt + 1, "post_key": None, "valid_at": None}
        with self._database.write() as connection:
            _move(connection, draft, **again, reason=reason, due=due)

    def stop(self, draft: Draft, reason: str) -> None:
        with self._database.write() as connection:
            _move(connection, draft, state=Stage.STOPPED, reason=reason)

    def list(self, pool_id: PoolId, before: int = NUMBER_END, limit: int = PAGE_MAX) -> list[Draft]:
        """The last `limit` closed epochs of a pool below number `before`, the oldest first."""
        these = (closings.c.pool_id == pool_id) & (closings.c.number < before)
        statement = select(closings).where(these).order_by(closings.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return [read_draft(row) for row in connection.execute(statement)][::-1]

    def find(self, pool_id: PoolId, number: int) -> Draft | None:
        this = (closings.c.pool_id == pool_id) & (closings.c.number == number)
        with self._database.read() as connection:
            row = connection.execute(select(closings).where(this)).first()
        return None if row is None else read_draft(row)

    def open(self, pool_id: PoolId) -> tuple[int, int] | None:
        """The number of the open epoch, and how many receipts it has; None before the first."""
        this = select(pool_accounts).where(pool_accounts.c.pool_id == pool_id)
        with self._database.read() as connection:
            account = connection.execute(this).first()
        if account is None or account.epoch is None:
            return None
        return account.epoch, account.next_index - account.first_index

    def count_by_stage(self) -> dict[str, int]:
        """For metrics: epochs by stage, and how many pools have an open one with receipts."""
        grouped = select(closings.c.state, func.count().label("epochs")).group_by(closings.c.state)
        is_open = select(func.count()).where(pool_accounts.c.epoch_since.is_not(None))
        with self._database.read() as connection:
            counts = dict.fromkeys(map(str, Stage), 0)
            counts |= {row.state: row.epochs for row in connection.execute(grouped)}
            return {"open": connection.scalar(is_open) or 0, **counts}


def read_draft(row: Any) -> Draft:
    epoch = None if row.epoch is None else Epoch(**row.epoch)
    fields = {name: getattr(row, name) for name in _PLAIN}
    return Draft(stage=Stage(row.state), epoch=epoch, **fields)


_PLAIN = (
    "pool_id", "number", "attempt", "usages", "closed_at", "cid", "post_key", "valid_at", "due", "reason",
)  # fmt: skip


def _of(draft: Draft) -> ColumnElement[bool]:
    return (usages.c.pool_id == draft.pool_id) & (usages.c.epoch == draft.number)


def _move(connection: Connection, draft: Draft, **values: Any) -> bool:
    """False where somebody else moved it since it was read."""
    this = (closings.c.pool_id == draft.pool_id) & (closings.c.number == draft.number)
    as_read = (closings.c.state == draft.stage) & (closings.c.attempt == draft.attempt)
    return connection.execute(update(closings).where(this & as_read).values(**values)).rowcount == 1


def _places(connection: Connection, draft: Draft) -> dict[WorkId, tuple[DatasetId, int]]:
    """Where each paid work stands in the training set of the pool's model: of several places the first."""
    paid = select(usage_works.c.work_id).join(usages, usages.c.id == usage_works.c.usage).where(_of(draft))
    statement = (
        select(dataset_works)
        .join(model_datasets, model_datasets.c.dataset_id == dataset_works.c.dataset_id)
        .join(pools, pools.c.model_id == model_datasets.c.model_id)
        .where(pools.c.id == draft.pool_id, dataset_works.c.work_id.in_(paid))
        .order_by(model_datasets.c.position.desc(), dataset_works.c.leaf_index.desc())
    )
    return {
        WorkId(Bytes32(row.work_id)): (DatasetId(Bytes32(row.dataset_id)), row.leaf_index)
        for row in connection.execute(statement)
    }


def _release_cheques(connection: Connection, draft: Draft) -> None:
    """What was settled directly is paid, and no longer promised."""
    cashed = (
        select(usages.c.id, usages.c.revenue)
        .join(settlements, IS_SETTLED)
        .where(_of(draft), usages.c.released.is_(False))
    )
    rows = connection.execute(cashed).all()
    if rows:
        account = lock_account(connection, draft.pool_id, 0)
        save_promised(connection, draft.pool_id, account.promised - sum(row.revenue for row in rows))
        _mark(connection, [row.id for row in rows])


def _mark(connection: Connection, ids: Iterable[int]) -> None:
    for chunk in chunks(ids):
        connection.execute(update(usages).where(usages.c.id.in_(chunk)).values(released=True))
