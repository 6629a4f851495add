"""Finding out who calls: by an API key, by the cookie of a session, or by nothing but an address."""

from __future__ import annotations

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.types import Scope as Call

from creditline.access.keyring import Keyring
from creditline.access.sign_in import Session, SignIn
from creditline.api.caller import Caller, place_of
from creditline.api.cookies import Site

CHECKS_AT_ONCE = 4
"""Threads of their own, so that looking a caller up never waits behind pictures."""
SIGNING_IN = ("/v1/session", "/v1/session/message")
"""Whoever signs in anew need not show the token of the session before."""


class Identity:
    """A key counts more than a cookie: whoever sends one is no browser."""

    def __init__(self, keyring: Keyring, sign_in: SignIn, site: Site) -> None:
        self._keyring = keyring
        self._sign_in = sign_in
        self._site = site
        self._threads = CapacityLimiter(CHECKS_AT_ONCE)

    async def find(self, call: Call) -> Caller:
        """Raises `Unauthorised` for a wrong key, also where none is needed: its holder should learn that it is wrong.

        Raises `Forbidden` for a change in a session that no page of this service meant.
        """
        place = place_of(call)
        kind, _, text = Headers(scope=call).get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            key = await run_sync(self._keyring.check, text.strip(), limiter=self._threads)
            return Caller(place, key)
        return Caller(place, session=await self._find_session(call))

    async def _find_session(self, call: Call) -> Session | None:
        """None as well for an old cookie: browsers keep those."""
        secret = self._site.secret_of(call)
        if secret is None:
            return None
        session = await run_sync(self._sign_in.find, secret, limiter=self._threads)
        if session is not None and not (call["method"] == "POST" and call["path"] in SIGNING_IN):
            self._site.require_intent(call, session)
        return session
