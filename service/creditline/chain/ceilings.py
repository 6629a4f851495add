"""How much gas the operator pays for, by what a transaction is for.

Anyone may choose the wallet that is paid out or asked for its signature, and with it code that burns gas as it likes. What
is ours to pay is a few times what the contracts themselves need; what a stranger's code wants beyond that, he may send
himself.
"""

from __future__ import annotations

DEFAULT = 15_000_000
_CEILINGS = {
    "anchor": 200_000,
    "materialise": 500_000,
    "settle": 12_000_000,
    "withdraw": 200_000,
    "post": 250_000,
    "stake": 300_000,
    "unstake": 150_000,
    "forward": 300_000,
    "claim": 400_000,
    "claim-many": 10_000_000,
    "claim-fixed": 300_000,
}


def gas_ceiling(key: str) -> int:
    """For a transaction's key, whose first word says what it does."""
    return _CEILINGS.get(key.partition(":")[0], DEFAULT)
