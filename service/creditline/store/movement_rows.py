"""Writing the book: which account every unit comes from, and which it goes to. `royalties.accounts` says what they mean.

No event says that an epoch became final, so its revenue is divided by the first event of the pool that builds on it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

from creditline.amounts import Cut, cut_revenue
from creditline.events import Event
from creditline.royalties.accounts import payouts, pending, role
from creditline.store.epoch_tables import epochs
from creditline.store.movement_tables import movements
from creditline.store.pool_rows import terms_of


class Move(NamedTuple):
    source: str
    target: str
    amount: int


def move(connection: Connection, event: Event, token: str, *moves: Move) -> None:
    """Write down all that one event moves; call it once for each. What moves nothing is left out."""
    rows = [
        {
            "number": event.block_number,
            "log_index": event.log_index,
            "position": position,
            "token": token,
            **each._asdict(),
        }
        for position, each in enumerate(each for each in moves if each.amount)
    ]
    if rows:
        connection.execute(insert(movements), rows)


def divide_revenue(pool: str, source: str, cut: Cut) -> list[Move]:
    """The fixed roles' parts of a revenue."""
    parts = (cut.developer, cut.compute, cut.treasury)
    return [Move(source, role(pool, number), amount) for number, amount in enumerate(parts)]


def divide_final(connection: Connection, event: Event, pool: dict[str, Any]) -> list[Move]:
    """The division of the newest epoch, once, if it is final at the event's block."""
    if pool["epoch"] == 0 or event.block_time < pool["valid_at"]:
        return []
    this = (
        (epochs.c.pool_id == pool["id"])
        & (epochs.c.n == pool["epoch"])
        & epochs.c.voided_by.is_(None)
        & epochs.c.divided.is_(False)
    )
    row = connection.execute(select(epochs.c.revenue_before, epochs.c.revenue).where(this)).first()
    if row is None:
        return []
    connection.execute(update(epochs).where(this).values(divided=True))
    cut = cut_revenue(row.revenue_before, row.revenue, terms_of(pool))
    held = pending(pool["id"])
    return [Move(held, payouts(pool["id"]), cut.creators), *divide_revenue(pool["id"], held, cut)]
