"""A loop in a thread of its own, whose end by an error is seen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from creditline.errors import CreditlineError

log = logging.getLogger(__name__)


class Background:
    """A loop in a thread of its own. When it ends by an error, `state` says so, and health shows it."""

    def __init__(self, name: str, loop: Callable[[threading.Event], None]) -> None:
        self.name = name
        self.state = "ok"
        self._loop = loop
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        try:
            self._loop(self._stop)
        except CreditlineError as error:
            self.state = str(error)
            log.critical("%s stopped: %s", self.name, error)
        except Exception as error:
            self.state = f"stopped by an unexpected {type(error).__name__}; see the log"
            log.exception("%s stopped", self.name)
            raise
