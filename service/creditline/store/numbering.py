"""Numbers of receipts: which epoch of a pool is open, and which index comes next. All of it under the account's lock.

Two receipts of one number that say different things cost the operator its stake, so a number is never given out twice,
not even by a database that has forgotten what an earlier one gave out. The chain tells the two apart: a database gives out
numbers only for pools that were staked after it was made. Whoever has lost one takes the bond out and puts it up again; the
count of stakes then moves the indexes of this life above all that any earlier one used.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from creditline.errors import Conflict, TooLarge, Unavailable
from creditline.royalties.keeping import Stage
from creditline.store.chain_tables import pools
from creditline.store.epoch_tables import epochs, stakes
from creditline.store.promises import save_account
from creditline.store.service_tables import births, closings, pool_accounts

EPOCH_USAGES_MAX = 10_000
INDEXES_OF_A_LIFE = 1 << 15
"""No epoch takes more receipts. Indexes that an earlier life may have used stay empty, which costs a level of the tree."""


def give_place(connection: Connection, account: Any, usages_max: int, now: int) -> tuple[int, int]:
    """The open epoch and its next index. An epoch that is full is closed first. Raises `Conflict` where none may be given."""
    _refuse_stopped(connection, account.pool_id)
    if account.epoch is None:
        account = _begin(connection, account)
    if account.next_index - account.first_index >= usages_max:
        account = close_open(connection, account, now)
    since = now if account.epoch_since is None else account.epoch_since
    save_account(connection, account.pool_id, next_index=account.next_index + 1, epoch_since=since)
    return account.epoch, account.next_index


def give_epoch(connection: Connection, account: Any, count: int, now: int) -> tuple[int, int]:
    """An epoch of its own for `count` reports that nobody holds a receipt of, closed at once: its number and first index.

    Raises `Conflict` while an epoch of the pool is open, or not final. No receipt is signed, so numbers of an earlier life
    may be given out again.
    """
    _refuse_stopped(connection, account.pool_id)
    unfinished = (closings.c.pool_id == account.pool_id) & (closings.c.state != Stage.FINAL)
    is_open = account.epoch is not None and account.next_index > account.first_index
    if is_open or connection.execute(select(closings.c.number).where(unfinished)).first() is not None:
        raise Conflict(f"An epoch of pool {account.pool_id} is on its way.", "Wait until it is final.")
    if count > INDEXES_OF_A_LIFE:
        raise TooLarge(
            f"{count} reports do not fit into one epoch; the limit is {INDEXES_OF_A_LIFE}.",
            "Use a model with fewer creators.",
        )
    if account.epoch is None:
        number = _next_number(connection, account.pool_id)
        account = _change(connection, account, epoch=number, first_index=0, next_index=0)
    first: int = account.next_index
    account = _change(connection, account, next_index=first + count, epoch_since=now)
    close_open(connection, account, now)
    return account.epoch, first


def close_open(connection: Connection, account: Any, now: int) -> Any:
    """End the open epoch, and open the next. Has no effect on one without receipts."""
    if account.epoch is None or account.next_index == account.first_index:
        return account
    connection.execute(
        insert(closings).values(
            pool_id=account.pool_id,
            number=account.epoch,
            state=Stage.CLOSED,
            attempt=0,
            closed_at=now,
            usages=account.next_index - account.first_index,
            due=0,
            reason="",
            released=0,
        )
    )
    return _change(
        connection, account, epoch=account.epoch + 1, next_index=account.first_index, epoch_since=None
    )


def _refuse_stopped(connection: Connection, pool_id: str) -> None:
    stopped = (closings.c.pool_id == pool_id) & (closings.c.state == Stage.STOPPED)
    reason = connection.scalar(select(closings.c.reason).where(stopped))
    if reason is not None:
        raise Conflict(
            f"The epochs of pool {pool_id} are stopped. {reason}", "Report with settlement=direct."
        )


def _begin(connection: Connection, account: Any) -> Any:
    """The first receipt for an epoch that this database gives out for a pool."""
    number = _next_number(connection, account.pool_id)
    first = INDEXES_OF_A_LIFE * _earlier_lives(connection, account.pool_id)
    return _change(connection, account, epoch=number, first_index=first, next_index=first)


def _next_number(connection: Connection, pool_id: str) -> int:
    is_known = exists().where(closings.c.pool_id == epochs.c.pool_id, closings.c.number == epochs.c.n)
    lost = select(epochs.c.n).where(epochs.c.pool_id == pool_id, epochs.c.voided_by.is_(None), ~is_known)
    if connection.execute(lost).first() is not None:
        raise Unavailable(
            "The pool's earlier epochs are being read again: this database does not know them yet.",
            "Send the same POST again in a moment.",
        )
    posted: int = connection.scalar(select(pools.c.epoch).where(pools.c.id == pool_id)) or 0
    known = select(func.max(closings.c.number)).where(closings.c.pool_id == pool_id)
    return max(posted, connection.scalar(known) or 0) + 1


def _earlier_lives(connection: Connection, pool_id: str) -> int:
    """How many stakes the pool had before the one that stands."""
    newest = select(stakes).where(stakes.c.pool_id == pool_id).order_by(stakes.c.position.desc()).limit(1)
    stake = connection.execute(newest).first()
    born_at = connection.execute(select(func.min(births.c.born_at))).scalar_one()
    if stake is None or stake.staked_at < born_at:
        raise Conflict(
            f"The bond of pool {pool_id} was put up before this database was made: an earlier one may have given out"
            " receipts for its epochs.",
            "See what became of those, then unstake and stake again; or report with settlement=direct.",
        )
    position: int = stake.position
    return position


def _change(connection: Connection, account: Any, **values: Any) -> Any:
    this = pool_accounts.c.pool_id == account.pool_id
    connection.execute(update(pool_accounts).where(this).values(**values))
    return connection.execute(select(pool_accounts).where(this)).one()
