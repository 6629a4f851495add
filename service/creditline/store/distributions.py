"""What base pools hold, whom it is for, and giving it out. Implements `royalties.commons_keeper.Distributions`."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, insert, select

from creditline.amounts import BASIS_POINTS
from creditline.errors import Conflict, Unavailable
from creditline.ids import Address, Bytes32, DatasetId, ModelId, PoolId, WorkId
from creditline.royalties.commons_keeper import Holding
from creditline.royalties.distribution import NO_DEADLINE, Distribution, Group, Listed
from creditline.royalties.epoch import nonce_of
from creditline.royalties.keeping import Stage
from creditline.royalties.pool import Pool
from creditline.royalties.reservation import Settlement
from creditline.store.chain_tables import (
    cursors,
    dataset_works,
    datasets,
    events,
    model_datasets,
    payees,
    pools,
    works,
)
from creditline.store.database import Database
from creditline.store.event_log import FOLLOWER, PROJECTOR
from creditline.store.numbering import give_epoch
from creditline.store.pools import read_pool
from creditline.store.promises import lock_account, save_promised, settle_promises
from creditline.store.service_tables import closings, usage_works, usages
from creditline.store.upsert import chunks, insert_new
from creditline.store.wanted import Fetched


class Distributions:
    """`operator`: whose pools these are. `clock` gives unix seconds."""

    def __init__(self, database: Database, operator: Address, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._operator = operator
        self._clock = clock

    def candidates(self) -> list[Pool]:
        """Pools of this operator with the terms of a base pool."""
        statement = (
            select(pools)
            .where(
                pools.c.operator == self._operator,
                pools.c.integrator == pools.c.commons,
                pools.c.creator_bps == BASIS_POINTS,
            )
            .order_by(pools.c.number, pools.c.log_index)
        )
        with self._database.read() as connection:
            return [read_pool(row) for row in connection.execute(statement)]

    def holding(self, pool_id: PoolId) -> Holding:
        """What is in a pool by the newest block that is read. Raises `Unavailable` while rows lag behind."""
        # One statement, so that the pool is as the block has it.
        columns = (_cursor(FOLLOWER), _cursor(PROJECTOR), select(func.max(events.c.number)).scalar_subquery())
        statement = select(pools, *(each.label(f"at_{i}") for i, each in enumerate(columns)))
        with self._database.read() as connection:
            row = connection.execute(statement.where(pools.c.id == pool_id)).one()
            busy = _is_busy(connection, pool_id)
        followed, projected, newest = row.at_0, row.at_1, row.at_2
        if followed is None or (newest is not None and (projected is None or projected < newest)):
            raise Unavailable("Events of finalised blocks are still being entered.", "Try again in a moment.")
        return Holding(block=followed, amount=_left(row), busy=busy)

    def works(self, model_id: ModelId) -> list[Listed]:
        """All works in a model's training sets, which never change.

        Raises `Unavailable` while a data set is not read, or the creator of a work is not known.
        """
        of_model = model_datasets.c.model_id == model_id
        unread = (
            select(datasets.c.id)
            .join(model_datasets, model_datasets.c.dataset_id == datasets.c.id)
            .where(of_model, datasets.c.state != Fetched.LOADED)
        )
        statement = (
            select(works.c.creator, dataset_works)
            .select_from(dataset_works)
            .join(model_datasets, model_datasets.c.dataset_id == dataset_works.c.dataset_id)
            .join(works, works.c.id == dataset_works.c.work_id, isouter=True)
            .where(of_model)
            .order_by(dataset_works.c.work_id, dataset_works.c.dataset_id)
        )
        with self._database.read() as connection:
            missing = connection.scalar(unread)
            rows = connection.execute(statement).all()
        if missing is not None:
            raise Unavailable(f"Data set {missing} is not read yet.", "Wait until its manifest can be had.")
        for row in rows:
            if row.creator is None:
                raise Unavailable(
                    f"Nobody is known as the creator of work {row.work_id} in data set {row.dataset_id}.",
                    "Wait until its batch can be had; a data set of works that nobody claimed is paid to nobody.",
                )
        return [_place(row) for row in rows]

    def written(self, model_id: ModelId, block: int) -> set[WorkId]:
        """Those that the registry held at the end of a block that is read."""
        listed = (
            select(dataset_works.c.work_id)
            .join(model_datasets, model_datasets.c.dataset_id == dataset_works.c.dataset_id)
            .where(model_datasets.c.model_id == model_id)
        )
        # The first payee is entered with the registration.
        statement = (
            select(payees.c.work_id).distinct().where(payees.c.work_id.in_(listed), payees.c.number <= block)
        )
        with self._database.read() as connection:
            return {WorkId(Bytes32(work)) for work in connection.scalars(statement)}

    def give_out(self, distribution: Distribution, document: Bytes32) -> int:
        """Enter the reports of an epoch and close it, all in one transaction. Returns its number.

        Raises `Conflict` where an epoch of the pool is on its way, or the pool holds less by now: a distribution cannot be
        given out twice.
        """
        pool_id, groups = distribution.pool_id, distribution.groups()
        with self._database.write() as connection:
            now = int(self._clock())
            account = lock_account(connection, pool_id, now)
            promised = settle_promises(connection, account, now)
            row = connection.execute(select(pools).where(pools.c.id == pool_id)).one()
            free = _left(row) - promised
            if free < distribution.amount:
                raise Conflict(
                    f"The base pool {pool_id} holds {free} units that are not promised, not {distribution.amount}.",
                    "Share out what there is.",
                )
            number, first = give_epoch(connection, account, len(groups), now)
            save_promised(connection, pool_id, promised + distribution.amount)
            rows = [
                _report(distribution, group, document, number, first + at) for at, group in enumerate(groups)
            ]
            for chunk in chunks(rows):
                connection.execute(insert(usages), chunk)
            _enter_works(connection, pool_id, number, first, groups)
        return number


def _cursor(name: str) -> Any:
    return select(cursors.c.number).where(cursors.c.name == name).scalar_subquery()


def _left(row: Any) -> int:
    left: int = row.ceiling - row.settled - row.refund_requested
    return left


def _is_busy(connection: Connection, pool_id: PoolId) -> bool:
    unfinished = (closings.c.pool_id == pool_id) & (closings.c.state != Stage.FINAL)
    return connection.execute(select(closings.c.number).where(unfinished)).first() is not None


def _place(row: Any) -> Listed:
    work, dataset = WorkId(Bytes32(row.work_id)), DatasetId(Bytes32(row.dataset_id))
    return Address(row.creator), work, dataset, row.leaf_index


def _report(
    distribution: Distribution, group: Group, document: Bytes32, number: int, index: int
) -> dict[str, Any]:
    usage = group.usage(distribution.pool_id, document)
    return {
        "pool_id": usage.pool_id,
        "usage_id": usage.usage_id,
        "output_hash": usage.output_hash,
        "revenue": usage.revenue,
        "settlement": Settlement.EPOCH,
        "nonce": nonce_of(number, index),
        "epoch": number,
        "epoch_index": index,
        "deadline": NO_DEADLINE,
        "usage_signature": "0x",
        "report_hash": document,
        "shares": {"shares": [list(each) for each in group.payments]},
        "attempts": 0,
        "released": False,
    }


def _enter_works(
    connection: Connection, pool_id: PoolId, number: int, first: int, groups: list[Group]
) -> None:
    this = (usages.c.pool_id == pool_id) & (usages.c.epoch == number)
    ids = {row.epoch_index: row.id for row in connection.execute(select(usages).where(this))}
    paid = [
        {"usage": ids[first + at], "work_id": work}
        for at, group in enumerate(groups)
        for work, _ in group.payments
    ]
    insert_new(connection, usage_works, paid)
