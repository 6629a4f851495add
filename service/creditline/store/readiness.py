"""Whether the rows have caught up with the chain, for a service that starts with old rows or none."""

from __future__ import annotations

from sqlalchemy import func, select

from creditline.store.chain_tables import events, wanted
from creditline.store.database import Database
from creditline.store.event_log import FOLLOWER, PROJECTOR, read_cursor


class Readiness:
    """Once ready, always ready: what comes later is read as it comes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ready = False

    def what_is_missing(self, finalised: int) -> str:
        """In words, or empty when every block up to `finalised` is in the rows and every document was asked for once."""
        if self._ready:
            return ""
        with self._database.read() as connection:
            followed, projected = read_cursor(connection, FOLLOWER), read_cursor(connection, PROJECTOR)
            newest = connection.scalar(select(func.max(events.c.number)))
            unasked = connection.scalar(
                select(func.count()).select_from(wanted).where(wanted.c.attempts == 0)
            )
        read = followed[0] if followed else 0
        if read < finalised:
            return f"Reading the chain: block {read} of {finalised}."
        if newest is not None and (projected is None or projected[0] < newest):
            return f"Entering events: block {projected[0] if projected else 0} of {newest}."
        if unasked:
            return f"Fetching {unasked} published documents."
        self._ready = True
        return ""
