"""Giving out API keys, checking them, and taking them back. Only a keyed hash of each is kept: a stolen database opens nothing."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from creditline.access.key import ApiKey, Scope, make_text, read_id
from creditline.errors import Conflict, Invalid, Missing, Unauthorised, Unavailable

HOLDER_PATTERN = r"[A-Za-z0-9][A-Za-z0-9 ._@-]{0,63}"
OVERLAP_S_MAX = 90 * 24 * 3600
TOUCH_S = 60
"""Last use is kept to the minute: a write for each call would cost more than many calls do."""


@dataclass(frozen=True)
class Kept:
    """A key as it is stored: `digest` is HMAC-SHA-256 of its text, as hex."""

    key: ApiKey
    digest: str


class Keys(Protocol):
    """Where keys are kept. What names an unknown id changes nothing."""

    def find(self, id: str) -> Kept | None: ...
    def list(self) -> Sequence[ApiKey]:
        """All of them, by holder and age."""

    def add(self, kept: Kept) -> None: ...
    def replace(self, id: str, kept: Kept, expires_at: int) -> None:
        """Add a key and let another expire at `expires_at`, unless it does so before; both or neither."""

    def adopt(self, kept: Kept) -> None:
        """Add it, or renew the digest of one that is there and not revoked."""

    def revoke(self, id: str, at: int) -> None: ...
    def touch(self, id: str, at: int) -> None:
        """Note that it was used."""


class Keyring:
    """`secret` is kept apart from the keys. Thread-safe."""

    def __init__(self, keys: Keys, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        assert len(secret) >= 32
        self._keys = keys
        self._secret = secret
        self._clock = clock

    def create(
        self, holder: str, scopes: Iterable[Scope], lifetime_s: int | None = None
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which nobody can read again."""
        if re.fullmatch(HOLDER_PATTERN, holder) is None:
            raise Invalid(
                f"{holder!a} cannot be the holder of a key.",
                "Use 1 to 64 letters, digits, spaces and . _ @ -, a letter or digit first.",
            )
        now, text = self._now(), make_text()
        expires_at = None if lifetime_s is None else now + lifetime_s
        key = ApiKey(_id(text), holder, frozenset(scopes), now, expires_at)
        self._keys.add(Kept(key, self._digest(text)))
        return key, text

    def list(self) -> Sequence[ApiKey]:
        return self._keys.list()

    def rotate(self, id: str, overlap_s: int) -> tuple[ApiKey, str]:
        """Another key for the same holder; the one with this id works for `overlap_s` seconds more."""
        if not 0 <= overlap_s <= OVERLAP_S_MAX:
            raise Invalid(f"An overlap of {overlap_s} s is too long.", f"Choose 0 to {OVERLAP_S_MAX} s.")
        now, old = self._now(), self._find(id)
        if old.state(now) != "valid":
            raise Conflict(f"Key {id} is {old.state(now)}.", "Create a new one with `creditline key create`.")
        text = make_text()
        lifetime_s = None if old.expires_at is None else old.expires_at - old.created_at
        expires_at = None if lifetime_s is None else now + lifetime_s
        key = ApiKey(_id(text), old.holder, old.scopes, now, expires_at)
        self._keys.replace(id, Kept(key, self._digest(text)), now + overlap_s)
        return key, text

    def revoke(self, id: str) -> ApiKey:
        """From now on it is refused. Revoking twice keeps the first time."""
        self._find(id)
        self._keys.revoke(id, self._now())
        return self._find(id)

    def adopt(self, text: str, holder: str, scopes: Iterable[Scope]) -> None:
        """Let a key that was made elsewhere in, unless it was revoked here."""
        key = ApiKey(_id(text), holder, frozenset(scopes), self._now())
        self._keys.adopt(Kept(key, self._digest(text)))

    def check(self, text: str) -> ApiKey:
        """The key behind a text. Raises `Unauthorised`, in the same words for one that never was and a wrong secret."""
        named = read_id(text)
        if named is None:
            raise Unauthorised("This is no API key.", "Check that it was copied whole; it begins with clk_.")
        kept, digest = self._keys.find(named), self._digest(text)
        if not hmac.compare_digest(digest, kept.digest if kept else "0" * len(digest)) or kept is None:
            raise Unauthorised(f"No key {named} is known.", "Ask the operator for a new one.")
        now, key = self._now(), kept.key
        if key.state(now) != "valid":
            raise Unauthorised(f"Key {named} is {key.state(now)}.", "Ask the operator for a new one.")
        if key.last_used_at is None or key.last_used_at + TOUCH_S <= now:
            with suppress(Unavailable):  # a database that takes no writes must not keep readers out
                self._keys.touch(named, now)
        return replace(key, last_used_at=now)

    def _find(self, id: str) -> ApiKey:
        kept = self._keys.find(id)
        if kept is None:
            raise Missing(f"There is no key {id!a}.", "See `creditline key list`.")
        return kept.key

    def _digest(self, text: str) -> str:
        return hmac.new(self._secret, b"creditline api key\0" + text.encode(), hashlib.sha256).hexdigest()

    def _now(self) -> int:
        return int(self._clock())


def _id(text: str) -> str:
    found = read_id(text)
    assert found is not None, "only texts that `make_text` made come here"
    return found
