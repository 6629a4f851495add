"""F14 and the promises of a pool: one id, one nonce, and never more promised than is there."""

import threading
from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import insert

from creditline.errors import Conflict, Insufficient, Missing
from creditline.ids import WorkId
from creditline.royalties.receipt import Receipt, Usage
from creditline.royalties.settlement import LAST_ATTEMPT, Progress, materialise_key
from creditline.store.chain_tables import settlements, works
from creditline.store.event_log import EventLog
from creditline.store.outbox import Outbox
from creditline.store.promises import RELEASE_AFTER_S
from creditline.store.receipts import Receipts
from creditline.store.usages import Usages
from creditline.transactions import Transaction
from tests.chain.scene import hash_of, person

POOL, OTHER = hash_of("pool"), hash_of("other pool")
CALL = Transaction("settle", person("ledger").address, b"\1", "settle")


@pytest.fixture
def usages(database):
    return Usages(database, clock=lambda: 0)


def usage(number, revenue=10, pool=POOL):
    return Usage(pool, f"usage-{number}", hash_of(f"{pool} {number}"), revenue)


def receipt(reservation, work="work"):
    shares = ((WorkId(hash_of(work)), 999_999),)
    return Receipt(
        reservation.usage, reservation.nonce, hash_of("report"), shares, reservation.deadline, "0xaa"
    )


def settle(database, nonce, number, pool=POOL):
    row = {
        "pool_id": pool,
        "nonce": nonce,
        "output_hash": hash_of("o"),
        "report_hash": hash_of("r"),
        "revenue": 10,
    }
    row |= {"creator_part": 7, "unattributed": 0, "tx_hash": hash_of("t"), "settled_at": 1}
    with database.write() as connection:
        connection.execute(insert(settlements).values(**row, number=number, log_index=0))


def test_a_reservation_is_taken_up_where_it_stopped(usages):
    assert usages.find(POOL, "usage-1") is None
    first = usages.reserve(usage(1), 99, 100)
    assert (first.nonce, first.deadline, first.receipt) == (0, 99, None)
    assert usages.reserve(usage(1), 1000, 100) == first
    assert usages.reserve(usage(1, revenue=11), 1000, 100) == first, "the caller compares"
    usages.complete(receipt(first))
    assert usages.find(POOL, "usage-1").receipt == receipt(first)
    assert usages.reserve(usage(1), 99, 0).receipt == receipt(first)
    assert usages.reserve(usage(2), 99, 100).nonce == 1
    assert usages.reserve(usage(1, pool=OTHER), 99, 100).nonce == 0


def test_the_first_receipt_stays(usages):
    first = usages.reserve(usage(1), 99, 100)
    usages.complete(receipt(first))
    usages.complete(Receipt(first.usage, first.nonce, hash_of("another report"), (), 99, "0xbb"))
    assert usages.find(POOL, "usage-1").receipt == receipt(first)
    with pytest.raises(Missing, match="was not reserved"):
        usages.complete(Receipt(usage(2), 7, hash_of("report"), (), 99, "0xbb"))


def test_one_picture_earns_once(usages):
    usages.reserve(usage(1), 99, 100)
    with pytest.raises(Conflict, match="'usage-1' of this pool reported the same picture"):
        usages.reserve(Usage(POOL, "another-id", usage(1).output_hash, 10), 99, 100)
    usages.reserve(Usage(OTHER, "another-pool", usage(1).output_hash, 10), 99, 100)


def test_no_more_is_promised_than_is_there(usages, database):
    for number in range(3):
        usages.reserve(usage(number), 99, 35)
    with pytest.raises(Insufficient, match="has 5 units that no receipt has promised"):
        usages.reserve(usage(3), 99, 35)
    settle(database, 0, 5)
    settle(database, 1, 6)
    # Settled money is gone from what is available as well.
    with pytest.raises(Insufficient, match="has 5 units"):
        usages.reserve(usage(3), 99, 15)
    assert usages.reserve(usage(3), 99, 20).nonce == 3
    EventLog(database).reset()
    with pytest.raises(Insufficient, match="has 0 units"):
        usages.reserve(usage(4), 99, 35)


def test_revenue_beyond_64_bits_is_counted_exactly(usages):
    usages.reserve(usage(1, revenue=2**100), 99, 2**100 + 2**99)
    with pytest.raises(Insufficient, match=str(2**99)):
        usages.reserve(usage(2, revenue=2**99 + 1), 99, 2**100 + 2**99)
    usages.reserve(usage(2, revenue=2**99), 99, 2**100 + 2**99)


