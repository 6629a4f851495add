"""What a pool's receipts have promised and its settlements have not yet paid: a running sum, so that no usage adds up all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from creditline.ids import Bytes32, PoolId
from creditline.royalties.keeping import Stage
from creditline.royalties.reservation import Settlement
from creditline.store.chain_tables import settlements
from creditline.store.epoch_tables import epochs
from creditline.store.service_tables import closings, pool_accounts, usages
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
    """Take out of a locked account's promises what is settled, and what failed or ran out so long ago that it never will.

    What a posted epoch reports is on chain, and no longer promised, until the epoch is voided.
    """
    before = now - RELEASE_AFTER_S
    is_over = or_(settlements.c.nonce.is_not(None), usages.c.failed_at <= before, usages.c.deadline <= before)
    is_direct = usages.c.settlement == Settlement.DIRECT
    over = connection.execute(
        select(usages.c.id, usages.c.revenue)
        .select_from(usages.outerjoin(settlements, IS_SETTLED))
        .where(usages.c.pool_id == account.pool_id, usages.c.released.is_(False), is_direct, is_over)
    ).all()
    reported = _follow_epochs(connection, account.pool_id)
    promised: int = account.promised - sum(row.revenue for row in over) - reported
    if over or reported:
        _mark(connection, [row.id for row in over], released=True)
        save_promised(connection, account.pool_id, promised)
    return promised


def _follow_epochs(connection: Connection, pool_id: str) -> int:
    """How much more of the promises stands in posted epochs than when this was last asked; less after a void one."""
    unsure = or_(closings.c.state != Stage.FINAL, closings.c.released == 0)
    drafts = connection.execute(
        select(closings).where(closings.c.pool_id == pool_id, closings.c.epoch.is_not(None), unsure)
    ).all()
    grown = 0
    for draft in drafts:
        this = (epochs.c.pool_id == pool_id) & (epochs.c.n == draft.number) & epochs.c.voided_by.is_(None)
        posted = connection.execute(select(epochs).where(this)).first()
        stands = posted is not None and posted.data == draft.epoch["data"]
        reported = draft.epoch["revenue"] if stands else 0
        if reported != draft.released:
            row = (closings.c.pool_id == pool_id) & (closings.c.number == draft.number)
            connection.execute(update(closings).where(row).values(released=reported))
            grown += reported - draft.released
    return grown


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
    save_account(connection, pool_id, promised=promised)


def save_account(connection: Connection, pool_id: str, **values: Any) -> None:
    connection.execute(update(pool_accounts).where(pool_accounts.c.pool_id == pool_id).values(**values))


def reset_accounts(connection: Connection) -> None:
    """All settlements are about to be read again: count every promise as open until then."""
    connection.execute(update(usages).values(released=False))
    connection.execute(update(closings).values(released=0))
    for account in connection.execute(select(pool_accounts.c.pool_id)).all():
        promises = connection.scalars(select(usages.c.revenue).where(usages.c.pool_id == account.pool_id))
        save_promised(connection, account.pool_id, sum(promises))


def _mark(connection: Connection, ids: Sequence[int], *, released: bool) -> None:
    for chunk in chunks(ids):
        connection.execute(update(usages).where(usages.c.id.in_(chunk)).values(released=released))
