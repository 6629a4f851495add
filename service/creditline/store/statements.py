"""Movements of payees, out of the book, the epochs' documents and the claims. Implements `royalties.statement.Movements`."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, or_, select, tuple_

from creditline.ids import Address, Bytes32, PoolId, WorkId
from creditline.royalties import accounts as book
from creditline.royalties.accounts import ROLES
from creditline.royalties.statement import Movement, Place
from creditline.store.catalogue import IS_RECORD_OF
from creditline.store.chain_tables import credits_, events, pools, records, settlement_works, works
from creditline.store.database import Database
from creditline.store.epoch_tables import epochs, payments
from creditline.store.movement_tables import movements
from creditline.store.payout_tables import epoch_credits
from creditline.store.payouts import is_final, same_epoch

_BOOK, _EPOCHS, _CLAIMS = range(3)


class Statements:
    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, payee: Address, after: Place, until: int, at: int, limit: int) -> list[Movement]:
        """Those behind `after` and before the second `until`, in order. Epochs count where they are final at `at`."""
        with self._database.read() as connection:
            sources = (
                _from_book(connection, payee, after, until, limit),
                _from_epochs(connection, payee, after, until, at, limit),
                _from_claims(connection, payee, after, until, limit),
            )
            found = list(heapq.merge(*sources, key=lambda movement: movement.place))[:limit]
            return _named(connection, found)


def _from_book(
    connection: Connection, payee: Address, after: Place, until: int, limit: int
) -> list[Movement]:
    accounts = _accounts(connection, payee)
    touches = or_(movements.c.source.in_(accounts), movements.c.target.in_(accounts))
    same = and_(events.c.number == movements.c.number, events.c.log_index == movements.c.log_index)
    place = (events.c.time, movements.c.number, movements.c.log_index, literal(_BOOK), movements.c.position)
    statement = (
        select(movements, events.c.time, events.c.name, events.c.args, events.c.tx_hash)
        .join(events, same)
        .where(touches)
    )
    rows = _read(connection, statement, place, after, until, limit)
    settled = _settled_works(connection, [row for row in rows if row.name == "Settled"])
    return [_book_movement(row, accounts, settled) for row in rows]


def _from_epochs(
    connection: Connection, payee: Address, after: Place, until: int, at: int, limit: int
) -> list[Movement]:
    place = (
        epochs.c.valid_at,
        epochs.c.number,
        epochs.c.log_index,
        literal(_EPOCHS),
        epoch_credits.c.position,
    )
    statement = (
        select(
            epoch_credits,
            epochs.c.valid_at,
            epochs.c.number,
            epochs.c.log_index,
            epochs.c.tx_hash,
            pools.c.token,
        )
        .join(epochs, same_epoch(epoch_credits))
        .join(pools, pools.c.id == epoch_credits.c.pool_id)
        .where(epoch_credits.c.payee == payee, epochs.c.voided_by.is_(None), is_final(at))
    )
    return [
        Movement(
            place=Place(row.valid_at, row.number, row.log_index, _EPOCHS, row.position),
            kind="epoch",
            token=Address(row.token),
            amount=row.amount,
            transaction=row.tx_hash,
            pool_id=PoolId(Bytes32(row.pool_id)),
            epoch=row.n,
            report=row.report,
            work=row.work_id,
            share=row.share,
            image=row.output_hash,
        )
        for row in _read(connection, statement, place, after, until, limit)
    ]


def _from_claims(
    connection: Connection, payee: Address, after: Place, until: int, limit: int
) -> list[Movement]:
    place = (payments.c.paid_at, payments.c.number, payments.c.log_index, literal(_CLAIMS), literal(0))
    statement = (
        select(payments, pools.c.token)
        .join(pools, pools.c.id == payments.c.pool_id)
        .where(payments.c.payee == payee)
    )
    return [
        Movement(
            place=Place(row.paid_at, row.number, row.log_index, _CLAIMS, 0),
            kind="claim",
            token=Address(row.token),
            amount=-row.amount,
            transaction=row.tx_hash,
            pool_id=PoolId(Bytes32(row.pool_id)),
            epoch=row.n,
            to=Address(row.to),
        )
        for row in _read(connection, statement, place, after, until, limit)
    ]


def _read(
    connection: Connection,
    statement: Select[Any],
    place: Sequence[ColumnElement[Any]],
    after: Place,
    until: int,
    limit: int,
) -> Sequence[Any]:
    behind = tuple_(*place) > tuple_(*(literal(value) for value in after))
    return connection.execute(statement.where(behind, place[0] < until).order_by(*place).limit(limit)).all()


def _accounts(connection: Connection, payee: Address) -> set[str]:
    tokens = connection.scalars(select(credits_.c.token).where(credits_.c.payee == payee))
    accounts = {book.credit(token, payee) for token in tokens}
    holds = or_(*(pools.c[role] == payee for role in ROLES))
    for row in connection.execute(select(pools).where(holds)).mappings():
        accounts |= {book.role(row["id"], n) for n, role in enumerate(ROLES) if row[role] == payee}
    return accounts


def _book_movement(row: Any, accounts: set[str], settled: dict[tuple[int, int, int], Any]) -> Movement:
    is_credit = row.target in accounts
    is_role = (row.target if is_credit else row.source).startswith("role:")
    part = settled.get((row.number, row.log_index, row.position))
    kind = {
        (True, True): "role",
        (True, False): "settlement" if part is not None else "bond",
        (False, True): "role-claim",
        (False, False): "withdrawal",
    }[is_credit, is_role]
    to = row.args.get("to")
    return Movement(
        place=Place(row.time, row.number, row.log_index, _BOOK, row.position),
        kind=kind,
        token=Address(row.token),
        amount=row.amount if is_credit else -row.amount,
        transaction=row.tx_hash,
        pool_id=row.args.get("poolId"),
        work=part.work_id if part else None,
        share=part.share if part else None,
        image=row.args.get("outputHash"),
        to=None if is_credit or to is None else Address(to),
    )


def _settled_works(connection: Connection, rows: Sequence[Any]) -> dict[tuple[int, int, int], Any]:
    """The work that each movement of a settlement pays: they come in order, and what pays nothing has none."""
    found: dict[tuple[int, int, int], Any] = {}
    events_of = {(row.args["poolId"], row.args["nonce"]): (row.number, row.log_index) for row in rows}
    for (pool_id, nonce), event in events_of.items():
        this = (settlement_works.c.pool_id == pool_id) & (settlement_works.c.nonce == nonce)
        parts = connection.execute(select(settlement_works).where(this).order_by(settlement_works.c.position))
        paid = (part for part in parts if part.amount)
        found |= {(*event, position): part for position, part in enumerate(paid)}
    return found


def _named(connection: Connection, found: list[Movement]) -> list[Movement]:
    """With the titles and authors of the works."""
    ids = {movement.work for movement in found if movement.work}
    if not ids:
        return found
    rows = connection.execute(
        select(works.c.id, records.c.title, records.c.author)
        .join(records, IS_RECORD_OF)
        .where(works.c.id.in_(ids))
    )
    names = {WorkId(Bytes32(row.id)): (row.title, row.author) for row in rows}
    return [_with_names(movement, names) for movement in found]


def _with_names(movement: Movement, names: dict[WorkId, tuple[str, str]]) -> Movement:
    if movement.work is None:
        return movement
    title, author = names.get(movement.work, ("", ""))
    return Movement(**{**vars(movement), "title": title, "author": author})
