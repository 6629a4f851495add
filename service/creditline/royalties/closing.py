"""Closing an epoch: from its receipts and the payouts so far to its three trees. The same input makes the same roots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from creditline.amounts import Terms, credit_works, cut_revenue, cut_total
from creditline.errors import Conflict, Invalid, Missing
from creditline.ids import Address, Bytes32, DatasetId, WorkId, bytes32
from creditline.royalties.epoch import NUMBER_MAX, Epoch, nonce_of
from creditline.royalties.leaves import Credit, Payout, ReportLeaf
from creditline.royalties.receipt import Receipt
from creditline.sum_tree import EMPTY, SumTree, leaf_hash


@dataclass(frozen=True)
class Reported:
    """A receipt, the integrator's signature of its usage, and for each of its works a data set that holds it, and where."""

    receipt: Receipt
    usage_signature: str
    places: tuple[tuple[DatasetId, int], ...]


@dataclass(frozen=True)
class Standing:
    """Where a pool's epochs have got to: their revenue, and what each payee has been credited. Index 0 is `commons`."""

    revenue: int
    payouts: tuple[Payout, ...]


@dataclass(frozen=True)
class Claim:
    """What a payee shows to be paid: a total, at an index of so many payouts."""

    count: int
    payee: Address
    index: int
    amount: int
    proof: bytes


@dataclass(frozen=True)
class Closing:
    """All that stands in the trees of an epoch; None where nothing stands. Trees are built when first asked for."""

    number: int
    cutoff: int
    revenue_before: int
    reports: tuple[ReportLeaf | None, ...]
    credits: tuple[Credit | None, ...]
    payouts: tuple[Payout | None, ...]

    @cached_property
    def report_tree(self) -> SumTree:
        return SumTree((leaf_hash(each.encode()), each.revenue) if each else EMPTY for each in self.reports)

    @cached_property
    def credit_tree(self) -> SumTree:
        return _tree(self.credits)

    @cached_property
    def payout_tree(self) -> SumTree:
        return _tree(self.payouts)

    @cached_property
    def indexes(self) -> dict[Address, int]:
        """Where each payee stands in the payouts."""
        return {payout.payee: index for index, payout in enumerate(self.payouts) if payout}

    def epoch(self, data: Bytes32) -> Epoch:
        """As it is posted, once it has been published under the digest `data`."""
        return Epoch(
            payouts=bytes32(self.payout_tree.root),
            payout_sum=self.payout_tree.total,
            reports=bytes32(self.report_tree.root),
            credits=bytes32(self.credit_tree.root),
            revenue_before=self.revenue_before,
            revenue=self.report_tree.total,
            cutoff=self.cutoff,
            data=data,
        )

    def claim(self, payee: Address) -> Claim:
        """Raises `Missing` for whom no epoch so far has credited."""
        index = self.indexes.get(payee)
        payout = None if index is None else self.payouts[index]
        if index is None or payout is None:
            raise Missing(f"{payee} has no payout in epoch {self.number}.", "Wait for the next epoch.")
        return Claim(len(self.payouts), payee, index, payout.amount, self.payout_tree.proof(index))


def close_epoch(
    number: int,
    reported: Sequence[Reported | None],
    *,
    before: Standing,
    terms: Terms,
    cutoff: int,
    payee_of: Mapping[WorkId, Address | None],
) -> Closing:
    """Credit the receipts of an epoch. `reported` is in order of index, None where a receipt was settled as a cheque.

    `payee_of` names a payee for every work that is paid, or None where the registry does not know the work at `cutoff`.
    Raises `Invalid` and `Conflict` for what the contract would refuse or call a fraud.
    """
    _check(number, reported)
    indexes = _indexes(before, terms)
    credited = _credit(reported, before, terms, payee_of, indexes)
    amounts = [payout.amount for payout in before.payouts] + [0] * (len(indexes) - len(before.payouts))
    for credit in credited:
        amounts[credit.payee] += credit.amount
    # Credits come by report and entry, and a stable sort keeps that order within a payee.
    order = sorted(range(len(credited)), key=lambda at: credited[at].payee)
    positions = [0] * len(order)
    for position, at in enumerate(order):
        positions[at] = position
    return Closing(
        number=number,
        cutoff=cutoff,
        revenue_before=before.revenue,
        reports=tuple(_leaves(reported, credited, positions)),
        credits=tuple(credited[at] for at in order),
        payouts=tuple(map(Payout, indexes, amounts)),
    )


