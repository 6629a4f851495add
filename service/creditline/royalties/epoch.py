"""An epoch as the chain holds it, what a payee shows to be paid by it, and the nonces of receipts that belong to one.

docs/reference/epochs.md says what each is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from sha3 import keccak_256

from creditline.ids import Address, Bytes32, PoolId, bytes32, raw

INDEX_BITS = 32
NUMBER_MAX = 2**24 - 1
"""The ledger counts epochs in 24 bits, from 1."""


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
    """In the field order of `IRoyaltyLedger.Epoch`.

    `payouts`, `reports` and `credits` are roots, `data` is the SHA-256 of the published document's root block, `cutoff`
    the unix second at which the registry was asked for payees. Amounts are in the pool token's smallest unit.
    """

    payouts: Bytes32
    payout_sum: int
    reports: Bytes32
    credits: Bytes32
    revenue_before: int
    revenue: int
    cutoff: int
    data: Bytes32

    def rest_hash(self) -> Bytes32:
        """What a claim brings along of the fields that it does not need."""
        return _hash(
            raw(self.reports),
            raw(self.credits),
            self.revenue_before,
            self.revenue,
            self.cutoff,
            raw(self.data),
        )

    def hash(self) -> Bytes32:
        """What the ledger keeps: `epochHash`."""
        return _hash(raw(self.payouts), self.payout_sum, raw(self.rest_hash()))


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


def nonce_of(number: int, index: int) -> int:
    """The nonce of the receipt at `index` of epoch `number`. Lower nonces, as of an epoch 0, settle directly."""
    return number << INDEX_BITS | index


def place_of(nonce: int) -> tuple[int, int]:
    """The epoch and the index that a nonce names; epoch 0 stands for direct settlement."""
    return nonce >> INDEX_BITS, nonce & (1 << INDEX_BITS) - 1


def _hash(*words: bytes | int) -> Bytes32:
    packed = b"".join([word if isinstance(word, bytes) else word.to_bytes(32) for word in words])
    return bytes32(keccak_256(packed).digest())
