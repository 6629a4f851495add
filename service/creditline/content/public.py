"""Which addresses are public: those that a stranger may make this service connect to."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_UNICAST_V6 = ipaddress.IPv6Network("2000::/3")
# Networks that `is_global` lets pass: they lead elsewhere (an IPv4 address inside, a relay), or are for documents.
_NOT_PUBLIC: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = (
    ipaddress.IPv4Network("192.88.99.0/24"),
    ipaddress.IPv4Network("192.0.0.0/24"),
    ipaddress.IPv6Network("2001::/23"),
    ipaddress.IPv6Network("2002::/16"),
    ipaddress.IPv6Network("3fff::/20"),
)


def is_public(address: Address) -> bool:
    """Whether it is a unicast address of the open internet, and nothing that is translated into another one."""
    if isinstance(address, ipaddress.IPv6Address) and (address not in _UNICAST_V6 or address.scope_id):
        return False
    if any(address.version == each.version and address in each for each in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast
