"""Which pictures to fetch: all, or a share that nobody who published one could foresee."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from creditline import canonical
from creditline.ids import Bytes32, raw


@dataclass(frozen=True)
class Sampling:
    """The same seed draws the same pictures again."""

    percent: int = 100
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def draws(self, content_hash: Bytes32) -> bool:
        lot = int.from_bytes(canonical.digest(self.seed + raw(content_hash))[:8], "big")
        return lot * 100 >> 64 < self.percent
