"""Signed receipts as a list of what was reported. Implements `royalties.receipt.Reports`."""

from __future__ import annotations

from sqlalchemy import func, select

from creditline.ids import PoolId, WorkId
from creditline.pages import Page
from creditline.royalties.receipt import Receipt
from creditline.store.database import Database
from creditline.store.paging import read_page
from creditline.store.service_tables import usage_works, usages
from creditline.store.usages import read_receipt

_SIGNED = usages.c.signature.is_not(None)


class Reports:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self, pool_id: PoolId | None, work: WorkId | None, cursor: str | None, limit: int
    ) -> Page[Receipt]:
        """The newest first."""
        statement = select(usages).where(_SIGNED)
        if pool_id is not None:
            statement = statement.where(usages.c.pool_id == pool_id)
        if work is not None:
            paying = select(usage_works.c.usage).where(usage_works.c.work_id == work)
            statement = statement.where(usages.c.id.in_(paying))
        key = (usages.c.id,)
        with self._database.read() as connection:
            return read_page(
                connection, statement, key, cursor, limit,
                lambda rows: [read_receipt(row) for row in rows], newest_first=True,
            )  # fmt: skip

    def count(self) -> int:
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(usages).where(_SIGNED)) or 0
