"""Objections to payouts: totals that did not grow by their credits, and indexes that changed hands."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, zip_longest

from creditline.audit import fraud as frauds
from creditline.audit.fraud import Fraud, Objection, object_to
from creditline.audit.trial import Trial
from creditline.royalties.closing import Closing
from creditline.royalties.leaves import Credit, Payout


def object_to_payouts(trial: Trial) -> Iterator[Objection]:
    yield from _changed(trial)
    credits_ = [credit for credit in trial.closing.credits if credit]
    if len(credits_) == len(trial.closing.credits) and None not in trial.closing.payouts:
        yield from _grown_wrong(trial, credits_)


def _changed(trial: Trial) -> Iterator[Objection]:
    if trial.previous is None:
        return
    before, closing = trial.previous.closing, trial.closing
    for index, earlier in enumerate(before.payouts):
        outside = index >= len(closing.payouts)
        later = None if outside else closing.payouts[index]
        kept = later and earlier and later.payee == earlier.payee and later.amount >= earlier.amount
        if kept or earlier is None or (later is None and not outside):
            continue
        stands = later or Payout(*frauds.NO_PAYOUT)  # type: ignore[arg-type]
        yield object_to(
            Fraud.PAYOUT_CHANGED,
            f"index {index} had {earlier.amount} for {earlier.payee}, and now "
            + (f"{stands.amount} for {stands.payee}" if later else "does not exist"),
            [frauds.PAYOUT, frauds.SEAT, frauds.PAYOUT, frauds.SEAT, frauds.OPENING],
            [
                frauds.payout(earlier),
                frauds.seat(before.payout_tree, index),
                frauds.payout(stands),
                frauds.NO_SEAT if outside else frauds.seat(closing.payout_tree, index),
                frauds.opening(closing.payout_tree) if outside else frauds.NO_OPENING,
            ],
        )


def _grown_wrong(trial: Trial, credits_: Sequence[Credit]) -> Iterator[Objection]:
    """The first index up to which the payouts grew by something else than the credits."""
    before = trial.previous.closing if trial.previous else None
    earlier = [payout.amount if payout else 0 for payout in before.payouts] if before else []
    growing = _grow([payout.amount if payout else 0 for payout in trial.closing.payouts], earlier)
    payees = [credit.payee for credit in credits_]
    credited = [0, *accumulate(credit.amount for credit in credits_)]
    for index, grown in enumerate(growing):
        reached = bisect_right(payees, index)
        if grown != credited[reached]:
            yield _growth(
                trial, before, index, reached, f"{grown} units, and their credits are {credited[reached]}"
            )
            return


def _grow(now: Sequence[int], before: Sequence[int]) -> Iterator[int]:
    """How much all payouts up to each index grew together."""
    grown = 0
    for amount, was in zip_longest(now, before[: len(now)], fillvalue=0):
        grown += amount - was
        yield grown


def _growth(trial: Trial, before: Closing | None, index: int, reached: int, what: str) -> Objection:
    closing = trial.closing
    payout = closing.payouts[index]
    earlier = before.payouts[index] if before and index < len(before.payouts) else None
    known = before is not None and earlier is not None
    left = closing.credits[reached - 1] if reached else None
    right = closing.credits[reached] if reached < len(closing.credits) else None
    growth = (
        frauds.payout(payout) if payout else frauds.NO_PAYOUT,
        frauds.seat(closing.payout_tree, index),
        known,
        frauds.payout(earlier) if earlier else frauds.NO_PAYOUT,
        frauds.seat(before.payout_tree, index) if before and known else frauds.NO_SEAT,
        frauds.opening(before.payout_tree) if before and not known else frauds.NO_OPENING,
        left is None,
        frauds.credit(left) if left else frauds.NO_CREDIT,
        frauds.seat(closing.credit_tree, reached - 1) if left else frauds.NO_SEAT,
        right is None,
        frauds.credit(right) if right else frauds.NO_CREDIT,
        frauds.seat(closing.credit_tree, reached) if right else frauds.NO_SEAT,
    )
    return object_to(
        Fraud.PAYOUT_WRONG, f"the payouts up to index {index} grew by {what}", [frauds.GROWTH], [growth]
    )
