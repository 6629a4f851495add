import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditline.amounts import Terms, credit_works, cut_revenue
from creditline.errors import Conflict, Invalid, Missing
from creditline.ids import bytes32
from creditline.royalties.closing import Standing, close_epoch
from creditline.royalties.leaves import Payout
from creditline.sum_tree import leaf_hash, opens
from tests.royalties.closings import (
    COMMONS,
    CUTOFF,
    START,
    TERMS,
    close,
    creators,
    payee,
    reported,
    standing,
    work,
)

PAYEES = {number: payee(number % 7) for number in range(1, 12)} | {12: COMMONS}
DATA = bytes32(bytes(32))


def batch_of(chance, number=1):
    """Receipts of up to 12 works, some cashed as cheques."""
    batch = [some_receipt(chance, number, index) for index in range(chance.randint(1, 12))]
    return batch if any(batch) else batch_of(chance, number)


def some_receipt(chance, number, index):
    if chance.random() < 0.2:
        return None
    works = chance.sample(range(1, 13), chance.choice([0, 1, 1, 2, 3, 12]))
    bounds = sorted(chance.sample(range(1, 1_000_001), len(works)))
    weights = [high - low for low, high in pairwise([0, *bounds])]
    revenue = chance.randint(1, chance.choice([3, 10**6, 2**90]))
    return reported(number, index, revenue, list(zip(works, weights, strict=True)))


def history_of(seed):
    """A pool's terms, and up to four epochs of it with their receipts, in order."""
    chance = random.Random(seed)
    creators_bps = chance.choice([0, 1, 3333, 7000, 10_000])
    terms, closings, before = Terms(creators_bps, (10_000 - creators_bps) // 3, 0), [], START
    for number in range(1, 1 + chance.randint(1, 4)):
        batch = batch_of(chance, number)
        closings.append((batch, close(batch, number=number, before=before, terms=terms, payees=PAYEES)))
        before = standing(closings[-1][1])
    return terms, closings


seeds = st.integers(0, 2**64 - 1)
histories = seeds.map(history_of)


@settings(deadline=None)
@given(histories)
def test_payouts_are_the_creators_part_of_all_revenue_and_grow_by_the_credits(history):
    terms, closings = history
    earned, paid = 0, 0
    for batch, closing in closings:
        earned += sum(each.receipt.usage.revenue for each in batch if each)
        epoch = closing.epoch(DATA)
        assert epoch.revenue_before + epoch.revenue == earned
        assert epoch.payout_sum == creators(earned, terms) == sum(each.amount for each in closing.payouts)
        assert (
            epoch.payout_sum - paid
            == closing.credit_tree.total
            == sum(each.amount for each in closing.credits)
        )
        paid = epoch.payout_sum


@settings(deadline=None)
@given(histories)
def test_a_payee_keeps_its_index_and_grows_by_its_own_credits(history):
    _, closings = history
    before = START.payouts
    for _, closing in closings:
        grown = [0] * len(closing.payouts)
        for credit in closing.credits:
            grown[credit.payee] += credit.amount
        known = [*before, *(Payout(each.payee, 0) for each in closing.payouts[len(before) :])]
        assert [Payout(each.payee, each.amount + more) for each, more in zip(known, grown, strict=True)] == [
            *closing.payouts
        ]
        before = closing.payouts
    assert len({each.payee for each in before}) == len(before)


@settings(deadline=None)
@given(histories)
def test_each_report_is_credited_as_the_rules_say_and_names_its_credits(history):
    terms, closings = history
    earned = 0
    for batch, closing in closings:
        for index, (each, leaf) in enumerate(zip(batch, closing.reports, strict=True)):
            if each is None:
                assert leaf is None
                continue
            revenue = each.receipt.usage.revenue
            split = credit_works(
                cut_revenue(earned, revenue, terms).creators, [share for _, share in each.receipt.shares]
            )
            earned += revenue
            owners = [PAYEES[int(name[2:4], 16)] for name in leaf.work_ids] + [COMMONS]
            assert [closing.payouts[at].payee for at in leaf.payees] == owners
            named = [closing.credits[at] for at in leaf.credits]
            assert [credit.amount for credit in named] == [*split.works, split.unattributed]
            assert [credit[0::2] + credit[3:] for credit in named] == [
                (at, index, entry) for entry, at in enumerate(leaf.payees)
            ]


@settings(deadline=None)
@given(histories)
def test_credits_stand_by_payee_report_and_entry_and_each_is_named_once(history):
    for _, closing in history[1]:
        keys = [(credit.payee, credit.report, credit.entry) for credit in closing.credits]
        assert keys == sorted(set(keys))
        assert sorted(at for leaf in closing.reports if leaf for at in leaf.credits) == [*range(len(keys))]


@settings(deadline=None)
@given(histories, st.data())
def test_every_leaf_opens_and_proves_what_stands_before_it(history, data):
    _, closing = data.draw(st.sampled_from(history[1]))
    trees = [
        (closing.report_tree, closing.reports, "revenue"),
        (closing.credit_tree, closing.credits, "amount"),
        (closing.payout_tree, closing.payouts, "amount"),
    ]
    for tree, leaves, amount in trees:
        for index, leaf in enumerate(leaves):
            name, value = (leaf_hash(leaf.encode()), getattr(leaf, amount)) if leaf else (bytes(32), 0)
            before = sum(getattr(each, amount) for each in leaves[:index] if each)
            found = opens(tree.root, tree.total, tree.count, name, value, index, tree.proof(index))
            assert found == (True, before)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 10**12)), min_size=2, max_size=8), st.randoms())
