"""The loop of what looks again and again: on at once while there is something to do, else after a pause."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from creditline.errors import Unavailable


def poll(
    step: Callable[[], bool], stop: threading.Event, poll_s: float, log: logging.Logger, waiting: str
) -> None:
    """Call `step` until `stop` is set; True means that another look is worth while.

    Outages are waited out, and logged as `waiting`. Anything else ends the loop with its error.
    """
    while not stop.is_set():
        try:
            if step():
                continue
        except Unavailable as outage:
            log.warning("%s: %s", waiting, outage)
        stop.wait(poll_s)
