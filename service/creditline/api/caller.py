"""Who makes a call, as far as the front door knows, and what a route asks of a caller's key."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header, Request, Security
from fastapi.security import HTTPBearer
from starlette.types import Scope as Call

from creditline import calling
from creditline.access.key import ApiKey, Scope
from creditline.access.sign_in import Session
from creditline.errors import Forbidden, Unauthorised

_IPV6_NETWORK_BITS = 64
_KEPT = "creditline.caller"
_InDocs = Annotated[
    object, Security(HTTPBearer(auto_error=False, scheme_name="API key", description="An API key: clk_…"))
]
_Once = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="Yours for this request: sent again with it, it has one effect and the same answer for 24 hours.",
    ),
]


@dataclass(frozen=True)
class Caller:
    """`place` is the address, and all that is known of a caller with neither a key nor a session."""

    place: str
    key: ApiKey | None = None
    session: Session | None = None

    @property
    def name(self) -> str:
        """The same for all keys of one holder, and for all sessions of one wallet."""
        if self.key is not None:
            return f"holder {self.key.holder}"
        return self.place if self.session is None else f"wallet {self.session.wallet}"

    @property
    def share(self) -> str:
        """Whose share of the service it uses: wallets cost nothing, so a session is no share of its own."""
        return self.place if self.key is None else self.name


def keep_caller(call: Call, caller: Caller) -> None:
    """For the routes of this call, and by name for all that it leads to."""
    call[_KEPT] = caller
    calling.caller.set(caller.share)


def caller_of(call: Call) -> Caller:
    found: Caller = call[_KEPT]
    return found


class Allowed:
    """For routes that are open to all: whoever shows a key must show one that may do this.

    `bearer` and `once` are there for the documentation of the API: the gate and `Repeatable` have read them by then.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: Request, bearer: _InDocs, once: _Once = None) -> None:  # noqa: ARG002
        key = caller_of(request.scope).key
        if key is not None and self.scope not in key.scopes:
            raise Forbidden(
                f"Key {key.id} of {key.holder} has no scope {self.scope.value!r}.",
                "Use another key, or ask the operator for one that has it.",
            )


class Required(Allowed):
    """For routes that are not."""

    def __call__(self, request: Request, bearer: _InDocs, once: _Once = None) -> None:
        if caller_of(request.scope).key is None:
            raise Unauthorised(
                f"This needs an API key with scope {self.scope.value!r}.",
                "Send it as `Authorization: Bearer clk_…`; DATA_DIR/operator.token holds the operator's.",
            )
        super().__call__(request, bearer, once)


def place_of(call: Call) -> str:
    """The caller's address; of IPv6 the network, since its holder has all of it."""
    host = (call.get("client") or ("",))[0]
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "address unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if isinstance(found, ipaddress.IPv6Address):
        return f"address {ipaddress.ip_network((found, _IPV6_NETWORK_BITS), strict=False)}"
    return f"address {found}"
