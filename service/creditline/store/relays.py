"""Transactions that the operator sends for others, within a budget. Implements `royalties.relay.Relays`."""

from __future__ import annotations

import threading

from sqlalchemy import select, update

from creditline.store.database import Database
from creditline.store.outbox import FAILED, enqueue_in
from creditline.store.service_tables import outbox, relay_days
from creditline.store.upsert import insert_new
from creditline.transactions import Transaction


class Relays:
    """`wake` is set when a transaction has been put into the outbox."""

    def __init__(self, database: Database, wake: threading.Event | None = None) -> None:
        self._database = database
        self._wake = wake or threading.Event()

    def send(self, transaction: Transaction, *, gas: int, day: int, limit: int) -> bool:
        """Charge the day and enqueue, in one transaction. True as well for what was enqueued before, at no charge."""
        with self._database.write() as connection:
            insert_new(connection, relay_days, [{"day": day, "gas": 0}])
            this = relay_days.c.day == day
            spent = connection.execute(select(relay_days.c.gas).where(this).with_for_update()).scalar_one()
            if connection.scalar(select(outbox.c.id).where(outbox.c.key == transaction.key)) is not None:
                return True
            if spent + gas > limit:
                return False
            connection.execute(update(relay_days).where(this).values(gas=spent + gas))
            enqueue_in(connection, transaction)
        self._wake.set()
        return True

    def failure(self, key: str) -> str | None:
        """Why the transaction failed; None while it has not."""
        failed = (outbox.c.key == key) & (outbox.c.state == FAILED)
        with self._database.read() as connection:
            reason: str | None = connection.scalar(select(outbox.c.reason).where(failed))
        return reason

    def spent(self, day: int) -> int:
        """Gas set aside on a day."""
        with self._database.read() as connection:
            return connection.scalar(select(relay_days.c.gas).where(relay_days.c.day == day)) or 0
