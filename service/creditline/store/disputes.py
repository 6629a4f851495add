"""Disputes in finalised blocks. Implements `royalties.dispute.Disputes`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from creditline.ids import Address, Bytes32, PoolId
from creditline.pages import Page
from creditline.royalties.dispute import Dispute
from creditline.store.database import Database
from creditline.store.epoch_tables import disputes, epochs
from creditline.store.paging import read_page

_PLAIN = ("n", "attempt", "disputed_at", "rule_by", "outcome", "ended_at")


class Disputes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, pool_id: PoolId, cursor: str | None, limit: int) -> Page[Dispute]:
        """In chain order."""
        key = (disputes.c.number, disputes.c.log_index)
        statement = select(disputes).where(disputes.c.pool_id == pool_id)
        with self._database.read() as connection:
            return read_page(
                connection, statement, key, cursor, limit, lambda rows: [_dispute(row) for row in rows]
            )

    def find(self, pool_id: PoolId, n: int) -> Dispute | None:
        """The latest about an epoch of that number."""
        this = select(disputes).where(disputes.c.pool_id == pool_id, disputes.c.n == n)
        newest = this.order_by(disputes.c.number.desc(), disputes.c.log_index.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(newest).first()
        return None if row is None else _dispute(row)

    def attempt(self, pool_id: PoolId, n: int) -> int | None:
        """Of the newest epoch of that number; None where none was posted, or where it is void."""
        stands = (epochs.c.pool_id == pool_id) & (epochs.c.n == n) & epochs.c.voided_by.is_(None)
        with self._database.read() as connection:
            attempt: int | None = connection.scalar(select(epochs.c.attempt).where(stands))
        return attempt


def _dispute(row: Any) -> Dispute:
    plain = {name: getattr(row, name) for name in _PLAIN}
    return Dispute(
        pool_id=PoolId(Bytes32(row.pool_id)), by=Address(row.by), reason=Bytes32(row.reason), **plain
    )
