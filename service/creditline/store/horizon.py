"""Up to when the rows know what happened on chain."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from creditline.errors import Unavailable
from creditline.store.chain_tables import events
from creditline.store.database import Database
from creditline.store.event_log import FOLLOWER, PROJECTOR, read_cursor


class Horizon:
    """Implements `royalties.keeping.Horizon`. `time_of` gives the unix second of a finalised block."""

    def __init__(self, database: Database, time_of: Callable[[int], int]) -> None:
        self._database = database
        self._time_of = time_of

    def __call__(self) -> int:
        with self._database.read() as connection:
            followed, projected = read_cursor(connection, FOLLOWER), read_cursor(connection, PROJECTOR)
            newest = connection.scalar(select(func.max(events.c.number)))
        if followed is None or (newest is not None and (projected is None or projected[0] < newest)):
            raise Unavailable("Events of finalised blocks are still being entered.", "Try again in a moment.")
        return self._time_of(followed[0])
