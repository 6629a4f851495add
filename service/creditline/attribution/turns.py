"""Taking turns at the engine and the decoders. Callers come round one after the other, however many calls each has waiting."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """As many turns at a time as there are `places`, fair between callers; each caller's own come in order. Not re-entrant."""

    def __init__(self, places: int = 1) -> None:
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._free = places

    @contextmanager
    def take(self, caller: str) -> Iterator[None]:
        self._wait(caller)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, caller: str) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            mine = threading.Event()
            self._waiting.setdefault(caller, deque()).append(mine)
        mine.wait()  # whoever has the turn hands it over, and nobody gives up waiting

    def _pass_on(self) -> None:
        with self._lock:
            if not self._waiting:
                self._free += 1
                return
            caller, calls = next(iter(self._waiting.items()))
            calls.popleft().set()
            del self._waiting[caller]
            if calls:
                self._waiting[caller] = calls  # behind everybody else
