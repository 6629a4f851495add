import threading
from dataclasses import replace

import pytest

from creditline.chain.outbox import Attempt
from creditline.chain.outbox import Outbox as WhatTheSenderNeeds
from creditline.errors import Conflict
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction
from tests.chain.scene import hash_of, person

SENDER, TO = person("operator").address, person("contract").address


@pytest.fixture
def outbox(database):
    made = Outbox(database)
    for key in "abc":
        made.enqueue(Transaction(key, TO, b"\0" + key.encode(), f"do {key}", 2**200))
    return made


def attempt(nonce, name="first"):
    return Attempt(SENDER, nonce, hash_of(f"{name} {nonce}"), b"\2raw", 50_000, 2**90, 2**70, 5)


def test_it_is_what_the_sender_needs(outbox):
    def takes(_: WhatTheSenderNeeds) -> None: ...

    takes(outbox)


def test_entries_come_back_as_they_were_put_in(outbox):
    assert [entry.key for entry in outbox.queued(2)] == ["a", "b"]
    entry = outbox.find("a")
    assert (entry.to, entry.data, entry.value, entry.state, entry.hashes) == (
        TO,
        b"\0a",
        2**200,
        "queued",
        (),
    )
    assert outbox.find("nobody") is None
    assert outbox.wake.is_set()
    assert outbox.count_by_state() == {"queued": 3}


def test_a_key_stands_for_one_transaction(outbox):
    same = Transaction("a", TO, b"\0a", "said differently", 2**200)
    outbox.enqueue(same)
    assert len(outbox.queued(10)) == 3
    for change in ({"to": SENDER}, {"data": b""}, {"value": 0}):
        with pytest.raises(Conflict, match="stands for another transaction"):
            outbox.enqueue(replace(same, **change))


def test_the_whole_way_of_a_transaction(outbox):
    outbox.sign("a", attempt(7))
    outbox.replace("a", attempt(7, "dearer"))
    assert [entry.key for entry in outbox.in_flight(SENDER)] == ["a"]
    assert outbox.in_flight(TO) == []
    outbox.mine("a", hash_of("first 7"), 10, hash_of("block"))
    outbox.unmine("a")
    outbox.mine("a", hash_of("first 7"), 11, hash_of("other block"))
    outbox.finish("a", hash_of("first 7"), 11, hash_of("other block"))
    entry = outbox.find("a")
    assert (entry.state, entry.nonce, entry.block_number) == ("final", 7, 11)
    assert entry.hashes == (hash_of("first 7"), hash_of("dearer 7")), "the one that was mined comes first"
    assert (entry.max_fee, entry.tip, entry.raw) == (2**90, 2**70, b"\2raw")
    assert outbox.highest_nonce(SENDER) == 7
    assert outbox.highest_nonce(TO) is None


def test_a_nonce_is_given_out_once(outbox):
    outbox.sign("a", attempt(0))
    with pytest.raises(Conflict, match=r"Nonce 0 of 0x\w+ is given out already"):
        outbox.sign("b", attempt(0))
    assert outbox.find("b").state == "queued"
    outbox.requeue("a")
    outbox.sign("b", attempt(0))
    assert outbox.find("a").hashes == ()


@pytest.mark.parametrize(
    "move",
    [
        lambda box: box.mine("a", hash_of("h"), 1, hash_of("b")),
        lambda box: box.unmine("a"),
        lambda box: box.requeue("a"),
        lambda box: box.finish("a", hash_of("h"), 1, hash_of("b")),
        lambda box: box.fail("nobody", "why"),
    ],
)
def test_a_move_from_the_wrong_state_is_refused(outbox, move):
    with pytest.raises(Conflict, match="one sender per key"):
        move(outbox)


def test_a_failure_keeps_its_reason(outbox):
    outbox.fail("a", "PoolUnknown(poolId=0x1)")
    assert (outbox.find("a").state, outbox.find("a").reason) == ("failed", "PoolUnknown(poolId=0x1)")
    with pytest.raises(Conflict):
        outbox.sign("a", attempt(0))


def test_many_who_enqueue_one_key_at_once_enqueue_it_once(database):
    outbox, barrier, troubles = Outbox(database), threading.Barrier(8), []

    def enqueue():
        barrier.wait()
        try:
            for key in range(5):
                outbox.enqueue(Transaction(f"key {key}", TO, b"", "once"))
        except Exception as trouble:  # noqa: BLE001 - told below
            troubles.append(trouble)

    threads = [threading.Thread(target=enqueue) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert [entry.key for entry in outbox.queued(10)] == [f"key {key}" for key in range(5)]
