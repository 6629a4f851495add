"""A stranger with public data voids every wrong epoch by one call, and finds nothing to object to in a right one."""

from dataclasses import replace

import pytest

from creditline.audit.fraud import Fraud
from creditline.audit.objections import objections, unpublished
from creditline.errors import CreditlineError
from creditline.ids import Bytes32
from creditline.royalties.leaves import Payout
from tests.audit.court import Court

VOID = "0x" + "0" * 64


@pytest.fixture
def court(scene):
    return Court(scene)


def first_of(trial, fraud):
    found = [each for each in objections(trial) if each.fraud is fraud]
    assert found, [each.fraud for each in objections(trial)]
    return found[0]


def is_voided(court, trial, fraud):
    assert court.epoch_hash(trial.number) == trial.posted.epoch.hash()
    court.challenge(trial, first_of(trial, fraud))
    assert court.epoch_hash(trial.number) == VOID


def honest(court, number=1):
    return court.close(
        court.reported(number, 0, f"{number} a"),
        court.reported(number, 1, f"{number} b", 77, (999_999, 1)),
        number=number,
    )


def with_report(closing, index, **changes):
    reports = list(closing.reports)
    reports[index] = replace(reports[index], **changes)
    return replace(closing, reports=tuple(reports))


def with_credit(closing, index, **changes):
    credits_ = list(closing.credits)
    credits_[index] = credits_[index]._replace(**changes)
    return replace(closing, credits=tuple(credits_))


def test_nothing_can_be_objected_to_an_honest_epoch(court):
    for number in (1, 2, 3):
        trial = court.post(honest(court, number))
        assert unpublished(trial) == ""
        assert list(objections(trial)) == []
        court.accept(trial)


def test_an_epoch_that_pays_more_than_was_reported_is_voided_by_a_stranger(court):
    closing = honest(court)
    is_voided(court, court.post(closing, revenue=closing.report_tree.total + 1), Fraud.TREE_BROKEN)


def test_an_epoch_that_invents_a_usage_is_voided_by_a_stranger(court):
    closing = honest(court)
    other = closing.reports[1].usage_signature
    is_voided(court, court.post(with_report(closing, 0, usage_signature=other)), Fraud.USAGE_NOT_REPORTED)


def test_an_epoch_that_drops_a_receipt_is_voided_by_its_holder(court):
    dropped = court.reported(1, 1, "dropped")
    trial = court.post(court.close(court.reported(1, 0, "kept")))
    assert list(objections(trial)) == []
    is_voided(court, court.trial(trial.posted, (dropped.receipt,)), Fraud.RECEIPT_DROPPED)


def test_an_epoch_that_changes_a_receipt_is_voided_by_its_holder(court):
    promised, other = court.reported(1, 0, "promised"), court.reported(1, 0, "other")
    trial = court.post(court.close(other))
    is_voided(court, court.trial(trial.posted, (promised.receipt,)), Fraud.RECEIPT_DROPPED)


def test_two_receipts_for_one_index_void_the_epoch(court):
    one, other = court.reported(1, 0, "one"), court.reported(1, 0, "other")
    trial = court.post(court.close(one))
    is_voided(court, court.trial(trial.posted, (one.receipt, other.receipt)), Fraud.RECEIPT_DOUBLED)


def test_an_epoch_that_repeats_an_output_is_voided_by_a_stranger(court):
    closing = honest(court)
    again = with_report(closing, 1, output_hash=closing.reports[0].output_hash)
    is_voided(court, court.post(again), Fraud.OUTPUT_REPEATED)


def test_an_epoch_that_repeats_an_output_of_an_earlier_one_is_voided_by_a_stranger(court):
    court.accept(court.post(honest(court)))
    again = court.close(court.reported(2, 0, "1 a"), number=2)
    is_voided(court, court.post(again), Fraud.OUTPUT_REPEATED)


def test_an_epoch_that_names_a_work_outside_the_training_set_is_voided_by_a_stranger(court):
    closing = honest(court)
    outside = tuple(sorted((court.stranger_work, *closing.reports[0].work_ids[1:])))
    is_voided(court, court.post(with_report(closing, 0, work_ids=outside)), Fraud.WORK_NOT_TRAINED)


def test_an_epoch_that_names_another_data_set_is_voided_by_a_stranger(court):
    closing = honest(court)
    other = (Bytes32("0x" + "17" * 32), *closing.reports[0].dataset_ids[1:])
    is_voided(court, court.post(with_report(closing, 0, dataset_ids=other)), Fraud.WORK_NOT_TRAINED)


def test_an_epoch_that_names_a_place_beyond_the_data_set_is_voided_by_a_stranger(court):
    closing = honest(court)
    beyond = (99, *closing.reports[0].places[1:])
    is_voided(court, court.post(with_report(closing, 0, places=beyond)), Fraud.WORK_NOT_TRAINED)


def test_an_epoch_that_pays_a_wrong_payee_is_voided_by_a_stranger(court):
    closing = honest(court)
    thief = court.scene.person("thief").address
    payouts = (closing.payouts[0], Payout(thief, closing.payouts[1].amount), *closing.payouts[2:])
    is_voided(court, court.post(replace(closing, payouts=payouts)), Fraud.PAYEE_WRONG)