def test_what_a_payee_gets_of_exact_parts_does_not_depend_on_the_order_of_receipts(
    paid, shuffler: random.Random
):
    """Parts that need no rounding: ten thousand times as much, all of it to one work."""
    totals = []
    for _ in range(2):
        batch = [
            reported(1, index, revenue * 10_000, [(each, 1_000_000)])
            for index, (each, revenue) in enumerate(paid)
        ]
        totals.append({each.payee: each.amount for each in close(batch, payees=PAYEES).payouts})
        shuffler.shuffle(paid)
    assert totals[0] == totals[1]


@given(seeds)
def test_the_same_receipts_make_the_same_epoch_however_the_registry_is_listed(seed):
    batch = batch_of(random.Random(seed))
    there = close(batch, payees=PAYEES)
    back = close(batch, payees=dict(reversed(PAYEES.items())))
    assert there == back
    assert there.epoch(DATA) == back.epoch(DATA)


def test_new_payees_come_in_the_order_of_their_first_credit():
    batch = [
        reported(1, 0, 100, [(5, 10), (3, 10)]),
        reported(1, 1, 100, [(1, 10), (5, 10)]),
    ]
    closing = close(batch, payees={1: payee(1), 3: payee(3), 5: payee(5)})
    assert [each.payee for each in closing.payouts] == [COMMONS, payee(3), payee(5), payee(1)]


def test_a_credit_of_nothing_still_makes_a_payee():
    closing = close([reported(1, 0, 1, [(1, 1)])], payees={1: payee(1)})
    assert closing.payouts == (Payout(COMMONS, 0), Payout(payee(1), 0))
    assert closing.claim(payee(1)).amount == 0


def test_what_no_work_explains_goes_to_commons():
    closing = close([reported(1, 0, 1000, [(1, 600_000)])], payees={1: payee(1)})
    assert closing.payouts == (Payout(COMMONS, 280), Payout(payee(1), 420))


