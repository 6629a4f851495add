"""How a token calls and divides itself. Its contract may be anybody's, and may say anything or nothing."""

from __future__ import annotations

from creditline.chain.node import Reverted
from creditline.chain.reader import ChainReader
from creditline.errors import Misconfigured
from creditline.ids import Address

KEPT_MAX = 10_000


class Tokens:
    """Asks each token once. Thread-safe: the worst that can happen is that one is asked twice."""

    def __init__(self, reader: ChainReader) -> None:
        self._reader = reader
        self._kept: dict[Address, tuple[str, int | None]] = {}

    def __call__(self, token: Address) -> tuple[str, int | None]:
        """Its symbol and decimals; empty and None where it does not say. Raises `Unavailable`."""
        known = self._kept.get(token)
        if known is None:
            known = (self._symbol(token), self._decimals(token))
            if len(self._kept) < KEPT_MAX:
                self._kept[token] = known
        return known

    def _symbol(self, token: Address) -> str:
        try:
            return self._reader.token_symbol(token)
        except (Misconfigured, Reverted, UnicodeError):
            return ""

    def _decimals(self, token: Address) -> int | None:
        try:
            return self._reader.token_decimals(token)
        except (Misconfigured, Reverted):
            return None
