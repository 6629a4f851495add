"""What the ledger decides by itself when somebody challenges an epoch. docs/reference/epochs.md says what each is."""

from __future__ import annotations

from enum import IntEnum


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
