"""What a pool's receipts have promised and its settlements have not yet paid: a running sum, so that no usage adds up all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from creditline.ids import Bytes32, PoolId
from creditline.store.chain_tables import settlements
from creditline.store.service_tables import pool_accounts, usages
from creditline.store.upsert import chunks, insert_new

RELEASE_AFTER_S = 3600
"""Whoever holds a receipt may have settled it in a block that is not final yet: its promise stands that much longer."""

IS_SETTLED = (settlements.c.pool_id == usages.c.pool_id) & (settlements.c.nonce == usages.c.nonce)


def lock_account(connection: Connection, pool_id: PoolId, first_nonce: int) -> Any:
    """One reservation per pool at a time: PostgreSQL waits for this row, SQLite has one writer anyway."""
    new = {"pool_id": pool_id, "next_nonce": first_nonce, "promised": 0}
    insert_new(connection, pool_accounts, [new])
    this = select(pool_accounts).where(pool_accounts.c.pool_id == pool_id)
    return connection.execute(this.with_for_update()).one()


def settle_promises(connection: Connection, account: Any, now: int) -> int:
    """Take out of a locked account's promises what is settled, and what failed or ran out so long ago that it never will."""
    before = now - RELEASE_AFTER_S
    is_over = or_(settlements.c.nonce.is_not(None), usages.c.failed_at <= before, usages.c.deadline <= before)
    over = connection.execute(
        select(usages.c.id, usages.c.revenue)
        .select_from(usages.outerjoin(settlements, IS_SETTLED))
        .where(usages.c.pool_id == account.pool_id, usages.c.released.is_(False), is_over)
    ).all()
    promised: int = account.promised - sum(row.revenue for row in over)
    if over:
        _mark(connection, [row.id for row in over], released=True)
        save_promised(connection, account.pool_id, promised)
    return promised


def promise_again(connection: Connection, these: ColumnElement[bool]) -> None:
    """Count promises that were released: their receipts can be settled after all."""
    rows = connection.execute(
        select(usages.c.id, usages.c.pool_id, usages.c.revenue).where(these, usages.c.released)
    ).all()
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.pool_id] += row.revenue
    for pool_id, revenue in sorted(sums.items()):
        account = lock_account(connection, PoolId(Bytes32(pool_id)), 0)
        save_promised(connection, pool_id, account.promised + revenue)
    _mark(connection, [row.id for row in rows], released=False)


def save_promised(connection: Connection, pool_id: str, promised: int) -> None:
    connection.execute(
        update(pool_accounts).where(pool_accounts.c.pool_id == pool_id).values(promised=promised)
    )


def reset_accounts(connection: Connection) -> None:
    """All settlements are about to be read again: count every promise as open until then."""
    connection.execute(update(usages).values(released=False))
    for account in connection.execute(select(pool_accounts.c.pool_id)).all():
        promises = connection.scalars(select(usages.c.revenue).where(usages.c.pool_id == account.pool_id))
        save_promised(connection, account.pool_id, sum(promises))


def _mark(connection: Connection, ids: Sequence[int], *, released: bool) -> None:
    for chunk in chunks(ids):
        connection.execute(update(usages).where(usages.c.id.in_(chunk)).values(released=released))
