"""The accounts of the book, and what each of a pool's must hold by the ledger's own counters.

`outside` is everybody's wallets: what it lacks lies in the ledger. What a pool can still spend lies in its `deposit`, what
its newest epoch reported in `pending` until that is final, then in `payouts` and with the roles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from creditline.amounts import Terms, cut_total
from creditline.ids import Address, PoolId
from creditline.royalties.pool import NEVER

OUTSIDE = "outside"
ROLES = ("developer", "compute", "treasury", "commons")
COMMONS = 3


def deposit(pool: str) -> str:
    return f"pool:{pool}:deposit"


def pending(pool: str) -> str:
    return f"pool:{pool}:pending"


def payouts(pool: str) -> str:
    return f"pool:{pool}:payouts"


def role(pool: str, number: int) -> str:
    return f"role:{pool}:{ROLES[number]}"


def stake(pool: str) -> str:
    return f"stake:{pool}"


def bond(pool: str) -> str:
    return f"bond:{pool}"


def credit(token: str, payee: str) -> str:
    return f"credit:{token}:{payee}"


def payee_of(account: str) -> Address | None:
    """Whose credit it is; None for any other account."""
    kind, _, rest = account.partition(":")
    return Address(rest.partition(":")[2]) if kind == "credit" else None


def expected(pool: PoolId, said: Mapping[str, Any], *, divided: bool) -> dict[str, int]:
    """What the accounts of a pool must hold. `said`: `IRoyaltyLedger.Pool` by its field names.

    `divided`: whether the book has divided the newest epoch's revenue, which it does some time after it became final.
    """
    terms = Terms(said["creatorBps"], said["developerBps"], said["computeBps"])
    final = said["reported"] + (said["pending"] if divided else 0)
    of_direct, of_epochs = cut_total(said["direct"], terms), cut_total(final, terms)
    earned = (
        of_direct.developer + of_epochs.developer,
        of_direct.compute + of_epochs.compute,
        of_direct.treasury + of_epochs.treasury,
        said["unattributed"],
    )
    return {
        deposit(pool): said["ceiling"] - said["direct"],
        pending(pool): 0 if divided else said["pending"],
        payouts(pool): of_epochs.creators - said["paidOut"],
        stake(pool): said["bond"] if said["staked"] else 0,
        bond(pool): said["bond"] if said["validAt"] == NEVER else 0,
        **{role(pool, number): amount - said["paid"][number] for number, amount in enumerate(earned)},
    }
