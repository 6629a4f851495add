"""Epochs that are on chain and not in this database: entered again from their documents. Implements `keeping.LostEpochs`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, exists, insert, select, update

from creditline.ids import Address, Bytes32, PoolId
from creditline.royalties.epoch import nonce_of
from creditline.royalties.keeping import OTHER_POSTED, Restored, Stage
from creditline.royalties.leaves import ReportLeaf
from creditline.royalties.receipt import unpack_shares
from creditline.royalties.reservation import Settlement
from creditline.store.chain_tables import pools
from creditline.store.database import Database
from creditline.store.epoch_tables import epochs
from creditline.store.promises import lock_account, save_account
from creditline.store.service_tables import closings, usage_works, usages
from creditline.store.upsert import chunks, insert_new


class LostEpochs:
    """`operator`: whose pools these are."""

    def __init__(self, database: Database, operator: Address) -> None:
        self._database = database
        self._operator = operator

    def lost(self) -> list[tuple[PoolId, int]]:
        """Epochs of this operator's pools that are on chain, and of which this database knows nothing."""
        is_known = exists().where(closings.c.pool_id == epochs.c.pool_id, closings.c.number == epochs.c.n)
        statement = (
            select(epochs.c.pool_id, epochs.c.n)
            .join(pools, pools.c.id == epochs.c.pool_id)
            .where(pools.c.operator == self._operator, epochs.c.voided_by.is_(None), ~is_known)
            .order_by(epochs.c.pool_id, epochs.c.n)
        )
        with self._database.read() as connection:
            return [(PoolId(Bytes32(row.pool_id)), row.n) for row in connection.execute(statement)]

    def restore(self, found: Restored) -> None:
        """Enter an epoch and its receipts. Stops the pool where other receipts of that number were given out here."""
        number = found.closing.number
        with self._database.write() as connection:
            account = lock_account(connection, found.pool_id, 0)
            row = _closing(found)
            if account.epoch is not None and account.epoch <= number:
                if account.epoch < number or account.next_index > account.first_index:
                    insert_new(connection, closings, [row | {"state": Stage.STOPPED, "reason": OTHER_POSTED}])
                    return
                save_account(connection, found.pool_id, epoch=number + 1)
            insert_new(connection, closings, [row])
            if not _enter(connection, account, found):
                stopped = (closings.c.pool_id == found.pool_id) & (closings.c.number == number)
                values = {"state": Stage.STOPPED, "reason": OTHER_POSTED}
                connection.execute(update(closings).where(stopped).values(**values))


def _closing(found: Restored) -> dict[str, Any]:
    return {
        "pool_id": found.pool_id,
        "number": found.closing.number,
        "state": Stage.POSTED,
        "attempt": 0,
        "closed_at": found.closing.cutoff,
        "usages": sum(leaf is not None for leaf in found.closing.reports),
        "epoch": vars(found.posted.epoch),
        "cid": found.cid,
        "post_key": None,
        "valid_at": found.posted.valid_at,
        "due": 0,
        "reason": "",
        # None of its receipts is promised here.
        "released": found.posted.epoch.revenue,
    }


def _enter(connection: Connection, account: Any, found: Restored) -> bool:
    """False where a receipt of ours reports the same picture or usage elsewhere.

    A receipt's signature is made again when its usage is reported again: the same words have the same one.
    """
    rows = [
        _usage(found, index, leaf) for index, leaf in enumerate(found.closing.reports) if leaf is not None
    ]
    if not _make_room(connection, account, rows):
        return False
    for chunk in chunks(rows):
        connection.execute(insert(usages), chunk)
    this = (usages.c.pool_id == found.pool_id) & (usages.c.epoch == found.closing.number)
    ids = {row.epoch_index: row.id for row in connection.execute(select(usages).where(this))}
    leaves = enumerate(found.closing.reports)
    paid = [
        {"usage": ids[index], "work_id": work} for index, leaf in leaves if leaf for work in leaf.work_ids
    ]
    insert_new(connection, usage_works, paid)
    return True


def _make_room(connection: Connection, account: Any, rows: list[dict[str, Any]]) -> bool:
    """Usages that were reported again before their epoch was restored stand in it already: their reservations go."""
    again: dict[int, Any] = {}
    for column in (usages.c.output_hash, usages.c.usage_id):
        for chunk in chunks(row[column.name] for row in rows):
            same = (usages.c.pool_id == account.pool_id) & column.in_(chunk)
            again |= {row.id: row for row in connection.execute(select(usages).where(same))}
    if any(row.report_hash is not None for row in again.values()):
        return False
    for chunk in chunks(again):
        connection.execute(delete(usages).where(usages.c.id.in_(chunk)))
    if again:
        freed = sum(row.revenue for row in again.values())
        save_account(connection, account.pool_id, promised=account.promised - freed)
    return True


def _usage(found: Restored, index: int, leaf: ReportLeaf) -> dict[str, Any]:
    shares = zip(leaf.work_ids, unpack_shares(leaf.weights, len(leaf.work_ids)), strict=True)
    return {
        "pool_id": found.pool_id,
        "usage_id": leaf.usage_id,
        "output_hash": leaf.output_hash,
        "revenue": leaf.revenue,
        "settlement": Settlement.EPOCH,
        "nonce": nonce_of(found.closing.number, index),
        "epoch": found.closing.number,
        "epoch_index": index,
        "deadline": found.deadlines[index],
        "usage_signature": leaf.usage_signature,
        "report_hash": leaf.report_hash,
        "shares": {"shares": [list(share) for share in shares]},
        "attempts": 0,
        "released": False,
    }