def test_nonces_go_on_above_what_the_chain_has_seen(usages, database):
    """As after the loss of this database: the chain remembers."""
    for nonce in (0, 9, 10, 2**31):
        settle(database, nonce, nonce % 1000)
    assert usages.reserve(usage(1), 99, 100).nonce == 2**31 + 1


def test_nonces_of_epochs_do_not_move_those_of_direct_settlement(usages, database):
    for nonce in (7, 2**32, 2**32 + 5, 99 << 32):
        settle(database, nonce, nonce % 1000)
    assert usages.reserve(usage(1), 99, 100).nonce == 8


def test_a_pool_whose_direct_nonces_are_used_up_says_so(usages, database):
    settle(database, 2**32 - 1, 1)
    with pytest.raises(Insufficient, match="no nonces left for direct settlement"):
        usages.reserve(usage(1), 99, 100)


def test_sixty_four_callers_of_one_id_make_one_reservation(usages):
    barrier, made, lock = threading.Barrier(16), [], threading.Lock()

    def call(number):
        barrier.wait()
        for repeat in range(4):
            reservation = usages.reserve(usage(f"{repeat}"), 99, 10**6)
            other = usages.reserve(usage(f"{number}-{repeat}"), 99, 10**6)
            with lock:
                made.extend([reservation, other])

    threads = [threading.Thread(target=call, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    nonces = {reservation.usage.usage_id: reservation.nonce for reservation in made}
    assert len(made) == 128
    assert sorted(nonces.values()) == list(range(4 + 64))
    assert Counter(reservation.nonce for reservation in made)[nonces["usage-0"]] == 16


def sign(usages, *numbers, pool=POOL, work="work", deadline=99):
    for number in numbers:
        reservation = usages.reserve(usage(number, pool=pool), deadline, 10**6)
        usages.complete(receipt(reservation, work))


def write_work(database, *names):
    text = dict.fromkeys(("creator", "owner", "payee"), person("alice").address)
    text |= dict.fromkeys(("content_hash", "record_hash", "terms_hash"), hash_of("any"))
    number = {"registered_at": 1, "leaf_index": -1, "on_chain": True}
    with database.write() as connection:
        connection.execute(insert(works), [{"id": hash_of(name), **text, **number} for name in names])


def test_receipts_are_carried_once_and_counted(usages, database):
    receipts, outbox = Receipts(database, clock=lambda: 0), Outbox(database)
    assert receipts.ready() == []
    write_work(database, "work")
    sign(usages, 0, 1, 3, 4)
    usages.reserve(usage(2), 99, 100)
    sign(usages, 0, pool=OTHER)
    assert receipts.ready() == [(POOL, 0), (OTHER, 0)]
    unsent = receipts.unsent(POOL, 0, 3)
    assert [each.nonce for each in unsent] == [0, 1, 2]
    assert receipts.progress() == Progress(waiting=5, sent=0, settled=0, failed=0)
    receipts.save_sent(unsent, CALL)
    assert outbox.find("settle").state == "queued"
    with pytest.raises(Conflict, match="carried by another"):
        receipts.save_sent(unsent[:1], Transaction("again", CALL.to, b"", "again"))
    assert outbox.find("again") is None
    assert [each.nonce for each in receipts.unsent(POOL, 0, 3)] == [3]
    settle(database, 0, 5)
    assert receipts.progress() == Progress(waiting=2, sent=2, settled=1, failed=0)


def test_a_receipt_that_waits_for_its_work_hides_no_other(usages, database):
    receipts = Receipts(database, clock=lambda: 0)
    sign(usages, 0, 1, work="far away")
    write_work(database, "work")
    sign(usages, 2)
    sign(usages, 3, pool=OTHER)
    assert receipts.ready() == [(POOL, 0), (OTHER, 0)]
    assert [each.nonce for each in receipts.unsent(POOL, 0, 1)] == [2]
    assert receipts.works_awaited() == [hash_of("far away")]
    Outbox(database).enqueue(replace(CALL, key=materialise_key(hash_of("far away"))))
    assert receipts.works_awaited() == [], "a transaction writes it"
    assert receipts.progress().waiting == 4


def test_settled_and_late_receipts_are_not_sent(usages, database):
    now = [0]
    receipts = Receipts(database, clock=lambda: now[0])
    write_work(database, "work")
    sign(usages, 0, 1, deadline=99)
    sign(usages, 2, deadline=100)
    settle(database, 0, 5)
    assert [each.nonce for each in receipts.unsent(POOL, 0, 9)] == [1, 2]
    now[0] = 100
    assert [each.nonce for each in receipts.unsent(POOL, 0, 9)] == [2]
    assert receipts.progress() == Progress(waiting=1, sent=0, settled=1, failed=1)


def test_a_failed_call_is_sent_again_under_another_key_until_each_receipt_went_alone(usages, database):
    receipts, outbox = Receipts(database, clock=lambda: 0), Outbox(database)
    write_work(database, "work")
    sign(usages, 0, 1)
    settle(database, 0, 5)
    keys = []
    for attempt in range(LAST_ATTEMPT + 1):
        assert receipts.ready() == [(POOL, attempt)]
        receipts.save_sent(receipts.unsent(POOL, attempt, 9), CALL)
        (entry,) = outbox.queued(9)
        keys.append(entry.key)
        receipts.take_up()
        assert receipts.progress().sent == 1, "a call on its way is left alone"
        outbox.fail(entry.key, "no")
        assert receipts.progress() == Progress(waiting=1, sent=0, settled=1, failed=0)
        receipts.take_up()
        receipts.take_up()
    assert len(set(keys)) == LAST_ATTEMPT + 1
    assert receipts.ready() == []
    assert receipts.progress() == Progress(waiting=0, sent=0, settled=1, failed=1)
    settle(database, 1, 6)
    assert receipts.progress() == Progress(waiting=0, sent=0, settled=2, failed=0), "its holder settled it"


def lose(database, receipts, name):
    """Our transaction that writes a work fails."""
    outbox, key = Outbox(database), materialise_key(hash_of(name))
    outbox.enqueue(replace(CALL, key=key))
    outbox.fail(key, "ZeroValue()")
    receipts.take_up()


def test_the_promise_of_a_failed_receipt_is_given_back_once_it_cannot_be_on_its_way(database):
    now = [0]
    usages, receipts = Usages(database, lambda: now[0]), Receipts(database, clock=lambda: now[0])
    sign(usages, 0, work="lost", deadline=10**9)
    lose(database, receipts, "lost")
    assert receipts.progress() == Progress(waiting=0, sent=0, settled=0, failed=1)
    now[0] = RELEASE_AFTER_S - 1
    with pytest.raises(Insufficient, match="has 5 units"):
        usages.reserve(usage(1), 10**9, 15)
    now[0] += 1
    usages.reserve(usage(1), 10**9, 15)
    settle(database, 0, 5)
    with pytest.raises(Insufficient, match="has 5 units"):  # it is not taken out twice
        usages.reserve(usage(2), 10**9, 15)


def test_a_work_that_somebody_else_writes_revives_its_receipts(database):
    now = [0]
    usages, receipts = Usages(database, lambda: now[0]), Receipts(database, clock=lambda: now[0])
    sign(usages, 0, work="lost", deadline=10**9)
    lose(database, receipts, "lost")
    now[0] = RELEASE_AFTER_S
    usages.reserve(usage(1), 10**9, 30)
    write_work(database, "lost")
    receipts.take_up()
    assert receipts.ready() == [(POOL, 0)]
    with pytest.raises(Insufficient, match="has 10 units"):
        usages.reserve(usage(2, revenue=11), 10**9, 30)


def test_what_ran_out_unsettled_is_no_longer_promised(database):
    now = [0]
    usages = Usages(database, lambda: now[0])
    sign(usages, 0, deadline=99)
    usages.reserve(usage(1), 99, 20)
    now[0] = 99 + RELEASE_AFTER_S
    usages.release(POOL, "usage-1")
    usages.reserve(usage(2, revenue=20), 10**9, 20)
    EventLog(database).reset()
    with pytest.raises(Insufficient, match="has 0 units"):
        usages.reserve(usage(3), 10**9, 20)


def test_a_released_reservation_gives_id_picture_and_promise_back(usages):
    first = usages.reserve(usage(1), 99, 10)
    usages.release(POOL, "usage-1")
    usages.release(POOL, "usage-1")
    usages.release(OTHER, "never-reserved")
    assert usages.find(POOL, "usage-1") is None
    again = usages.reserve(Usage(POOL, "another-id", usage(1).output_hash, 10), 99, 10)
    assert again.nonce > first.nonce
    with pytest.raises(Missing, match="was not reserved"):
        usages.complete(receipt(first))


def test_a_signed_receipt_is_not_released(usages):
    first = usages.reserve(usage(1), 99, 10)
    usages.complete(receipt(first))
    usages.release(POOL, "usage-1")
    assert usages.find(POOL, "usage-1").receipt == receipt(first)
    with pytest.raises(Insufficient, match="has 0 units"):
        usages.reserve(usage(2), 99, 10)
