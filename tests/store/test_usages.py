"""F14 and the promises of a pool: one id, one nonce, and never more promised than is there."""

import threading
from collections import Counter

import pytest
from sqlalchemy import insert

from creditline.errors import Conflict, Insufficient, Missing
from creditline.ids import WorkId
from creditline.royalties.receipt import Receipt, Usage
from creditline.royalties.settlement import Progress
from creditline.store.chain_tables import settlements
from creditline.store.event_log import EventLog
from creditline.store.outbox import Outbox
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
    return Usage(pool, f"usage {number}", hash_of(f"{pool} {number}"), revenue)


def receipt(reservation):
    shares = ((WorkId(hash_of("work")), 999_999),)
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
    assert usages.find(POOL, "usage 1") is None
    first = usages.reserve(usage(1), 99, 100)
    assert (first.nonce, first.deadline, first.receipt) == (0, 99, None)
    assert usages.reserve(usage(1), 1000, 100) == first
    assert usages.reserve(usage(1, revenue=11), 1000, 100) == first, "the caller compares"
    usages.complete(receipt(first))
    assert usages.find(POOL, "usage 1").receipt == receipt(first)
    assert usages.reserve(usage(1), 99, 0).receipt == receipt(first)
    assert usages.reserve(usage(2), 99, 100).nonce == 1
    assert usages.reserve(usage(1, pool=OTHER), 99, 100).nonce == 0


def test_the_first_receipt_stays(usages):
    first = usages.reserve(usage(1), 99, 100)
    usages.complete(receipt(first))
    usages.complete(Receipt(first.usage, first.nonce, hash_of("another report"), (), 99, "0xbb"))
    assert usages.find(POOL, "usage 1").receipt == receipt(first)
    with pytest.raises(Missing, match="was not reserved"):
        usages.complete(Receipt(usage(2), 7, hash_of("report"), (), 99, "0xbb"))


def test_one_picture_earns_once(usages):
    usages.reserve(usage(1), 99, 100)
    with pytest.raises(Conflict, match="'usage 1' of this pool reported the same picture"):
        usages.reserve(Usage(POOL, "another id", usage(1).output_hash, 10), 99, 100)
    usages.reserve(Usage(OTHER, "another pool", usage(1).output_hash, 10), 99, 100)


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
    for nonce in (0, 9, 10, 2**70):
        settle(database, nonce, nonce % 1000)
    assert usages.reserve(usage(1), 99, 100).nonce == 2**70 + 1


def test_sixty_four_callers_of_one_id_make_one_reservation(usages):
    barrier, made, lock = threading.Barrier(16), [], threading.Lock()

    def call(number):
        barrier.wait()
        for repeat in range(4):
            reservation = usages.reserve(usage(f"{repeat}"), 99, 10**6)
            other = usages.reserve(usage(f"{number} {repeat}"), 99, 10**6)
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
    assert Counter(reservation.nonce for reservation in made)[nonces["usage 0"]] == 16


def test_receipts_are_carried_once_and_counted(usages, database):
    receipts, outbox = Receipts(database), Outbox(database)
    assert receipts.unsent(10) == []
    for number in range(5):
        reservation = usages.reserve(usage(number), 99, 100)
        if number != 2:
            usages.complete(receipt(reservation))
    usages.complete(receipt(usages.reserve(usage(0, pool=OTHER), 99, 100)))
    unsent = receipts.unsent(3)
    assert [each.nonce for each in unsent] == [0, 1, 3]
    assert receipts.progress() == Progress(waiting=5, sent=0, settled=0, failed=0)
    receipts.save_sent(unsent, CALL)
    assert outbox.find("settle").state == "queued"
    with pytest.raises(Conflict, match="carried by another"):
        receipts.save_sent(unsent[:1], Transaction("again", CALL.to, b"", "again"))
    assert outbox.find("again") is None
    assert [each.nonce for each in receipts.unsent(3)] == [4]
    settle(database, 0, 5)
    assert receipts.progress() == Progress(waiting=2, sent=2, settled=1, failed=0)
    outbox.fail("settle", "no")
    assert receipts.progress() == Progress(waiting=2, sent=0, settled=1, failed=2)
    receipts.save_sent(receipts.unsent(3), Transaction("second", CALL.to, b"", "second"))
    assert [each.usage.pool_id for each in receipts.unsent(3)] == [OTHER]
