"""Who plays in the story. Keys follow from names, so anyone can know them: play money only."""

from __future__ import annotations

from functools import cache

from eth_utils.crypto import keccak

from creditline.client import Wallet

ROLES = ("operator", "developer", "integrator", "compute", "treasury", "commons", "arbiter", "guardian")
PAYS_GAS = ("operator", "developer", "integrator", "dishonest", "outsider")


@cache
def wallet(role: str) -> Wallet:
    """One of `ROLES`, or somebody who plays no part in the honest pool."""
    return Wallet(keccak(text=f"creditline demo role {role}"))


@cache
def creator(name: str) -> Wallet:
    """An artist's wallet. It never holds gas."""
    return Wallet(keccak(text=f"creditline demo creator {name}"))
