"""F14: a service that is killed while it answers a call with an Idempotency-Key carries on: the call has one effect."""

import pytest

from creditline.access.repeats import LEASE_S, Answer, Repeats
from creditline.errors import InFlight
from creditline.store.answers import Answers
from creditline.store.database import Database
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction
from tests.faults.killing import killed_at
from tests.royalties.market import Clock

DONE = Answer(202, "application/json", b"{}")
TRANSACTION = Transaction("pay:1", "0x" + "00" * 20, b"", "pay")


def call(url, now, checkpoint):
    """What the front door and a route do, in a process of their own."""
    database = Database(url)
    clock = Clock()
    clock.now = now
    turn = Repeats(Answers(database), clock).begin("studio", "k", "body")
    checkpoint("begun")
    if not isinstance(turn, Answer):
        Outbox(database).enqueue(TRANSACTION)
        checkpoint("done")
        turn.end(DONE)
    checkpoint("kept")


@pytest.mark.parametrize("step", ["begun", "done", "kept"])
def test_f14_a_call_that_is_killed_at_any_step_has_one_effect(tmp_path, step):
    url = f"sqlite:///{tmp_path}/creditline.db"
    database = Database(url)
    database.migrate()
    clock = Clock()
    repeats = Repeats(Answers(database), clock)
    assert killed_at(step, lambda checkpoint: call(url, clock.now, checkpoint))
    if step != "kept":
        with pytest.raises(InFlight):
            repeats.begin("studio", "k", "body")
        clock.now += LEASE_S
        assert not killed_at("never", lambda checkpoint: call(url, clock.now, checkpoint))
    assert repeats.begin("studio", "k", "body") == DONE
    assert sum(Outbox(database).count_by_state().values()) == 1
    database.close()
