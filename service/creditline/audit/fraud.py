"""Frauds that the contract decides by itself, and their evidence as `IFraudProofs` takes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from eth_abi.abi import encode as abi_encode

from creditline.ids import Address, Bytes32, DatasetId, raw
from creditline.royalties.epoch import Epoch
from creditline.royalties.leaves import Credit, Payout, ReportLeaf
from creditline.royalties.receipt import Receipt
from creditline.sum_tree import SumTree

REPORT = "(bytes32,bytes32,uint128,uint256,bytes32[],bytes32,bytes,bytes32[],uint64[],uint32[],uint32[])"
SEAT = "(uint64,uint256,bytes)"
OPENING = "(uint64,bytes32)"
CREDIT = "(uint32,uint128,uint32,uint8)"
PAYOUT = "(address,uint128)"
MODEL = "(address,bytes32,bytes32,bytes32[])"
EPOCH = "(bytes32,uint128,bytes32,bytes32,uint128,uint128,uint40,bytes32)"
RECEIPT = "(uint256,bytes32,bytes32,uint128,uint256,bytes32[],uint256)"
GROWTH = f"({PAYOUT},{SEAT},bool,{PAYOUT},{SEAT},{OPENING},bool,{CREDIT},{SEAT},bool,{CREDIT},{SEAT})"
BROKEN = "(uint8,uint64,uint256,uint256,bytes32,uint128,bytes,bytes)"

NO_REPORT: tuple[Any, ...] = (bytes(32), bytes(32), 0, 0, [], bytes(32), b"", [], [], [], [])
NO_SEAT = (0, 0, b"")
NO_OPENING = (0, bytes(32))
NO_CREDIT = (0, 0, 0, 0)
NO_PAYOUT = ("0x" + "0" * 40, 0)


class Fraud(IntEnum):
    """In the order of `IFraudProofs.Fraud`."""

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
class Objection:
    """A fraud that can be shown, what it is in words, and what shows it. `RoyaltyLedger.challenge` takes the evidence."""

    fraud: Fraud
    what: str
    evidence: bytes


def object_to(fraud: Fraud, what: str, types: Sequence[str], values: Sequence[Any]) -> Objection:
    return Objection(fraud, what, abi_encode(list(types), list(values)))


def seat(tree: SumTree, index: int) -> tuple[int, int, bytes]:
    return tree.count, index, tree.proof(index)


def opening(tree: SumTree) -> tuple[int, bytes]:
    return tree.count, tree.top


def payout(leaf: Payout) -> tuple[str, int]:
    return leaf.payee, leaf.amount


def credit(leaf: Credit) -> tuple[int, int, int, int]:
    return leaf.payee, leaf.amount, leaf.report, leaf.entry


def report(leaf: ReportLeaf) -> tuple[object, ...]:
    return leaf.struct()


def model(
    developer: Address, weights: Bytes32, algorithm: Bytes32, datasets: Sequence[DatasetId]
) -> tuple[Any, ...]:
    return developer, raw(weights), raw(algorithm), [raw(dataset) for dataset in datasets]


def epoch(posted: Epoch) -> tuple[Any, ...]:
    """As `challenge` and `OutputRepeated` take it."""
    return (
        raw(posted.payouts),
        posted.payout_sum,
        raw(posted.reports),
        raw(posted.credits),
        posted.revenue_before,
        posted.revenue,
        posted.cutoff,
        raw(posted.data),
    )


def receipt(signed: Receipt) -> tuple[Any, ...]:
    return (
        signed.nonce,
        raw(signed.usage.output_hash),
        raw(signed.report_hash),
        signed.usage.revenue,
        signed.weights,
        [raw(work) for work in signed.work_ids],
        signed.deadline,
    )
