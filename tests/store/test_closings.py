"""Numbers of receipts and the stages of epochs, on both databases."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from creditline.errors import Conflict, Missing
from creditline.royalties.epoch import nonce_of
from creditline.royalties.keeping import Stage
from creditline.royalties.receipt import Usage
from creditline.royalties.reservation import Settlement
from creditline.store.service_tables import births
from tests.chain.scene import hash_of
from tests.royalties.epoch_office import START, Ledger, Office
from tests.royalties.market import POOL, settled_on_chain, work


@pytest.fixture
def ledger(database):
    ledger = Ledger(database)
    ledger.set_up()
    return ledger


@pytest.fixture
def office(database, ledger, tmp_path):
    return Office(database, tmp_path / "content", usages_max=3)


PAID = ((work("work 0"), 400_000),)


def test_indexes_count_without_gaps_and_a_full_epoch_is_closed(office):
    receipts = [office.report(f"usage-{n}", PAID, 10) for n in range(5)]
    places = [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    assert [each.nonce for each in receipts] == [nonce_of(*place) for place in places]
    assert [(draft.number, draft.usages) for draft in office.closings.list(POOL)] == [(1, 3)]
    assert office.closings.open(POOL) == (2, 2)


def test_epochs_are_listed_in_pages(office):
    for n in range(10):
        office.report(f"usage-{n}", PAID, 10)
    pages = [office.closings.list(POOL, limit=2), office.closings.list(POOL, before=2, limit=2)]
    assert [[draft.number for draft in page] for page in pages] == [[2, 3], [1]]
    assert office.closings.list(POOL, before=1) == []


def test_a_usage_that_is_given_back_leaves_no_gap(office):
    usage = Usage(POOL, "unreadable", hash_of("unreadable"), 5)
    office.usages.reserve(usage, 10**10, 10**9, Settlement.EPOCH, "0xaa")
    office.usages.release(POOL, "unreadable")
    assert office.report("first", PAID, 10).nonce == nonce_of(1, 0)
    with pytest.raises(Missing, match="was not reserved for an epoch"):
        office.usages.number(usage, hash_of("report"), ())


def test_numbering_again_keeps_what_was_said_first(office):
    first = office.report("first", PAID, 10)
    again = office.usages.number(first.usage, hash_of("another report"), ())
    assert replace(again, signature="") == first
    office.usages.release(POOL, "first")
    assert office.usages.find(POOL, "first").receipt.nonce == first.nonce, "what has a number stays"


def test_many_at_once_share_no_number(office):
    barrier, nonces = threading.Barrier(6), []

    def report(name):
        barrier.wait()
        nonces.append(office.report(name, PAID, 10).nonce)

    threads = [threading.Thread(target=report, args=(f"usage-{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(nonces) == [nonce_of(1 + n // 3, n % 3) for n in range(6)]


def test_time_closes_an_epoch_by_its_first_receipt(office):
    office.report("first", PAID, 10)
    office.closings.close_older(START - 1, START)
    assert office.closings.list(POOL) == []
    office.closings.close_older(START, START)
    office.closings.close_older(START, START)
    assert [draft.stage for draft in office.closings.list(POOL)] == [Stage.CLOSED]
    assert office.closings.close(POOL, START) is None, "the next has no receipts"


def test_a_draft_moves_only_from_where_it_was_read(office):
    office.report("first", PAID, 10)
    office.close()
    read = office.closings.find(POOL, 1)
    office.closings.reopen(read, "once", 0)
    office.closings.stop(read, "stale")
    found = office.closings.find(POOL, 1)
    assert (found.stage, found.attempt, found.reason) == (Stage.CLOSED, 1, "once")


def test_the_receipts_of_a_cheque_stay_empty_in_the_epoch(office, database, ledger):
    first, second = (office.report(name, PAID, 10) for name in ("first", "second"))
    settled_on_chain(database, first)
    office.close()
    office.step_all()
    assert ledger.take_posts() == 1
    office.step_all()
    closing = office.published.closing(POOL, 1)
    assert closing.reports[0] is None
    assert closing.reports[1].usage_id == second.usage.usage_id


def test_a_promise_moves_to_the_chain_with_its_epoch_and_back_when_it_is_void(office, database, ledger):
    office.report("first", PAID, 10**12 - 20)
    office.close()
    office.step_all()
    ledger.take_posts()
    office.step_all()
    office.report("second", PAID, 5)
    ledger.void()
    office.report("third", PAID, 15)
    usage = Usage(POOL, "too-much", hash_of("too much"), 1)
    with pytest.raises(Conflict, match="has 0 units"):
        office.usages.reserve(usage, 10**10, 10**12, Settlement.EPOCH, "0xaa")


def test_a_refused_post_is_built_again_and_says_why(office, ledger):
    office.report("first", PAID, 10)
    office.close()
    office.step_all()
    ledger.post = lambda *_: False
    ledger.take_posts()
    office.step_all()
    draft = office.closings.find(POOL, 1)
    assert (draft.stage, draft.attempt) == (Stage.CLOSED, 1)
    assert "The chain refused it: EpochOutOfOrder" in office.keeper.alarm()
    del ledger.post
    ledger.later()
    office.step_all()
    assert office.closings.find(POOL, 1).post_key.startswith(f"post:{POOL}:1:1:")
    assert office.keeper.alarm() == ""


def test_what_waited_too_long_to_be_posted_is_built_again(office, ledger):
    office.report("first", PAID, 10)
    office.close()
    office.keeper.step()
    built = office.closings.find(POOL, 1)
    assert built.stage is Stage.BUILT
    ledger.later(6 * 86_400 + 1)
    office.step_all()
    assert office.closings.find(POOL, 1).epoch.cutoff > built.epoch.cutoff + 6 * 86_400
    assert office.closings.find(POOL, 1).stage is Stage.POSTING


def test_receipts_that_are_about_to_be_cheques_are_not_posted(office, ledger):
    office.report("first", PAID, 10)
    office.close()
    ledger.later(10**10 - START - 31 * 86_400)
    office.step_all()
    assert "have turned into cheques" in office.keeper.alarm()
    assert office.closings.find(POOL, 1).stage is Stage.CLOSED


def test_a_database_that_is_younger_than_the_stake_gives_no_numbers(office, database, ledger):
    with database.write() as connection:
        connection.execute(update(births).values(born_at=ledger.now() + 1))
    with pytest.raises(Conflict, match="before this database was made"):
        office.report("first", PAID, 10)


def test_counts_tell_how_far_epochs_are(office):
    office.report("first", PAID, 10)
    assert office.closings.count_by_stage()["open"] == 1
    office.close()
    office.step_all()
    counts = office.closings.count_by_stage()
    assert (counts["open"], counts["posting"], counts["final"]) == (0, 1, 0)
