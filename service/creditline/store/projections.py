"""Turns the event log into rows: in chain order, each event once, one transaction per block."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import Corrupt, CreditlineError, Unavailable
from creditline.events import Event
from creditline.store import ledger_rows, model_rows, work_rows
from creditline.store.database import Database
from creditline.store.event_log import (
    PROJECTOR,
    Cursor,
    EventLog,
    is_logged,
    read_cursor,
    write_cursor,
)

_log = logging.getLogger(__name__)
_EVENTS_PER_STEP = 500
_HANDLERS = {
    "WorkRegistry": work_rows.HANDLERS,
    "ModelRegistry": model_rows.HANDLERS,
    "RoyaltyLedger": ledger_rows.HANDLERS,
}


class Projector:
    """One thread. `wake` is what the event log sets when it has grown."""

    def __init__(
        self,
        database: Database,
        *,
        wake: threading.Event | None = None,
        poll_s: float = 1,
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._database = database
        self._events = EventLog(database)
        self._wake = wake or threading.Event()
        self._poll_s = poll_s
        self._checkpoint = checkpoint

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. A database that is away is waited for; anything else ends the thread with its error."""
        while not stop.is_set():
            self._wake.clear()
            try:
                if not self.step():
                    self._wake.wait(self._poll_s)
            except Unavailable as outage:
                _log.warning("The projector waits: %s", outage)
                stop.wait(self._poll_s)
            except CreditlineError:
                _log.critical("The projector stops: an event contradicts the rows before it.")
                raise

    def step(self) -> bool:
        """Project the next events. True when there may be more."""
        with self._database.read() as connection:
            cursor = read_cursor(connection, PROJECTOR)
        blocks = self._events.after(-1 if cursor is None else cursor[0], _EVENTS_PER_STEP)
        for block in blocks:
            if not self._project(cursor, block):
                break
            cursor = (block[0].block_number, block[0].block_hash)
        return bool(blocks)

    def _project(self, cursor: Cursor | None, block: Sequence[Event]) -> bool:
        """False where the log was emptied, or somebody else went on, since it was read: look again."""
        after = (block[0].block_number, block[0].block_hash)
        with self._database.project() as connection:
            if read_cursor(connection, PROJECTOR) != cursor or not is_logged(connection, block[0]):
                return False
            for event in block:
                handler = _HANDLERS[event.contract].get(event.name)
                if handler is None:
                    raise Corrupt(
                        f"This version does not know the event {event.contract}.{event.name}.",
                        "Update Creditline.",
                    )
                handler(connection, event)
            write_cursor(connection, PROJECTOR, after)
            self._checkpoint("before-commit")
        self._checkpoint("committed")
        return True
