"""What epochs credit to each payee. Implements `royalties.payout_reader.PayoutBook` and `royalties.claims.Payouts`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from creditline.amounts import cut_total
from creditline.ids import Address
from creditline.royalties.accounts import COMMONS, ROLES
from creditline.royalties.claims import Due, Pending, Role
from creditline.royalties.closing import Closing
from creditline.royalties.payout_reader import EpochKey
from creditline.royalties.pool import NEVER
from creditline.royalties.receipt import unpack_shares
from creditline.store.chain_tables import pools
from creditline.store.database import Database
from creditline.store.epoch_tables import claims, epochs
from creditline.store.payout_tables import epoch_credits, payouts, read_epochs
from creditline.store.pool_rows import terms_of
from creditline.store.upsert import Row, insert_new

UNREAD_MAX = 100


class Payouts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def unread(self) -> list[EpochKey]:
        """Posted epochs that stand and have not been entered, the oldest first."""
        is_read = exists().where(same_epoch(read_epochs))
        statement = (
            select(epochs.c.pool_id, epochs.c.n, epochs.c.attempt)
            .where(epochs.c.voided_by.is_(None), ~is_read)
            .order_by(epochs.c.number, epochs.c.log_index)
            .limit(UNREAD_MAX)
        )
        with self._database.read() as connection:
            return [EpochKey(*row) for row in connection.execute(statement)]

    def enter(self, key: EpochKey, closing: Closing) -> None:
        """All of an epoch in one transaction. Entering it again changes nothing."""
        identity = key._asdict()
        with self._database.project() as connection:
            if not connection.scalar(select(exists().where(_is(key)))):
                return  # the chain is being read again from the start
            insert_new(connection, payouts, [identity | row for row in _payout_rows(closing)])
            insert_new(connection, epoch_credits, [identity | row for row in _credit_rows(closing)])
            insert_new(connection, read_epochs, [identity])

    def due(self, payee: Address, at: int) -> list[Due]:
        """What the epochs that are final at a unix second owe, by pool; those that owe nothing any more as well."""
        with self._database.read() as connection:
            paid = _paid(connection, payee)
            return [
                Due(
                    row.pool_id, Address(row.token), row.n, row.payee_index, row.amount,
                    paid.get((row.pool_id, row.payee_index), 0),
                )
                for row in connection.execute(_totals(payee, at))
            ]  # fmt: skip

    def pending(self, payee: Address, at: int) -> list[Pending]:
        """What epochs add that stand and are not final at a unix second."""
        statement = _of_payee(
            payee, payouts, pools.c.token, epochs.c.valid_at, pools.c.valid_at.label("final_at")
        )
        with self._database.read() as connection:
            before = {(r.pool_id, r.payee_index): r.amount for r in connection.execute(_totals(payee, at))}
            rows = connection.execute(statement.where(~is_final(at))).all()
        return [
            Pending(
                pool_id=row.pool_id,
                token=Address(row.token),
                n=row.n,
                amount=row.amount - before.get((row.pool_id, row.payee_index), 0),
                valid_at=row.valid_at,
                is_disputed=row.final_at == NEVER,
            )
            for row in rows
        ]

    def roles(self, payee: Address, at: int) -> list[Role]:
        """What a payee's roles in pools have earned and not taken out, as `RoyaltyLedger.fixedClaimable` says."""
        holds = or_(*(pools.c[role] == payee for role in ROLES))
        with self._database.read() as connection:
            rows = connection.execute(select(pools).where(holds).order_by(pools.c.id)).mappings().all()
        return [
            Role(
                row["id"],
                Address(row["token"]),
                number,
                name,
                _earned(dict(row), at, number),
                row[f"paid_{name}"],
            )
            for row in rows
            for number, name in enumerate(ROLES)
            if row[name] == payee
        ]


def is_final(at: int) -> ColumnElement[bool]:
    """Whether an epoch that stands is final at a unix second: only the newest of a pool may not be."""
    return or_(pools.c.epoch > epochs.c.n, pools.c.valid_at <= at)


def same_epoch(table: Any) -> ColumnElement[bool]:
    """Joins rows of an epoch to the epoch as the chain has it."""
    keys = ("pool_id", "n", "attempt")
    return and_(*(table.c[key] == epochs.c[key] for key in keys))


def _is(key: EpochKey) -> ColumnElement[bool]:
    return and_(*(epochs.c[name] == value for name, value in key._asdict().items()))


def _of_payee(payee: Address, *columns: Any) -> Any:
    """Rows of a payee in epochs that stand."""
    return (
        select(*columns)
        .select_from(payouts)
        .join(epochs, same_epoch(payouts))
        .join(pools, pools.c.id == payouts.c.pool_id)
        .where(payouts.c.payee == payee, epochs.c.voided_by.is_(None))
    )


def _totals(payee: Address, at: int) -> Any:
    """The last total of each pool that is final at a unix second."""
    key = (payouts.c.pool_id, payouts.c.payee_index)
    newest = (
        _of_payee(payee, *key, func.max(payouts.c.n).label("n")).where(is_final(at)).group_by(*key).subquery()
    )
    same = and_(*(newest.c[name] == payouts.c[name] for name in ("pool_id", "payee_index", "n")))
    return _of_payee(payee, payouts, pools.c.token).join(newest, same).order_by(*key)


def _paid(connection: Connection, payee: Address) -> dict[tuple[str, int], int]:
    rows = connection.execute(select(claims).where(claims.c.payee == payee))
    return {(row.pool_id, row.payee_index): row.total for row in rows}


def _earned(pool: dict[str, Any], at: int, role: int) -> int:
    if role == COMMONS:
        return int(pool["unattributed"])
    final = pool["reported"] + (pool["pending"] if pool["valid_at"] <= at else 0)
    terms, name = terms_of(pool), ROLES[role]
    return sum(getattr(cut_total(revenue, terms), name) for revenue in (pool["settled"], final))


def _payout_rows(closing: Closing) -> list[Row]:
    credited = sorted({credit.payee for credit in closing.credits if credit and credit.amount})
    return [
        {"payee_index": index, "payee": payout.payee, "amount": payout.amount}
        for index in credited
        if index < len(closing.payouts) and (payout := closing.payouts[index])
    ]


def _credit_rows(closing: Closing) -> list[Row]:
    """An operator may post what does not add up: what points nowhere is left out, for a challenge to show."""
    rows = []
    for position, credit in enumerate(closing.credits):
        if not credit or not credit.amount or credit.payee >= len(closing.payouts):
            continue
        payout = closing.payouts[credit.payee]
        leaf = closing.reports[credit.report] if credit.report < len(closing.reports) else None
        if payout is None or leaf is None:
            continue
        is_work = credit.entry < len(leaf.work_ids)
        rows.append(
            {
                "position": position,
                "payee": payout.payee,
                "amount": credit.amount,
                "report": credit.report,
                "output_hash": leaf.output_hash,
                "work_id": leaf.work_ids[credit.entry] if is_work else None,
                "share": unpack_shares(leaf.weights, len(leaf.work_ids))[credit.entry] if is_work else None,
            }
        )
    return rows
