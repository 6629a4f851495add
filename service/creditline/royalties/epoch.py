"""An epoch as the ledger announces it, and what a payee shows to be paid by it. See docs/reference/epochs.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from creditline.ids import Address, Bytes32, PoolId


class Fraud(IntEnum):
    """What a challenge shows, numbered as `IFraudProofs.Fraud`."""

    REPORT_MALFORMED = 0
    USAGE_NOT_REPORTED = 1
    WORK_NOT_TRAINED = 2
    PAYEE_WRONG = 3
    CREDIT_WRONG = 4
    CREDIT_MISSING = 5
    CREDIT_ORPHANED = 6
    CREDITS_UNSORTED = 7
    PAYOUT_WRONG = 8
    PAYOUT_CHANGED = 9
    OUTPUT_REPEATED = 10
    ALREADY_SETTLED = 11
    RECEIPT_DROPPED = 12
    RECEIPT_DOUBLED = 13
    TREE_BROKEN = 14


@dataclass(frozen=True)
class Epoch:
    """In the field order of `IRoyaltyLedger.Epoch`: three roots, amounts in the token's smallest unit, a unix second.

    `payout_sum` is what the payouts add up to, over all epochs up to this one; `data` the SHA-256 of the root block under
    which the leaves are published.
    """

    payouts: Bytes32
    payout_sum: int
    reports: Bytes32
    credits: Bytes32
    revenue_before: int
    revenue: int
    cutoff: int
    data: Bytes32


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
