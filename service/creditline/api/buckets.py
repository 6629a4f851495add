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

    @property
    def span_ns(self) -> int:
        """How long an empty bucket takes to be full."""
        return self.burst * self.unit_ns


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
        waits_ns = [self._drawn(each, units, now) - now - each.rate.span_ns for each in charges]
        if max(waits_ns) > 0:
            return -(-max(waits_ns) // SECOND_NS)
        for each in charges:
            self._full_at[each.name] = self._drawn(each, units, now)
            self._full_at.move_to_end(each.name)
        while len(self._full_at) > BUCKETS_MAX:
            self._full_at.popitem(last=False)
        return 0

    def _drawn(self, charge: Charge, units: int, now: int) -> int:
        """When the bucket would be full again."""
        return max(now, self._full_at.get(charge.name, 0)) + units * charge.rate.unit_ns