def test_an_epoch_that_names_nobody_as_payee_is_voided_by_a_stranger(court):
    closing = honest(court)
    nobody = (99, *closing.reports[0].payees[1:])
    is_voided(court, court.post(with_report(closing, 0, payees=nobody)), Fraud.PAYEE_WRONG)


def test_an_epoch_that_lowers_a_payee_is_voided_by_a_stranger(court):
    court.accept(court.post(honest(court)))
    closing = honest(court, 2)
    taken = closing.payouts[1].amount
    payouts = (
        Payout(closing.payouts[0].payee, closing.payouts[0].amount + taken),
        Payout(closing.payouts[1].payee, 0),
        *closing.payouts[2:],
    )
    trial = court.post(replace(closing, payouts=payouts))
    assert Fraud.PAYOUT_WRONG in {each.fraud for each in objections(trial)}
    is_voided(court, trial, Fraud.PAYOUT_CHANGED)


def test_an_epoch_that_forgets_a_payee_is_voided_by_a_stranger(court):
    court.accept(court.post(honest(court)))
    closing = honest(court, 2)
    *kept, last = closing.payouts
    kept[0] = Payout(kept[0].payee, kept[0].amount + last.amount)
    is_voided(court, court.post(replace(closing, payouts=tuple(kept))), Fraud.PAYOUT_CHANGED)


@pytest.mark.parametrize("number", [1, 2])
def test_an_epoch_whose_totals_did_not_grow_by_their_credits_is_voided_by_a_stranger(court, number):
    if number == 2:
        court.accept(court.post(court.close(court.reported(1, 0, "first", shares=(500_000,)))))
    closing = honest(court, number)
    for lower, higher in ((1, 2), (2, len(closing.payouts) - 1)):
        payouts = list(closing.payouts)
        payouts[lower] = Payout(payouts[lower].payee, payouts[lower].amount + 1)
        payouts[higher] = Payout(payouts[higher].payee, payouts[higher].amount - 1)
        is_voided(court, court.post(replace(closing, payouts=tuple(payouts))), Fraud.PAYOUT_WRONG)
        court.stake()


def test_an_epoch_that_moves_money_between_credits_is_voided_by_a_stranger(court):
    closing = honest(court)
    first, second = closing.credits[0], closing.credits[1]
    moved = with_credit(with_credit(closing, 0, amount=first.amount + 1), 1, amount=second.amount - 1)
    is_voided(court, court.post(moved), Fraud.CREDIT_WRONG)


def test_an_epoch_whose_report_names_a_credit_beyond_the_last_is_voided_by_a_stranger(court):
    closing = honest(court)
    beyond = (99, *closing.reports[0].credits[1:])
    is_voided(court, court.post(with_report(closing, 0, credits=beyond)), Fraud.CREDIT_MISSING)


@pytest.mark.parametrize("change", [{"report": 99}, {"entry": 7}, {"report": 1}])
def test_an_epoch_with_a_credit_that_no_report_names_is_voided_by_a_stranger(court, change):
    trial = court.post(with_credit(honest(court), 0, **change))
    is_voided(court, trial, Fraud.CREDIT_ORPHANED)


def test_an_epoch_with_credits_out_of_order_is_voided_by_a_stranger(court):
    closing = honest(court)
    is_voided(court, court.post(replace(closing, credits=closing.credits[::-1])), Fraud.CREDITS_UNSORTED)


def test_an_epoch_with_a_gap_among_its_credits_is_voided_by_a_stranger(court):
    closing = honest(court)
    credits_ = (*closing.credits[:2], None, *closing.credits[2:])
    is_voided(court, court.post(replace(closing, credits=credits_)), Fraud.TREE_BROKEN)


@pytest.mark.parametrize(
    "change",
    [{"weights": 0}, {"weights": 2**200}, {"places": (1,)}, {"payees": (0,)}, {"dataset_ids": ()}],
)
def test_an_epoch_with_a_malformed_report_is_voided_by_a_stranger(court, change):
    is_voided(court, court.post(with_report(honest(court), 0, **change)), Fraud.REPORT_MALFORMED)


def test_evidence_against_one_epoch_is_worth_nothing_against_another(court):
    closing = honest(court)
    wrong = court.post(with_report(closing, 0, weights=0))
    objection = first_of(wrong, Fraud.REPORT_MALFORMED)
    court.challenge(wrong, objection)
    court.stake()
    right = court.post(honest(court))
    with pytest.raises(CreditlineError, match="NotInTree"):
        court.challenge(right, objection)
    assert court.epoch_hash(1) == right.posted.epoch.hash()


def test_what_was_not_published_is_said(court):
    trial = court.post(honest(court))
    hidden = replace(trial.posted, closing=with_report(trial.closing, 0, revenue=5))
    assert unpublished(court.trial(hidden)) == "reports"
    assert list(objections(court.trial(hidden))) == []
