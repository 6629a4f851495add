"""Settlement goes on for everybody, whatever is wrong with one receipt, one work or one pool."""

from collections import Counter

import pytest
from sqlalchemy import select, update

from creditline.errors import Insufficient
from creditline.ids import bytes32
from creditline.royalties.receipt import Usage
from creditline.royalties.settlement import LAST_ATTEMPT, RECEIPTS_PER_CALL, Progress, materialise_key
from creditline.store.chain_tables import works
from creditline.store.promises import RELEASE_AFTER_S
from creditline.store.service_tables import usages as usage_rows
from creditline.store.usages import Usages
from tests.chain.scene import hash_of
from tests.royalties.market import OTHER, POOL, Clock, settled_on_chain, sign_receipts, write_works
from tests.royalties.market import work as work_called
from tests.royalties.settling import Settling


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def usages(database, clock):
    return Usages(database, clock)


@pytest.fixture
def town(database, clock):
    return Settling(database, clock)


def carried(database):
    """Usage ids by the call that carries them."""
    calls = {}
    with database.read() as connection:
        for row in connection.execute(select(usage_rows.c.settle_key, usage_rows.c.usage_id)):
            calls.setdefault(row.settle_key, set()).add(row.usage_id)
    return calls


def test_a_stuck_receipt_of_one_pool_stops_no_other(database, town, usages):
    sign_receipts(usages, ["stuck"], pays=work_called("in no batch"))
    write_works(database, "work")
    sign_receipts(usages, ["same"])
    sign_receipts(usages, ["other"], pool=OTHER)
    assert town.step() == Progress(waiting=1, sent=2, settled=0, failed=0)
    assert carried(database)[None] == {"stuck"}


def test_a_page_of_stuck_receipts_hides_no_later_one(database, town, usages):
    sign_receipts(
        usages, [f"stuck-{n}" for n in range(RECEIPTS_PER_CALL + 1)], pays=work_called("in no batch")
    )
    write_works(database, "work")
    sign_receipts(usages, ["ready"])
    assert town.step().sent == 1


def test_works_are_written_first_even_where_one_cannot_be(database, town, usages):
    written = town.anchor("a", "b")
    sign_receipts(usages, ["lost"], pays=work_called("in no batch"))
    sign_receipts(usages, ["one"], pays=written["a"])
    sign_receipts(usages, ["two"], pays=written["b"], pool=OTHER)
    assert town.step() == Progress(waiting=3, sent=0, settled=0, failed=0)
    assert {entry.key for entry in town.queued("materialise:")} == {
        materialise_key(written[title]) for title in "ab"
    }
    town.step()
    assert len(town.queued("")) == 2, "asking again sends nothing twice"
    with database.write() as connection:
        connection.execute(update(works).values(on_chain=True))
    assert town.step() == Progress(waiting=1, sent=2, settled=0, failed=0)


def test_an_archive_that_lost_one_batch_stops_no_other_work(town, usages):
    lost, kept = town.anchor("a"), town.anchor("b", number=2)
    manifests = list(town.shelf.kept)
    del town.shelf.kept[manifests[0]]
    sign_receipts(usages, ["one"], pays=lost["a"])
    sign_receipts(usages, ["two"], pays=kept["b"])
    town.step()
    assert [entry.key for entry in town.queued("")] == [materialise_key(kept["b"])]


def test_a_work_that_the_registry_refuses_fails_its_receipts_and_frees_the_deposit(
    database, town, usages, clock
):
    work = town.anchor("poison")["poison"]
    sign_receipts(usages, ["poisoned"], pays=work)
    town.step()
    town.fail_writing(work)
    progress = town.step()
    assert progress == Progress(waiting=0, sent=0, settled=0, failed=1)
    assert progress.done, "whoever settles until nothing waits comes to an end"
    clock.now += RELEASE_AFTER_S
    usage = Usage(POOL, "next", bytes32(hash_of("next")), 5)
    assert usages.reserve(usage, 10**9, 5).nonce
    with pytest.raises(Insufficient):
        usages.reserve(Usage(POOL, "more", bytes32(hash_of("more")), 1), 10**9, 5)


def test_a_work_that_somebody_else_wrote_in_time_is_paid_after_all(database, town, usages):
    work = town.anchor("a")["a"]
    sign_receipts(usages, ["one"], pays=work)
    town.step()
    town.fail_writing(work)
    assert town.step().failed == 1
    with database.write() as connection:
        connection.execute(update(works).values(on_chain=True))
    assert town.step() == Progress(waiting=0, sent=1, settled=0, failed=0)


def test_a_receipt_that_its_holder_settled_is_not_sent(database, town, usages):
    write_works(database, "work")
    receipts = sign_receipts(usages, ["a", "b", "c"])
    settled_on_chain(database, receipts[0])
    assert town.step() == Progress(waiting=0, sent=2, settled=1, failed=0)
    assert {"b", "c"} in carried(database).values()


def test_one_receipt_that_the_chain_refuses_takes_no_other_with_it(database, town, usages):
    write_works(database, "work")
    sign_receipts(usages, range(RECEIPTS_PER_CALL))
    refused = {"37", "38", "99"}
    sizes = []
    for _ in range(LAST_ATTEMPT + 1):
        progress = town.step()
        assert progress.waiting == 0
        sizes.append(max(Counter(len(names) for names in carried(database).values())))
        town.fail_all(refused.__contains__)
    assert town.step() == Progress(waiting=0, sent=RECEIPTS_PER_CALL - len(refused), settled=0, failed=3)
    assert town.step().done is False, "the others are on their way"
    assert sizes[0] == RECEIPTS_PER_CALL
    failed = [entry for entry in carried(database).items() if entry[1] & refused]
    assert all(len(names) == 1 for _, names in failed), "the last attempt of each was its own"


def test_a_refused_receipt_ends_with_everything_done(database, town, usages):
    write_works(database, "work")
    sign_receipts(usages, ["alone"])
    for _ in range(LAST_ATTEMPT + 1):
        assert not town.step().done
        town.fail_all(lambda _: True)
    assert town.step() == Progress(waiting=0, sent=0, settled=0, failed=1)
    assert town.queued("settle:") == []


def test_receipts_past_their_deadline_are_failed_not_sent(database, town, usages, clock):
    write_works(database, "work")
    sign_receipts(usages, ["late"], deadline=clock.now - 1)
    sign_receipts(usages, ["in-time"], deadline=clock.now)
    assert town.step() == Progress(waiting=0, sent=1, settled=0, failed=1)
