"""The session cookie, and the check that a change was meant by a page of this service and not by another site (CSRF)."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope as Call

from creditline.access.sign_in import Session
from creditline.errors import Forbidden

CSRF_HEADER = "X-CSRF-Token"
_SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Site:
    """Where browsers find this service. Its cookies travel encrypted, except on the loopback interface."""

    url: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def is_loopback(self) -> bool:
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def cookie(self) -> str:
        """The prefix makes browsers refuse it without Secure, from another path, or for a whole domain."""
        return "creditline-session" if self.is_loopback else "__Host-creditline-session"

    def secret_of(self, call: Call) -> str | None:
        """What the session cookie of a call says. Nothing else of it is believed."""
        return cookie_parser(Headers(scope=call).get("cookie", "")).get(self.cookie)

    def require_own_origin(self, call: Call) -> None:
        """Browsers name the site that sends a change. Raises `Forbidden` for every other."""
        origin = Headers(scope=call).get("origin")
        if origin is not None and origin.lower() != self.origin:
            raise Forbidden(
                f"A page of {origin[:100]!a} may not do this.", f"Use the pages of {self.origin}."
            )

    def require_intent(self, call: Call, session: Session) -> None:
        """Raises `Forbidden` for a change in a session that does not carry its token."""
        if call["method"] in _SAFE:
            return
        self.require_own_origin(call)
        given = Headers(scope=call).get(CSRF_HEADER, "")
        if not hmac.compare_digest(given.encode(), session.csrf_token.encode()):
            raise Forbidden(
                f"The {CSRF_HEADER} header is not that of your session.",
                "Send the csrf_token of GET /v1/session along with every change.",
            )
