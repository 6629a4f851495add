"""Objections to single reports: their form, their usage, their works, their payees and their credits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from creditline.amounts import PARTS_PER_MILLION, credit_works, cut_revenue
from creditline.audit import fraud as frauds
from creditline.audit.fraud import Fraud, Objection, object_to
from creditline.audit.trial import PostedEpoch, Trial
from creditline.ids import Bytes32, raw
from creditline.merkle import Tree, dataset_leaf
from creditline.royalties.epoch import nonce_of
from creditline.royalties.leaves import ReportLeaf
from creditline.royalties.receipt import SHARE_BITS, WORKS_MAX, Usage, unpack_shares
from creditline.typed_data import signer_of

_AT_SEAT = (frauds.REPORT, frauds.SEAT)


def object_to_reports(trial: Trial) -> Iterator[Objection]:
    """Of a malformed report nothing else is said: the others read it as if it were sound."""
    earned = trial.posted.epoch.revenue_before
    outputs = _outputs_before(trial)
    for index, leaf in enumerate(trial.closing.reports):
        if leaf is None:
            continue
        if fault := _malformed(leaf):
            yield _object(trial, index, Fraud.REPORT_MALFORMED, f"report {index} {fault}")
        else:
            yield from _usage(trial, index, leaf)
            yield from _works(trial, index, leaf)
            yield from _payees(trial, index, leaf)
            yield from _credits(trial, index, leaf, earned)
        yield from _repeated(trial, index, leaf, outputs)
        earned += leaf.revenue


def _object(trial: Trial, index: int, fraud: Fraud, what: str, *more: tuple[str, object]) -> Objection:
    leaf = trial.closing.reports[index]
    assert leaf is not None, "an empty leaf is nobody's fault"
    types = [*_AT_SEAT, *(kind for kind, _ in more)]
    values = [
        frauds.report(leaf),
        frauds.seat(trial.closing.report_tree, index),
        *(value for _, value in more),
    ]
    return object_to(fraud, what, types, values)


def _malformed(leaf: ReportLeaf) -> str:
    count = len(leaf.work_ids)
    if leaf.revenue == 0:
        return "has no revenue"
    if count > WORKS_MAX:
        return f"pays {count} works"
    if {len(leaf.dataset_ids), len(leaf.places)} != {count} or {len(leaf.payees), len(leaf.credits)} != {
        count + 1
    }:
        return "has lists of different lengths"
    if any(lower >= higher for lower, higher in pairwise(leaf.work_ids)) or (
        count and int(leaf.work_ids[0], 16) == 0
    ):
        return "names works that do not ascend"
    shares = unpack_shares(leaf.weights, count)
    if 0 in shares or sum(shares) > PARTS_PER_MILLION or leaf.weights >> SHARE_BITS * count:
        return "has weights that are no shares"
    return ""


def _usage(trial: Trial, index: int, leaf: ReportLeaf) -> Iterator[Objection]:
    integrator = trial.params.integrator
    usage = Usage(trial.pool_id, leaf.usage_id, leaf.output_hash, leaf.revenue)
    signed = signer_of(usage.typed_data(trial.domain), leaf.usage_signature) == integrator
    if not signed and not trial.facts.has_code(integrator):
        what = f"the usage {leaf.usage_id!r} of report {index} is not signed by the integrator"
        yield _object(trial, index, Fraud.USAGE_NOT_REPORTED, what)
    if trial.facts.nonce_used(nonce_of(trial.number, index)):
        yield _object(
            trial, index, Fraud.ALREADY_SETTLED, f"the receipt of report {index} was settled directly"
        )


def _works(trial: Trial, index: int, leaf: ReportLeaf) -> Iterator[Objection]:
    known = trial.model
    model = frauds.model(known.developer, known.weights, known.algorithm, known.datasets)
    for entry, (work, dataset, place) in enumerate(
        zip(leaf.work_ids, leaf.dataset_ids, leaf.places, strict=True)
    ):
        other, proof = bytes(32), list[bytes]()
        if dataset in known.datasets:
            works = trial.facts.works_of(dataset)
            if place < len(works):
                if works[place] == work:
                    continue
                other, proof = raw(works[place]), Tree([dataset_leaf(each) for each in works]).proof(place)
        yield _object(
            trial,
            index,
            Fraud.WORK_NOT_TRAINED,
            f"report {index} pays work {work}, which does not stand at {place} of data set {dataset} of the model",
            ("uint256", entry),
            (frauds.MODEL, model),
            ("bytes32", other),
            ("bytes32[]", proof),
        )


def _payees(trial: Trial, index: int, leaf: ReportLeaf) -> Iterator[Objection]:
    payouts, tree = trial.closing.payouts, trial.closing.payout_tree
    for entry, at in enumerate(leaf.payees):
        is_last = entry == len(leaf.work_ids)
        due = (
            trial.params.commons
            if is_last
            else trial.facts.payee_at(leaf.work_ids[entry], trial.posted.epoch.cutoff)
        )
        outside = at >= len(payouts)
        stands = None if outside else payouts[at]
        if stands and stands.payee == due:
            continue
        whose = "what no work explains" if is_last else f"work {leaf.work_ids[entry]}"
        yield _object(
            trial,
            index,
            Fraud.PAYEE_WRONG,
            f"report {index} pays {stands.payee if stands else 'nobody'} for {whose}, and {due or 'nobody'} is due",
            ("uint256", entry),
            (frauds.PAYOUT, frauds.payout(stands) if stands else frauds.NO_PAYOUT),
            (frauds.SEAT, frauds.NO_SEAT if outside else frauds.seat(tree, at)),
            (frauds.OPENING, frauds.opening(tree) if outside else frauds.NO_OPENING),
        )


def _credits(trial: Trial, index: int, leaf: ReportLeaf, earned: int) -> Iterator[Objection]:
    credits_, tree = trial.closing.credits, trial.closing.credit_tree
    part = cut_revenue(earned, leaf.revenue, trial.params.terms).creators
    split = credit_works(part, unpack_shares(leaf.weights, len(leaf.work_ids)))
    for entry, amount in enumerate((*split.works, split.unattributed)):
        at = leaf.credits[entry]
        if at >= len(credits_):
            yield _object(
                trial,
                index,
                Fraud.CREDIT_MISSING,
                f"report {index} names credit {at}, and there are {len(credits_)}",
                ("uint256", entry),
                (frauds.OPENING, frauds.opening(tree)),
            )
            continue
        stands = credits_[at]
        if stands and stands != (leaf.payees[entry], amount, index, entry):
            yield _object(
                trial,
                index,
                Fraud.CREDIT_WRONG,
                f"entry {entry} of report {index} is worth {amount} to payee {leaf.payees[entry]}, and its credit says "
                f"{stands.amount} to payee {stands.payee}",
                ("uint256", entry),
                (frauds.CREDIT, frauds.credit(stands)),
                (frauds.SEAT, frauds.seat(tree, at)),
            )


def _repeated(
    trial: Trial, index: int, leaf: ReportLeaf, outputs: dict[Bytes32, tuple[PostedEpoch, int]]
) -> Iterator[Objection]:
    """Each image that stands a second time, in order."""
    posted, at = outputs.setdefault(leaf.output_hash, (trial.posted, index))
    other = posted.closing.reports[at]
    if other is None or (posted is trial.posted and at == index):
        return
    yield _object(
        trial,
        index,
        Fraud.OUTPUT_REPEATED,
        f"report {index} is of the image that report {at} of epoch {posted.number} was paid for",
        ("uint256", posted.number),
        (frauds.EPOCH, frauds.epoch(posted.epoch)),
        (frauds.REPORT, frauds.report(other)),
        (frauds.SEAT, frauds.seat(posted.closing.report_tree, at)),
    )


def _outputs_before(trial: Trial) -> dict[Bytes32, tuple[PostedEpoch, int]]:
    return {
        leaf.output_hash: (posted, at)
        for posted in trial.earlier
        for at, leaf in enumerate(posted.closing.reports)
        if leaf
    }
