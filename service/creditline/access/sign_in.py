"""Signing in with a wallet (EIP-4361), and the sessions that follow.

The service makes the message, and makes it again to check the signature: nothing that a caller wrote is parsed. Its nonce
names when it was made and for whom, under a MAC, so a row is written only for a nonce that was used.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import urlsplit

from creditline.errors import Unauthorised, WrongSignature
from creditline.ids import Address

MESSAGE_S = 600
SESSION_S = 12 * 3600
STATEMENT = "Sign in to Creditline. This moves no money and costs nothing."
_TIME_HEX, _RANDOM_HEX, _MAC_HEX = 8, 16, 32


@dataclass(frozen=True)
class Message:
    """What the wallet signs as it is (EIP-191, `personal_sign`)."""

    text: str
    nonce: str
    expires_at: int


@dataclass(frozen=True)
class Session:
    """A wallet that is signed in. `csrf_token` is what a page sends along to show that it meant a change."""

    wallet: Address
    expires_at: int
    csrf_token: str


class Sessions(Protocol):
    """Where sessions are kept, by the digest of their secret."""

    def open(self, digest: str, wallet: Address, expires_at: int, nonce: str, now: int) -> bool:
        """Begin a session and spend the nonce, both or neither: False where it is spent. What has expired is forgotten."""

    def find(self, digest: str) -> tuple[Address, int] | None:
        """The wallet, and when the session expires."""

    def end(self, digest: str) -> None: ...
    def end_all(self, wallet: Address) -> None: ...


class SignIn:
    """`url` is the service's as browsers know it; `is_signed` tells whether a wallet signed a text. Thread-safe."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        url: str,
        chain_id: int,
        is_signed: Callable[[Address, str, str], bool],
        secret: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sessions = sessions
        self._url = url
        self._chain_id = chain_id
        self._is_signed = is_signed
        self._secret = secret
        self._clock = clock

    def prepare(self, wallet: Address) -> Message:
        """A message for this wallet, good for ten minutes and once."""
        head = f"{self._now():0{_TIME_HEX}x}{secrets.token_hex(_RANDOM_HEX // 2)}"
        return self._message(wallet, head + self._mac(wallet, head))

    def begin(self, wallet: Address, nonce: str, signature: str) -> tuple[Session, str]:
        """A session, and the secret of its cookie. Raises `WrongSignature`, `Unauthorised` for a nonce that is not good."""
        head = nonce[: _TIME_HEX + _RANDOM_HEX]
        if not hmac.compare_digest((head + self._mac(wallet, head)).encode(), nonce.encode()):
            raise Unauthorised("This nonce was not made for this wallet here.", _AGAIN)
        message = self._message(wallet, nonce)
        if message.expires_at <= self._now():
            raise Unauthorised("The message to sign in with has expired.", _AGAIN)
        if not self._is_signed(wallet, message.text, signature):
            raise WrongSignature(f"{wallet} did not sign this message.", "Sign the text as it is, unchanged.")
        text, expires_at = secrets.token_urlsafe(32), self._now() + SESSION_S
        if not self._sessions.open(_digest(text), wallet, expires_at, nonce, self._now()):
            raise Unauthorised("This nonce has been used.", _AGAIN)
        return self._session(text, wallet, expires_at), text

    def find(self, text: str) -> Session | None:
        """The session of a cookie; None for one that never was, has expired or was ended."""
        found = self._sessions.find(_digest(text))
        if found is None or found[1] <= self._now():
            return None
        return self._session(text, *found)

    def end(self, text: str) -> None:
        self._sessions.end(_digest(text))

    def end_all(self, wallet: Address) -> None:
        self._sessions.end_all(wallet)

    def _message(self, wallet: Address, nonce: str) -> Message:
        issued_at = int(nonce[:_TIME_HEX], 16)
        expires_at = issued_at + MESSAGE_S
        text = (
            f"{urlsplit(self._url).netloc} wants you to sign in with your Ethereum account:\n"
            f"{wallet}\n\n{STATEMENT}\n\n"
            f"URI: {self._url}\nVersion: 1\nChain ID: {self._chain_id}\nNonce: {nonce}\n"
            f"Issued At: {_spell(issued_at)}\nExpiration Time: {_spell(expires_at)}"
        )
        return Message(text, nonce, expires_at)

    def _mac(self, wallet: Address, head: str) -> str:
        said = f"creditline sign-in\0{wallet}\0{self._url}\0{self._chain_id}\0{head}"
        return hmac.new(self._secret, said.encode(), hashlib.sha256).hexdigest()[:_MAC_HEX]

    def _session(self, text: str, wallet: Address, expires_at: int) -> Session:
        token = hmac.new(text.encode(), b"creditline csrf", hashlib.sha256).hexdigest()
        return Session(wallet, expires_at, token)

    def _now(self) -> int:
        return int(self._clock())


_AGAIN = "Ask for a new one with POST /v1/session/message."


def _digest(text: str) -> str:
    """No key is needed here: 256 random bits cannot be guessed from their hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def _spell(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
