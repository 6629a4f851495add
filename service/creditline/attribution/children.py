"""A few children of one kind, so that a slow or killed question holds up no other."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from queue import LifoQueue

from creditline.attribution.child import Child, Limits
from creditline.attribution.turns import Turns
from creditline.calling import caller
from creditline.canonical import JSON
from creditline.errors import Busy

# Leaks and fragments of hostile input end with the process that holds them.
_JOBS_MAX = 500


class Children:
    """Each starts when it is needed. Thread-safe: a question has a child for itself."""

    def __init__(self, module: str, limits: Limits, *, count: int, waiting_max: int, seconds: float) -> None:
        """At most `count` answer at once and `waiting_max` callers wait; further ones get `Busy`."""
        self._idle: LifoQueue[Child] = LifoQueue()
        for _ in range(count):
            self._idle.put(Child(module, (), limits))
        self._count = count
        self._turns = Turns(count)
        self._room = threading.BoundedSemaphore(count + waiting_max)
        self._seconds = seconds

    def ask(self, header: JSON, attachments: Sequence[bytes | memoryview]) -> tuple[JSON, list[bytes]]:
        """As `Child.ask`. Raises `Busy` as well."""
        if not self._room.acquire(blocking=False):
            raise Busy("Too many pictures wait.", "Send this one again in a few seconds.")
        try:
            with self._turns.take(caller.get()):
                return self._ask(header, attachments)
        finally:
            self._room.release()

    def _ask(self, header: JSON, attachments: Sequence[bytes | memoryview]) -> tuple[JSON, list[bytes]]:
        child = self._idle.get()
        try:
            return child.ask(header, attachments, self._seconds)
        finally:
            if child.answered >= _JOBS_MAX:
                child.close()
            self._idle.put(child)

    def close(self) -> None:
        """Stop them. The next question would start new ones."""
        for child in [self._idle.get() for _ in range(self._count)]:
            child.close()
            self._idle.put(child)
