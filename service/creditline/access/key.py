"""An API key as text, and what it may do.

    clk_ybvj4kzq_3m5x…32 letters…_9f86d081
        id       secret           CRC-32 of all before it

The id may be shown and logged. The checksum finds typing errors without asking anyone, and the form lets scanners of
repositories find a key that was published.
"""

from __future__ import annotations

import base64
import re
import secrets
import zlib
from dataclasses import dataclass
from enum import StrEnum

PREFIX = "clk"
_ID_BYTES, _SECRET_BYTES = 5, 20
_FORM = re.compile(r"clk_[a-z2-7]{8}_[a-z2-7]{32}_[0-9a-f]{8}")


class Scope(StrEnum):
    """What a key may do. Reading needs none."""

    REGISTER = "register"  # send pictures, register works, training sets and models
    ATTRIBUTE = "attribute"  # have pictures attributed
    REPORT = "report"  # open and fund pools, report usages
    PAY = "pay"  # have creators paid, and prepare disputes
    OPERATE = "operate"  # settle, and close epochs


class Role(StrEnum):
    """The usual sets of scopes."""

    CREATOR = "creator"
    INTEGRATOR = "integrator"
    OPERATOR = "operator"
    AUDITOR = "auditor"

    @property
    def scopes(self) -> frozenset[Scope]:
        return _SCOPES[self]


_SCOPES = {
    Role.CREATOR: frozenset({Scope.REGISTER, Scope.ATTRIBUTE, Scope.PAY}),
    Role.INTEGRATOR: frozenset({Scope.REGISTER, Scope.ATTRIBUTE, Scope.REPORT}),
    Role.OPERATOR: frozenset(Scope),
    Role.AUDITOR: frozenset[Scope](),
}


@dataclass(frozen=True)
class ApiKey:
    """Everything about a key but its secret. Times are unix seconds; rotation gives its `holder` another one."""

    id: str
    holder: str
    scopes: frozenset[Scope]
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None

    def state(self, now: int) -> str:
        """valid, expired or revoked."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"


def make_text() -> str:
    """A new key: 160 random bits behind a random id."""
    rest = f"{PREFIX}_{_letters(_ID_BYTES)}_{_letters(_SECRET_BYTES)}"
    return f"{rest}_{_checksum(rest)}"


def read_id(text: str) -> str | None:
    """The id in a key; None for text that is no key, or not quite one."""
    if _FORM.fullmatch(text) is None:
        return None
    rest, _, checksum = text.rpartition("_")
    return text.split("_")[1] if checksum == _checksum(rest) else None


def _letters(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()


def _checksum(text: str) -> str:
    return f"{zlib.crc32(text.encode()):08x}"
