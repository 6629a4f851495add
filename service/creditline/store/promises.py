"""What a pool's receipts have promised and its settlements have not yet paid: a running sum, so that no usage adds up all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, tuple_, update

from creditline.ids import PoolId
from creditline.store.chain_tables import settlements
from creditline.store.service_tables import pool_accounts, usages
from creditline.store.upsert import insert_new


def lock_account(connection: Connection, pool_id: PoolId, first_nonce: int) -> Any:
    """One reservation per pool at a time: PostgreSQL waits for this row, SQLite has one writer anyway."""
    new = {"pool_id": pool_id, "next_nonce": first_nonce, "promised": 0, "number": -1, "log_index": -1}
    insert_new(connection, pool_accounts, [new])
    this = select(pool_accounts).where(pool_accounts.c.pool_id == pool_id)
    return connection.execute(this.with_for_update()).one()


def settle_promises(connection: Connection, account: Any) -> int:
    """Take what has been settled since the last look out of the account's promises."""
    place = (settlements.c.number, settlements.c.log_index)
    fresh = connection.execute(
        select(usages.c.revenue, *place)
        .join(
            settlements, (settlements.c.pool_id == usages.c.pool_id) & (settlements.c.nonce == usages.c.nonce)
        )
        .where(usages.c.pool_id == account.pool_id)
        .where(tuple_(*place) > tuple_(account.number, account.log_index))
        .order_by(*place)
    ).all()
    promised: int = account.promised - sum(row.revenue for row in fresh)
    if fresh:
        last = fresh[-1]
        connection.execute(
            update(pool_accounts)
            .where(pool_accounts.c.pool_id == account.pool_id)
            .values(promised=promised, number=last.number, log_index=last.log_index)
        )
    return promised


def reset_accounts(connection: Connection) -> None:
    """All settlements are about to be read again: count every promise as open until then."""
    for account in connection.execute(select(pool_accounts.c.pool_id)).all():
        promises = connection.scalars(select(usages.c.revenue).where(usages.c.pool_id == account.pool_id))
        connection.execute(
            update(pool_accounts)
            .where(pool_accounts.c.pool_id == account.pool_id)
            .values(promised=sum(promises), number=-1, log_index=-1)
        )
