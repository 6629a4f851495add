"""What a payee shows to be paid by an epoch."""

from __future__ import annotations

from dataclasses import dataclass

from creditline.ids import Address, Bytes32, PoolId


@dataclass(frozen=True)
class Claim:
    """In the field order of `IRoyaltyLedger.Claim`. `amount` is the payee's total over all epochs up to `n`.

    `rest_hash` is the hash of the epoch's fields after `payout_sum`; `proof` the siblings, 48 bytes each, leaf first.
    """

    pool_id: PoolId
    n: int
    rest_hash: Bytes32
    count: int
    payee: Address
    index: int
    amount: int
    proof: bytes
