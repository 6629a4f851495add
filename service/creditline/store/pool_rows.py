"""What the handlers of the ledger's events share: one pool's row, and the credits of payees."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select, update

from creditline.amounts import Terms
from creditline.events import Event
from creditline.store.chain_tables import credits_, pools
from creditline.store.upsert import upsert


def read_pool(connection: Connection, event: Event) -> dict[str, Any]:
    found = connection.execute(select(pools).where(pools.c.id == event.args["poolId"]))
    return dict(found.mappings().one())


def change_pool(connection: Connection, event: Event, **values: Any) -> None:
    connection.execute(update(pools).where(pools.c.id == event.args["poolId"]).values(**values))


def terms_of(pool: dict[str, Any]) -> Terms:
    return Terms(pool["creator_bps"], pool["developer_bps"], pool["compute_bps"])


def credit(connection: Connection, token: str, parts: Iterable[tuple[str, int]]) -> None:
    """`parts`: payees and what each is credited. A payee with nothing gets a row all the same."""
    gained: dict[str, int] = {}
    for payee, amount in parts:
        gained[payee] = gained.get(payee, 0) + amount
    known = select(credits_).where(credits_.c.token == token, credits_.c.payee.in_(gained))
    before = {row.payee: row for row in connection.execute(known)}
    rows = []
    for payee, amount in gained.items():
        credited, withdrawn = (before[payee].credited, before[payee].withdrawn) if payee in before else (0, 0)
        rows.append({"token": token, "payee": payee, "credited": credited + amount, "withdrawn": withdrawn})
    upsert(connection, credits_, rows)
