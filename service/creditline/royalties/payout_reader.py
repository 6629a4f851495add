"""Reading what posted epochs say about each payee, as soon as their documents can be had. Anyone's epochs, not only ours."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from creditline.checkpoint import Checkpoint, pass_by
from creditline.errors import CreditlineError
from creditline.ids import PoolId
from creditline.royalties.closing import Closing

RETRY_S = 30.0
_log = logging.getLogger(__name__)


class EpochKey(NamedTuple):
    """`attempt` counts the void epochs that had the same number before."""

    pool_id: PoolId
    n: int
    attempt: int


class PayoutBook(Protocol):
    """Totals and credits by payee."""

    def unread(self) -> list[EpochKey]:
        """Posted epochs that stand and have not been entered."""

    def enter(self, key: EpochKey, closing: Closing) -> None:
        """All of an epoch in one transaction. Entering it again changes nothing."""


class Documents(Protocol):
    def closing(self, pool_id: PoolId, number: int) -> Closing:
        """Raises `Missing`, `Unavailable` or `Corrupt` where the document cannot be had as it was posted."""


class PayoutReader:
    """One thread. A document that cannot be had is asked for again later and holds back no other."""

    def __init__(
        self,
        book: PayoutBook,
        documents: Documents,
        *,
        poll_s: float = 1,
        clock: Callable[[], float] = time.monotonic,
        checkpoint: Checkpoint = pass_by,
    ) -> None:
        self._book = book
        self._documents = documents
        self._poll_s = poll_s
        self._clock = clock
        self._checkpoint = checkpoint
        self._not_before: dict[EpochKey, float] = {}

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while not stop.is_set():
            try:
                self.step()
            except CreditlineError as error:
                _log.warning("Payouts wait: %s", error)
            stop.wait(self._poll_s)

    def step(self) -> int:
        """Enter every epoch that can be had now, and return how many that were."""
        keys, now = self._book.unread(), self._clock()
        self._not_before = {key: due for key, due in self._not_before.items() if key in keys}
        return sum(self._read(key) for key in keys if self._not_before.get(key, now) <= now)

    def _read(self, key: EpochKey) -> bool:
        try:
            closing = self._documents.closing(key.pool_id, key.n)
        except CreditlineError as error:
            self._not_before[key] = self._clock() + RETRY_S
            _log.warning("Epoch %s of pool %s cannot be read now: %s", key.n, key.pool_id, error)
            return False
        self._checkpoint("read")
        self._book.enter(key, closing)
        self._checkpoint("entered")
        return True
