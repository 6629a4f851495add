"""Token buckets in integers: each caller may ask for so many units a minute, and for so many at once."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

MINUTE_NS = 60 * 10**9
SECOND_NS = 10**9
BUCKETS_MAX = 100_000


@dataclass(frozen=True)
class Rate:
    """`burst` units at once, and `per_minute` over time."""

    per_minute: int
    burst: int

    @property
    def unit_ns(self) -> int:
        """How long one unit takes to come back."""
        return MINUTE_NS // self.per_minute


@dataclass(frozen=True)
class Charge:
    """One bucket that a call draws from."""

    name: str
    rate: Rate


class Buckets:
    """By name, in memory. Of each only the moment is kept at which it is full again; a full one is as good as none.

    Not thread-safe: it belongs to one event loop. Beyond `BUCKETS_MAX` the bucket that was longest unused is forgotten.
    """

    def __init__(self, clock_ns: Callable[[], int] = time.monotonic_ns) -> None:
        self._clock_ns = clock_ns
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def draw(self, charges: Sequence[Charge], units: int) -> int:
        """Take `units` from all buckets and return 0, or from none and return the seconds after which there are enough."""
        now = self._clock_ns()
        drawn = {each.name: max(now, self._full_at.get(each.name, 0)) for each in charges}
        wait_ns = 0
        for each in charges:
            drawn[each.name] += units * each.rate.unit_ns
            wait_ns = max(wait_ns, drawn[each.name] - now - each.rate.burst * each.rate.unit_ns)
        if wait_ns > 0:
            return -(-wait_ns // SECOND_NS)
        for name, full_at in drawn.items():
            self._full_at[name] = full_at
            self._full_at.move_to_end(name)
        while len(self._full_at) > BUCKETS_MAX:
            self._full_at.popitem(last=False)
        return 0
