"""What each call costs, in units. A unit stands for about a millisecond of one core: an attribution costs more than a read."""

from __future__ import annotations

import re
from dataclasses import dataclass

BODY_BYTES_PER_UNIT = 64 * 1024


@dataclass(frozen=True)
class Price:
    """The first price whose method and path fit is that of a call. `path` is a pattern for the whole of it."""

    method: str
    path: str
    units: int

    def fits(self, method: str, path: str) -> bool:
        return self.method == method and re.fullmatch(self.path, path) is not None


TARIFF = (
    Price("POST", r"/v1/attributions", 500),
    Price("POST", r"/v1/usages", 500),
    Price("POST", r"/v1/pictures", 40),
    Price("POST", r"/v1/pictures/fetch", 200),
    Price("POST", r"/v1/registrations", 50),
    Price("POST", r"/v1/registrations/[^/]+/signature", 100),
    Price("POST", r"/v1/datasets", 100),
    Price("POST", r"/v1/disputes/prepare", 50),
    Price("POST", r"/v1/claims", 50),
    Price("POST", r"/v1/withdrawals", 50),
    Price("POST", r".*", 10),
    Price("GET", r"/reports/[^/]+/heatmap\.png", 100),
    Price("GET", r"/reports/[^/]+/picture\.png", 40),
    Price("GET", r"/works/[^/]+/thumbnail\.png", 40),
    Price("GET", r"/v1/creators/.*", 5),
)
READ = 1
"""Every other call."""


def price(method: str, path: str, body_bytes: int) -> int:
    """Units for a call, its body included."""
    fitting = (each.units for each in TARIFF if each.fits(method, path))
    return next(fitting, READ) + body_bytes // BODY_BYTES_PER_UNIT