def _credit(
    reported: Sequence[Reported | None],
    before: Standing,
    terms: Terms,
    payee_of: Mapping[WorkId, Address | None],
    indexes: dict[Address, int],
) -> list[Credit]:
    """Credits by report and entry. A payee who is new gets the next index in `indexes`."""
    commons, earned = before.payouts[0].payee, before.revenue
    credited = []
    for report, each in enumerate(reported):
        if each is None:
            continue
        revenue = each.receipt.usage.revenue
        part = cut_revenue(earned, revenue, terms).creators
        split = credit_works(part, [share for _, share in each.receipt.shares])
        payees = [*(_payee(work, payee_of) for work in each.receipt.work_ids), commons]
        for entry, (payee, amount) in enumerate(zip(payees, (*split.works, split.unattributed), strict=True)):
            index = indexes.setdefault(payee, len(indexes))
            credited.append(Credit(index, amount, report, entry))
        earned += revenue
    return credited


def _payee(work: WorkId, payee_of: Mapping[WorkId, Address | None]) -> Address:
    payee = payee_of[work]
    if payee is None:
        raise Conflict(
            f"The registry did not know the work {work} at the cutoff.",
            "Write it into the registry, then close the epoch with a later cutoff.",
        )
    return payee


def _leaves(
    reported: Sequence[Reported | None], credited: Sequence[Credit], positions: Sequence[int]
) -> Iterable[ReportLeaf | None]:
    start = 0
    for each in reported:
        if each is None:
            yield None
            continue
        receipt, end = each.receipt, start + len(each.receipt.shares) + 1
        yield ReportLeaf(
            output_hash=receipt.usage.output_hash,
            report_hash=receipt.report_hash,
            revenue=receipt.usage.revenue,
            weights=receipt.weights,
            work_ids=tuple(receipt.work_ids),
            usage_id=receipt.usage.usage_id,
            usage_signature=each.usage_signature,
            dataset_ids=tuple(dataset for dataset, _ in each.places),
            places=tuple(place for _, place in each.places),
            payees=tuple(credit.payee for credit in credited[start:end]),
            credits=tuple(positions[start:end]),
        )
        start = end


def _indexes(before: Standing, terms: Terms) -> dict[Address, int]:
    indexes = {payout.payee: index for index, payout in enumerate(before.payouts)}
    total = sum(payout.amount for payout in before.payouts)
    if (
        not indexes
        or len(indexes) != len(before.payouts)
        or total != cut_total(before.revenue, terms).creators
    ):
        raise Invalid(
            "The payouts before this epoch name nobody, or somebody twice, or are not the creators' part together.",
            "Read them again from the document of the epoch before.",
        )
    return indexes


def _check(number: int, reported: Sequence[Reported | None]) -> None:
    if not 1 <= number <= NUMBER_MAX:
        raise Invalid(f"There is no epoch {number}.", f"A pool has epochs 1 to {NUMBER_MAX}.")
    if not any(reported):
        raise Invalid("An epoch without revenue cannot be posted.", "Wait for the next receipt.")
    outputs: set[Bytes32] = set()
    for index, each in enumerate(reported):
        if each is None:
            continue
        usage = each.receipt.usage
        _check_receipt(each, nonce_of(number, index))
        if usage.output_hash in outputs:
            raise Conflict(
                f"Usage {usage.usage_id!r} reports a picture that stands in this epoch already.",
                "One picture earns once: leave this receipt out.",
            )
        outputs.add(usage.output_hash)
    if len({each.receipt.usage.pool_id for each in reported if each}) > 1:
        raise Invalid("The receipts are of more than one pool.", "Close each pool by itself.")


def _check_receipt(each: Reported, nonce: int) -> None:
    receipt = each.receipt
    ascending = all(lower < higher for lower, higher in pairwise(receipt.work_ids))
    if receipt.nonce != nonce or receipt.usage.revenue < 1:
        raise Invalid(
            f"The receipt of usage {receipt.usage.usage_id!r} has the nonce {receipt.nonce} and earned "
            f"{receipt.usage.revenue} units; nonce {nonce} and a revenue are due here.",
            "Give the receipts of one epoch in order of index.",
        )
    if not ascending or len(each.places) != len(receipt.shares):
        raise Invalid(
            f"The works of usage {receipt.usage.usage_id!r} do not ascend, or have not one place each.",
            "Look their places up in the model's training sets again.",
        )


def _tree(leaves: Sequence[Credit | Payout | None]) -> SumTree:
    return SumTree((leaf_hash(leaf.encode()), leaf.amount) if leaf else EMPTY for leaf in leaves)
