"""A commons: the contract that unattributed money goes to, and the base pool from which it goes on to creators.

A base pool is one by its terms, which are its id and never change, and by the word of the contract that funds it. Both are
needed: anyone may open a pool with such terms, and any contract may name any pool.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from creditline.amounts import BASIS_POINTS
from creditline.ids import ZERO_ADDRESS, Address, ModelId, PoolId
from creditline.royalties.pool import PoolParams

BasePoolOf = Callable[[Address], PoolId | None]
"""The pool that a contract calls its base pool. None for wallets, and for contracts that name none."""


@dataclass(frozen=True)
class Commons:
    """Where the contract stands, or will stand, and the terms of its base pool."""

    address: Address
    base: PoolParams


def base_terms(
    model_id: ModelId, token: Address, operator: Address, *, arbiter: Address, guardian: Address, window: int, bond: int
) -> PoolParams:  # fmt: skip
    """What the contract is created with: it adds itself as integrator and commons, and gives everything to creators.

    Nothing is due to the other roles. The ledger wants them named, so the operator's address stands there.
    """
    return PoolParams(
        token=token,
        integrator=ZERO_ADDRESS,
        operator=operator,
        arbiter=arbiter,
        guardian=guardian,
        model_id=model_id,
        developer=operator,
        compute=operator,
        treasury=operator,
        commons=ZERO_ADDRESS,
        creator_bps=0,
        developer_bps=0,
        compute_bps=0,
        window=window,
        bond=bond,
    )


def is_base_pool(pool_id: PoolId, params: PoolParams, base_pool_of: BasePoolOf) -> bool:
    """Raises what `base_pool_of` raises, and asks it only where the terms allow a base pool."""
    same = params.integrator == params.commons
    return same and params.creator_bps == BASIS_POINTS and base_pool_of(params.integrator) == pool_id
