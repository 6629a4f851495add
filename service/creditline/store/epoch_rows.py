"""What the events of epochs mean for rows: postings and their ends, claims, stakes and disputes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, tuple_, update

from creditline.events import Event
from creditline.royalties import accounts
from creditline.royalties.pool import NEVER
from creditline.store.epoch_tables import claims, disputes, epochs, payments, stakes
from creditline.store.movement_rows import Move, divide_final, move
from creditline.store.pool_rows import change_pool, credit, read_pool
from creditline.store.upsert import upsert


def on_staked(connection: Connection, event: Event) -> None:
    pool = read_pool(connection, event)
    before = select(func.count()).select_from(stakes).where(stakes.c.pool_id == pool["id"])
    connection.execute(
        insert(stakes).values(
            pool_id=pool["id"],
            position=connection.scalar(before),
            by=event.args["by"],
            amount=pool["bond"],
            staked_at=event.block_time,
            **_place(event),
        )
    )
    change_pool(connection, event, staked=True)
    _put_up(connection, event, pool, accounts.stake(pool["id"]))


def on_unstaked(connection: Connection, event: Event) -> None:
    pool = read_pool(connection, event)
    _end_stake(connection, event, "unstaked")
    _give_back(connection, event, pool, [(accounts.stake(pool["id"]), pool["operator"], pool["bond"])])


def on_posted(connection: Connection, event: Event) -> None:
    args, pool = event.args, read_pool(connection, event)
    epoch, n = args["epoch"], args["n"]
    divided = divide_final(connection, event, pool)
    before = select(func.count()).select_from(epochs)
    valid_at = event.block_time + pool["window"]
    connection.execute(
        insert(epochs).values(
            pool_id=pool["id"],
            n=n,
            attempt=connection.scalar(before.where(epochs.c.pool_id == pool["id"], epochs.c.n == n)),
            payouts=epoch["payouts"],
            payout_sum=epoch["payoutSum"],
            reports=epoch["reports"],
            credits=epoch["credits"],
            revenue_before=epoch["revenueBefore"],
            revenue=epoch["revenue"],
            cutoff=epoch["cutoff"],
            data=epoch["data"],
            posted_at=event.block_time,
            valid_at=valid_at,
            divided=False,
            tx_hash=event.tx_hash,
            **_place(event),
        )
    )
    change_pool(
        connection,
        event,
        ceiling=pool["ceiling"] - epoch["revenue"],
        reported=epoch["revenueBefore"],
        pending=epoch["revenue"],
        valid_at=valid_at,
        epoch=n,
    )
    reported = Move(accounts.deposit(pool["id"]), accounts.pending(pool["id"]), epoch["revenue"])
    move(connection, event, pool["token"], *divided, reported)


def on_claimed(connection: Connection, event: Event) -> None:
    args, pool = event.args, read_pool(connection, event)
    identity = {"pool_id": pool["id"], "payee_index": args["index"], "payee": args["payee"]}
    divided = divide_final(connection, event, pool)
    upsert(connection, claims, [identity | {"total": args["total"]}])
    connection.execute(
        insert(payments).values(
            **identity,
            **_place(event),
            to=args["to"],
            n=args["n"],
            total=args["total"],
            amount=args["amount"],
            paid_at=event.block_time,
            tx_hash=event.tx_hash,
        )
    )
    change_pool(connection, event, paid_out=pool["paid_out"] + args["amount"])
    paid = Move(accounts.payouts(pool["id"]), accounts.OUTSIDE, args["amount"])
    move(connection, event, pool["token"], *divided, paid)


def on_disputed(connection: Connection, event: Event) -> None:
    args, pool = event.args, read_pool(connection, event)
    epoch = _newest(connection, pool)
    this = (disputes.c.pool_id == pool["id"]) & (disputes.c.n == epoch.n)
    before = select(func.count()).select_from(disputes).where(this, disputes.c.attempt == epoch.attempt)
    connection.execute(
        insert(disputes).values(
            pool_id=pool["id"],
            n=epoch.n,
            attempt=epoch.attempt,
            position=connection.scalar(before),
            by=args["by"],
            reason=args["reason"],
            disputed_at=event.block_time,
            rule_by=args["ruleBy"],
            **_place(event),
        )
    )
    change_pool(connection, event, valid_at=NEVER)
    _put_up(connection, event, pool, accounts.bond(pool["id"]))


def on_challenged(connection: Connection, event: Event) -> None:
    """A dispute that ran beside it is over, and its bond goes back."""
    args, pool = event.args, read_pool(connection, event)
    half, by = pool["bond"] // 2, args["by"]
    stake = accounts.stake(pool["id"])
    given = [(stake, by, half), (stake, pool["commons"], pool["bond"] - half)]
    if pool["valid_at"] == NEVER:
        disputer = _end_dispute(connection, event, "overtaken")
        given.insert(0, (accounts.bond(pool["id"]), disputer, pool["bond"]))
    _end_stake(connection, event, "slashed")
    _give_back(connection, event, pool, given)
    _end_epoch(connection, event, pool, "challenge", fraud=args["fraud"], challenger=by)


def on_ruled(connection: Connection, event: Event) -> None:
    pool, valid = read_pool(connection, event), event.args["valid"]
    bond, stake = accounts.bond(pool["id"]), accounts.stake(pool["id"])
    disputer = _end_dispute(connection, event, "valid" if valid else "void")
    if not valid:
        _end_stake(connection, event, "slashed")
        _give_back(connection, event, pool, [(bond, disputer, pool["bond"]), (stake, disputer, pool["bond"])])
        _end_epoch(connection, event, pool, "ruling")
        return
    epoch = _newest(connection, pool)
    valid_at = max(epoch.valid_at, event.block_time)
    connection.execute(update(epochs).where(_is(epoch)).values(valid_at=valid_at))
    change_pool(connection, event, valid_at=valid_at)
    _give_back(connection, event, pool, [(bond, pool["operator"], pool["bond"])])


def on_lapsed(connection: Connection, event: Event) -> None:
    pool = read_pool(connection, event)
    disputer = _end_dispute(connection, event, "lapsed")
    _give_back(connection, event, pool, [(accounts.bond(pool["id"]), disputer, pool["bond"])])
    _end_epoch(connection, event, pool, "lapse")


def on_voided(connection: Connection, event: Event) -> None:
    """Follows whatever ended the epoch, in the same transaction."""
    pool, revenue = read_pool(connection, event), event.args["revenue"]
    change_pool(
        connection,
        event,
        ceiling=pool["ceiling"] + revenue,
        pending=0,
        valid_at=0,
        epoch=event.args["n"] - 1,
    )
    freed = Move(accounts.pending(pool["id"]), accounts.deposit(pool["id"]), revenue)
    move(connection, event, pool["token"], freed)


HANDLERS: dict[str, Callable[[Connection, Event], None]] = {
    "Staked": on_staked,
    "Unstaked": on_unstaked,
    "EpochPosted": on_posted,
    "Claimed": on_claimed,
    "Disputed": on_disputed,
    "EpochChallenged": on_challenged,
    "Ruled": on_ruled,
    "Lapsed": on_lapsed,
    "EpochVoided": on_voided,
}


def _place(event: Event) -> dict[str, int]:
    return {"number": event.block_number, "log_index": event.log_index}


def _put_up(connection: Connection, event: Event, pool: dict[str, Any], account: str) -> None:
    """A bond, and what arrived above it."""
    by, excess = event.args["by"], event.args["excess"]
    if excess:
        credit(connection, pool["token"], [(by, excess)])
    above = Move(accounts.OUTSIDE, accounts.credit(pool["token"], by), excess)
    move(connection, event, pool["token"], Move(accounts.OUTSIDE, account, pool["bond"]), above)


def _give_back(
    connection: Connection, event: Event, pool: dict[str, Any], given: list[tuple[str, str, int]]
) -> None:
    """Bonds become credits: from an account, to a payee, so much."""
    token = pool["token"]
    credit(connection, token, [(payee, amount) for _, payee, amount in given if amount])
    move(
        connection,
        event,
        token,
        *(Move(source, accounts.credit(token, payee), amount) for source, payee, amount in given),
    )


def _end_stake(connection: Connection, event: Event, end: str) -> None:
    this = (stakes.c.pool_id == event.args["poolId"]) & stakes.c.end.is_(None)
    connection.execute(update(stakes).where(this).values(end=end, ended_at=event.block_time))
    change_pool(connection, event, staked=False)


def _end_dispute(connection: Connection, event: Event, outcome: str) -> str:
    """Returns who put up the bond."""
    this = (disputes.c.pool_id == event.args["poolId"]) & disputes.c.outcome.is_(None)
    by: str = connection.execute(select(disputes.c.by).where(this)).scalar_one()
    connection.execute(update(disputes).where(this).values(outcome=outcome, ended_at=event.block_time))
    return by


def _end_epoch(connection: Connection, event: Event, pool: dict[str, Any], by: str, **details: Any) -> None:
    this = _is(_newest(connection, pool))
    values = {"voided_by": by, "voided_at": event.block_time, **details}
    connection.execute(update(epochs).where(this).values(**values))


def _newest(connection: Connection, pool: dict[str, Any]) -> Any:
    """The epoch of the pool that stands and is not final."""
    this = (epochs.c.pool_id == pool["id"]) & (epochs.c.n == pool["epoch"]) & epochs.c.voided_by.is_(None)
    return connection.execute(select(epochs).where(this)).one()


def _is(epoch: Any) -> ColumnElement[bool]:
    key: tuple[Any, Any, Any] = (epoch.pool_id, epoch.n, epoch.attempt)
    return tuple_(epochs.c.pool_id, epochs.c.n, epochs.c.attempt) == tuple_(*key)
