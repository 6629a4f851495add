"""Pools and their settlements. Implements `royalties.pool.Pools`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, select

from creditline.ids import Address, Bytes32, PoolId, WorkId
from creditline.pages import Page
from creditline.royalties.pool import Pool, PoolParams, Settlement
from creditline.store.chain_tables import pools, settlement_works, settlements
from creditline.store.database import Database
from creditline.store.paging import read_page


class Pools:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, id: PoolId) -> Pool | None:
        with self._database.read() as connection:
            row = connection.execute(select(pools).where(pools.c.id == id)).first()
        return None if row is None else read_pool(row)

    def list(self, cursor: str | None, limit: int) -> Page[Pool]:
        """In the order in which they were opened."""
        key = (pools.c.number, pools.c.log_index)
        with self._database.read() as connection:
            return read_page(
                connection, select(pools), key, cursor, limit, lambda rows: [read_pool(row) for row in rows]
            )

    def settlements(self, id: PoolId, cursor: str | None, limit: int) -> Page[Settlement]:
        """In chain order."""
        key = (settlements.c.number, settlements.c.log_index)
        statement = select(settlements).where(settlements.c.pool_id == id)
        with self._database.read() as connection:
            return read_page(
                connection, statement, key, cursor, limit, lambda rows: _settlements(connection, id, rows)
            )

    def settled_output(self, id: PoolId, output_hash: Bytes32) -> Settlement | None:
        """The first settlement of the image with that hash, if the pool has one."""
        statement = (
            select(settlements)
            .where(settlements.c.pool_id == id, settlements.c.output_hash == output_hash)
            .order_by(settlements.c.number, settlements.c.log_index)
            .limit(1)
        )
        with self._database.read() as connection:
            return next(iter(_settlements(connection, id, connection.execute(statement).all())), None)


def read_pool(row: Any) -> Pool:
    params = PoolParams(**{field.name: getattr(row, field.name) for field in fields(PoolParams)})
    counters = {field.name: getattr(row, field.name) for field in fields(Pool)[2:]}
    return Pool(PoolId(row.id), params, **counters)


def _settlements(connection: Connection, pool: PoolId, rows: Sequence[Any]) -> list[Settlement]:
    nonces = [row.nonce for row in rows]
    works = settlement_works.c
    parts = connection.execute(
        select(settlement_works)
        .where(works.pool_id == pool, works.nonce.in_(nonces))
        .order_by(works.nonce, works.position)
    )
    shares: dict[int, list[tuple[WorkId, int, int, Address]]] = defaultdict(list)
    for part in parts:
        shares[part.nonce].append((WorkId(part.work_id), part.share, part.amount, Address(part.payee)))
    return [
        Settlement(
            pool_id=pool,
            nonce=row.nonce,
            output_hash=Bytes32(row.output_hash),
            report_hash=Bytes32(row.report_hash),
            revenue=row.revenue,
            creator_part=row.creator_part,
            unattributed=row.unattributed,
            shares=tuple(shares[row.nonce]),
            transaction=row.tx_hash,
            settled_at=row.settled_at,
        )
        for row in rows
    ]
