"""Waiting out an outage: longer each time, never longer than half a minute, and at once when told to stop."""

from __future__ import annotations

import logging
import threading

from creditline.errors import CreditlineError

_log = logging.getLogger(__name__)
_FIRST_S = 0.25
_LONGEST_S = 30.0


class Patience:
    """Counts failures in a row. Says the first of them aloud, so that a long outage does not fill the log."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._failures = 0

    def wait_out(self, outage: CreditlineError, stop: threading.Event) -> None:
        if self._failures == 0:
            _log.warning("%s waits: %s", self._who, outage)
        pause_s = min(_LONGEST_S, _FIRST_S * 2**self._failures)
        self._failures = min(self._failures + 1, 10)
        stop.wait(pause_s)

    def reset(self) -> None:
        if self._failures:
            _log.info("%s goes on.", self._who)
        self._failures = 0
