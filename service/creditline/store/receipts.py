"""Signed receipts on their way to settlement. Implements `royalties.settlement.Receipts`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from creditline.errors import Conflict
from creditline.royalties.receipt import Receipt
from creditline.royalties.settlement import Progress
from creditline.store.chain_tables import settlements
from creditline.store.database import Database
from creditline.store.outbox import FAILED, enqueue_in
from creditline.store.service_tables import outbox, usages
from creditline.store.upsert import chunks
from creditline.store.usages import read_receipt
from creditline.transactions import Transaction


class Receipts:
    """`wake` is set when a settlement has been put into the outbox."""

    def __init__(self, database: Database, wake: threading.Event | None = None) -> None:
        self._database = database
        self._wake = wake or threading.Event()

    def unsent(self, limit: int) -> list[Receipt]:
        """The oldest receipts of one pool that no transaction carries yet, by nonce."""
        waits = usages.c.signature.is_not(None) & usages.c.settle_key.is_(None)
        oldest = select(usages.c.pool_id).where(waits).order_by(usages.c.id).limit(1)
        with self._database.read() as connection:
            pool = connection.scalar(oldest)
            # Nonces of a pool ascend with ids.
            of_pool = select(usages).where(waits, usages.c.pool_id == pool).order_by(usages.c.id).limit(limit)
            rows = connection.execute(of_pool).all()
        return [read_receipt(row) for row in rows]

    def save_sent(self, receipts: Sequence[Receipt], call: Transaction) -> None:
        """In one transaction: mark them as carried by `call`, and put `call` into the outbox."""
        pool_id = receipts[0].usage.pool_id
        with self._database.write() as connection:
            marked = 0
            for chunk in chunks(receipt.nonce for receipt in receipts):
                free = (
                    usages.c.settle_key.is_(None) & (usages.c.pool_id == pool_id) & usages.c.nonce.in_(chunk)
                )
                marked += connection.execute(update(usages).where(free).values(settle_key=call.key)).rowcount
            if marked != len(receipts):
                raise Conflict(
                    "Some of these receipts are carried by another transaction.",
                    "Ask for the unsent ones again.",
                )
            enqueue_in(connection, call)
        self._wake.set()

    def progress(self) -> Progress:
        """Counts over all pools. A receipt that is settled counts as settled, whoever carried it."""
        is_settled = (settlements.c.pool_id == usages.c.pool_id) & (settlements.c.nonce == usages.c.nonce)
        how_far = (
            usages.c.settle_key.is_not(None).label("is_carried"),
            settlements.c.pool_id.is_not(None).label("is_settled"),
            outbox.c.state,
        )
        sources = usages.outerjoin(settlements, is_settled).outerjoin(
            outbox, outbox.c.key == usages.c.settle_key
        )
        statement = (
            select(*how_far, func.count().label("receipts"))
            .select_from(sources)
            .where(usages.c.signature.is_not(None))
            .group_by(*how_far)
        )
        counts = {"waiting": 0, "sent": 0, "settled": 0, "failed": 0}
        with self._database.read() as connection:
            for row in connection.execute(statement):
                counts[_name(row)] += row.receipts
        return Progress(**counts)


def _name(row: Any) -> str:
    if row.is_settled:
        return "settled"
    if not row.is_carried:
        return "waiting"
    return "failed" if row.state == FAILED else "sent"