def test_a_claim_opens_under_the_posted_root():
    closing = close([reported(1, 0, 1000, [(1, 500_000), (2, 500_000)])], payees=PAYEES)
    claim, epoch = closing.claim(payee(2)), closing.epoch(DATA)
    leaf = leaf_hash(Payout(claim.payee, claim.amount).encode())
    root, count = bytes.fromhex(epoch.payouts[2:]), len(closing.payouts)
    assert opens(root, epoch.payout_sum, count, leaf, claim.amount, claim.index, claim.proof) == (True, 350)
    with pytest.raises(Missing, match="has no payout in epoch 1"):
        closing.claim(payee(3))


@pytest.mark.parametrize("batch", [[], [None, None]], ids=["no receipt", "cheques alone"])
def test_an_epoch_without_revenue_is_refused(batch):
    with pytest.raises(Invalid, match="without revenue"):
        close(batch)


@pytest.mark.parametrize("number", [0, 2**24])
def test_a_number_that_the_ledger_does_not_count_to_is_refused(number):
    with pytest.raises(Invalid, match=f"no epoch {number}"):
        close([reported(number, 0, 5)], number=number)


def test_a_work_that_the_registry_does_not_know_is_refused():
    with pytest.raises(Conflict, match=f"did not know the work {work(2)}"):
        close([reported(1, 0, 1000, [(1, 5), (2, 5)])], payees={1: payee(1)})


def test_a_receipt_at_another_index_is_refused():
    with pytest.raises(Invalid, match="nonce 4294967297 and a revenue are due here"):
        close([None, reported(1, 0, 5)])


def test_a_receipt_of_another_epoch_is_refused():
    with pytest.raises(Invalid, match="nonce 4294967296 and a revenue are due here"):
        close([reported(2, 0, 5)])


def test_a_receipt_of_nothing_is_refused():
    with pytest.raises(Invalid, match="earned 0 units"):
        close([reported(1, 0, 0)])


def test_a_picture_that_stands_in_the_epoch_already_is_refused():
    with pytest.raises(Conflict, match="'usage-1-1' reports a picture that stands in this epoch"):
        close([reported(1, 0, 5, output="one"), reported(1, 1, 5, output="one")])


def test_receipts_of_two_pools_are_refused():
    strange = reported(1, 1, 5)
    usage = replace(strange.receipt.usage, pool_id=bytes32(bytes(32)))
    with pytest.raises(Invalid, match="more than one pool"):
        close([reported(1, 0, 5), replace(strange, receipt=replace(strange.receipt, usage=usage))])


def test_works_that_do_not_ascend_are_refused():
    each = reported(1, 0, 5, [(1, 10), (2, 10)])
    receipt = replace(each.receipt, shares=each.receipt.shares[::-1])
    with pytest.raises(Invalid, match="do not ascend"):
        close([replace(each, receipt=receipt)])


def test_a_work_without_a_place_is_refused():
    each = reported(1, 0, 5, [(1, 10), (2, 10)])
    with pytest.raises(Invalid, match="have not one place each"):
        close([replace(each, places=each.places[:1])])


def test_weights_above_a_million_are_refused():
    with pytest.raises(Invalid, match="sum to at most 1,000,000"):
        close([reported(1, 0, 5, [(1, 600_000), (2, 600_000)])], payees=PAYEES)


@pytest.mark.parametrize(
    "payouts",
    [(), (Payout(COMMONS, 1),), (Payout(COMMONS, 0), Payout(COMMONS, 0))],
    ids=["nobody", "another sum", "somebody twice"],
)
def test_a_standing_that_does_not_close_is_refused(payouts):
    with pytest.raises(Invalid, match="name nobody, or somebody twice"):
        close([reported(1, 0, 5)], before=Standing(0, payouts))


def test_a_work_of_which_nobody_asked_the_registry_is_not_paid_to_anyone_else():
    batch = [reported(1, 0, 5, [(1, 10)])]
    with pytest.raises(KeyError, match=work(1)):
        close_epoch(1, batch, before=START, terms=TERMS, cutoff=CUTOFF, payee_of={})
