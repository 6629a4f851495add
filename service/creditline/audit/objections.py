"""What can be objected to an epoch: every fraud in it that the contract would accept as shown, the trees first.

Each search says what it found in words and encodes the evidence. Nothing here is trusted by the contract, which checks it
all again; what is found here and refused there would be a mistake of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from creditline.amounts import cut_revenue
from creditline.audit import fraud as frauds
from creditline.audit.fraud import Objection, object_to
from creditline.audit.payout_objections import object_to_payouts
from creditline.audit.report_objections import object_to_reports
from creditline.audit.trial import Trial
from creditline.ids import Bytes32, bytes32, raw
from creditline.royalties.epoch import place_of
from creditline.royalties.fraud import Fraud
from creditline.royalties.leaves import Credit, Payout, ReportLeaf
from creditline.royalties.receipt import Receipt
from creditline.sum_tree import SumTree, depth
from creditline.typed_data import signer_of

Search = Callable[[Trial], Iterator[Objection]]
Leaf = ReportLeaf | Credit | Payout | None


def objections(trial: Trial) -> Iterator[Objection]:
    """Every fraud that can be shown. Where a tree is broken nothing else can be shown in it, so only that is said."""
    broken = list(object_to_trees(trial))
    yield from broken
    if broken or unpublished(trial):
        return
    for search in (object_to_reports, object_to_credits, object_to_payouts, object_to_receipts):
        yield from search(trial)


def unpublished(trial: Trial) -> str:
    """What was posted and does not follow from what was published: nothing can be shown in it. Empty where all does."""
    roots = trees_of(trial)
    missing = [name for name, (tree, root, _total, _leaves) in roots.items() if bytes32(tree.root) != root]
    return ", ".join(missing)


def trees_of(trial: Trial) -> dict[str, tuple[SumTree, Bytes32, int, tuple[Leaf, ...]]]:
    """By name: the tree as published, and the root and the sum as posted. In the order of `IFraudProofs.Broken.tree`."""
    closing, posted = trial.closing, trial.posted.epoch
    growth = cut_revenue(posted.revenue_before, posted.revenue, trial.params.terms).creators
    return {
        "reports": (closing.report_tree, posted.reports, posted.revenue, closing.reports),
        "credits": (closing.credit_tree, posted.credits, growth, closing.credits),
        "payouts": (closing.payout_tree, posted.payouts, posted.payout_sum, closing.payouts),
    }


def object_to_trees(trial: Trial) -> Iterator[Objection]:
    """Sums that are not those of the leaves, and gaps."""
    for number, (name, (tree, root, total, leaves)) in enumerate(trees_of(trial).items()):
        if bytes32(tree.root) != root:
            continue
        if tree.total != total:
            below = tree.below_top
            if not below and leaves and (only := leaves[0]) is not None:
                below = only.encode()
            node = (number, tree.count, depth(tree.count), 0, tree.top, total, b"", below)
            what = f"the {name} add up to {tree.total}, and {total} was posted"
            yield object_to(Fraud.TREE_BROKEN, what, [frauds.BROKEN], [node])
        elif name != "reports" and None in leaves:
            gap = leaves.index(None)
            node = (number, tree.count, 0, gap, bytes(32), 0, tree.proof(gap), b"")
            what = f"nothing stands at index {gap} of the {name}"
            yield object_to(Fraud.TREE_BROKEN, what, [frauds.BROKEN], [node])


def object_to_credits(trial: Trial) -> Iterator[Objection]:
    """Credits that their reports do not name, and credits out of order."""
    closing, tree = trial.closing, trial.closing.credit_tree
    for index, credit in enumerate(closing.credits):
        if credit is None:
            continue
        leaf = closing.reports[credit.report] if credit.report < len(closing.reports) else None
        if leaf and credit.entry < len(leaf.credits) and leaf.credits[credit.entry] == index:
            continue
        outside = credit.report >= len(closing.reports)
        stands = frauds.NO_SEAT if outside else frauds.seat(closing.report_tree, credit.report)
        yield object_to(
            Fraud.CREDIT_ORPHANED,
            f"credit {index} names entry {credit.entry} of report {credit.report}, which does not name it",
            [frauds.CREDIT, frauds.SEAT, "bool", frauds.REPORT, frauds.SEAT, frauds.OPENING],
            [
                frauds.credit(credit),
                frauds.seat(tree, index),
                leaf is None,
                frauds.report(leaf) if leaf else frauds.NO_REPORT,
                stands,
                frauds.opening(closing.report_tree) if outside else frauds.NO_OPENING,
            ],
        )
    for index, (left, right) in enumerate(pairwise(closing.credits)):
        if left and right and right.payee < left.payee:
            yield object_to(
                Fraud.CREDITS_UNSORTED,
                f"credit {index + 1} is of payee {right.payee}, after one of payee {left.payee}",
                [frauds.CREDIT, frauds.SEAT] * 2,
                [
                    frauds.credit(left),
                    frauds.seat(tree, index),
                    frauds.credit(right),
                    frauds.seat(tree, index + 1),
                ],
            )


def object_to_receipts(trial: Trial) -> Iterator[Objection]:
    """Receipts that a holder brings along, and that the epoch drops or contradicts."""
    ours = [receipt for receipt in trial.receipts if _is_of(trial, receipt)]
    for receipt in ours:
        index = place_of(receipt.nonce)[1]
        if trial.facts.nonce_used(receipt.nonce):
            continue
        reports, tree = trial.closing.reports, trial.closing.report_tree
        outside = index >= len(reports)
        leaf = None if outside else reports[index]
        if leaf and _said(leaf) == _promised(receipt):
            continue
        yield object_to(
            Fraud.RECEIPT_DROPPED,
            f"the receipt of usage {receipt.usage.usage_id!r} is for index {index}, where {'another' if leaf else 'nothing'} stands",
            [frauds.RECEIPT, "bytes", "bool", frauds.REPORT, frauds.SEAT, frauds.OPENING],
            [
                frauds.receipt(receipt),
                raw(Bytes32(receipt.signature)),
                leaf is None,
                frauds.report(leaf) if leaf else frauds.NO_REPORT,
                frauds.NO_SEAT if outside else frauds.seat(tree, index),
                frauds.opening(tree) if outside else frauds.NO_OPENING,
            ],
        )
    yield from _doubled(ours)


def _doubled(receipts: list[Receipt]) -> Iterator[Objection]:
    first: dict[int, Receipt] = {}
    for receipt in receipts:
        other = first.setdefault(receipt.nonce, receipt)
        if _promised(other) != _promised(receipt):
            yield object_to(
                Fraud.RECEIPT_DOUBLED,
                f"two receipts are signed for nonce {receipt.nonce}",
                [frauds.RECEIPT, "bytes"] * 2,
                [
                    frauds.receipt(other),
                    raw(Bytes32(other.signature)),
                    frauds.receipt(receipt),
                    raw(Bytes32(receipt.signature)),
                ],
            )


def _is_of(trial: Trial, receipt: Receipt) -> bool:
    signer = signer_of(receipt.typed_data(trial.domain), receipt.signature)
    here = receipt.usage.pool_id == trial.pool_id and place_of(receipt.nonce)[0] == trial.number
    return here and signer == trial.params.operator


def _said(leaf: ReportLeaf) -> tuple[object, ...]:
    return leaf.output_hash, leaf.report_hash, leaf.revenue, leaf.weights, leaf.work_ids


def _promised(receipt: Receipt) -> tuple[object, ...]:
    usage = receipt.usage
    return usage.output_hash, receipt.report_hash, usage.revenue, receipt.weights, tuple(receipt.work_ids)
