"""The budget of gas for what others ask for: never exceeded, and never charged without a transaction."""

import threading

import pytest

from creditline.store.outbox import Outbox
from creditline.store.relays import Relays
from creditline.transactions import Transaction
from tests.chain.scene import person

TO = person("ledger").address


def call(name):
    return Transaction(f"claim:{name}", TO, b"\1", "pay")


def send(relays, name, gas=400, limit=1_000, day=7):
    return relays.send(call(name), gas=gas, day=day, limit=limit)


def test_a_day_pays_up_to_its_limit_and_the_next_day_starts_afresh(database):
    relays, outbox = Relays(database), Outbox(database)
    assert send(relays, "a")
    assert send(relays, "b")
    assert not send(relays, "c")
    assert (relays.spent(7), outbox.find("claim:c")) == (800, None)
    assert send(relays, "c", gas=200), "what still fits is sent"
    assert send(relays, "d", day=8)
    assert (relays.spent(7), relays.spent(8), relays.spent(9)) == (1_000, 400, 0)


def test_asking_again_is_free_even_when_nothing_is_left(database):
    relays = Relays(database)
    assert send(relays, "a", gas=1_000)
    assert send(relays, "a", gas=1_000)
    assert relays.spent(7) == 1_000
    assert len(Outbox(database).queued(10)) == 1


def test_a_failure_is_told(database):
    relays = Relays(database)
    send(relays, "a")
    assert relays.failure("claim:a") is None
    Outbox(database).fail("claim:a", "NothingToPay()")
    assert relays.failure("claim:a") == "NothingToPay()"


def test_a_budget_of_nothing_sends_nothing(database):
    assert not send(Relays(database), "a", limit=0)


@pytest.mark.parametrize("same", [True, False])
def test_many_callers_at_once_never_exceed_the_budget(database, same):
    relays, barrier, sent, lock = Relays(database), threading.Barrier(12), [], threading.Lock()

    def ask(number):
        barrier.wait()
        for repeat in range(3):
            done = send(relays, repeat if same else (number, repeat), gas=1, limit=10)
            with lock:
                sent.append(done)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    queued = len(Outbox(database).queued(100))
    assert (len(sent), queued, relays.spent(7)) == (36, 3 if same else 10, 3 if same else 10)
    assert sum(sent) == (36 if same else 10)
