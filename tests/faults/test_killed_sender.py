"""F12: a sender that is killed anywhere, over and over, has one effect on chain for each transaction, and leaves no gap."""

import pytest

from creditline.chain.node import Node
from creditline.chain.sender import Sender
from creditline.ids import address
from creditline.store.database import Database
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction
from tests.chain.anvil import CHAIN_ID, Anvil
from tests.chain.scene import hash_of, person
from tests.faults.killing import killed_at

STEPS = ("before-keeping", "kept", "broadcast", "mined", "concluded")
PAYEES = [address("0x" + hash_of(f"payee {number}")[-40:]) for number in range(4)]


@pytest.fixture
def anvil():
    """Finality lies far enough back for every transaction to be seen mined before it is final."""
    chain = Anvil(slots=6)
    yield chain
    chain.stop()


def enqueue(scene, database):
    outbox = Outbox(database)
    for payee in PAYEES:
        call = scene.calls.mint(scene.deployment.demo_token, payee, 7)
        outbox.enqueue(Transaction(f"mint:{payee}", call.to, call.data, "mint"))


def send_all(scene, url):
    """What a fresh process does: everything until it comes to rest."""

    def work(checkpoint):
        database = Database(url)
        node = Node(scene.anvil.url, CHAIN_ID)
        outbox, key = Outbox(database), person("operator")
        sender = Sender(node, key, outbox, checkpoint=checkpoint)
        while sender.step() or outbox.in_flight(key.address):
            scene.anvil.mine()

    return work


def assert_each_was_sent_once(scene, database):
    outbox, token = Outbox(database), scene.deployment.demo_token
    entries = [outbox.find(f"mint:{payee}") for payee in PAYEES]
    assert {entry.state for entry in entries} == {"final"}
    assert sorted(entry.nonce for entry in entries) == list(range(len(PAYEES)))
    assert scene.node.transaction_count(scene.operator.address) == len(PAYEES)
    assert [scene.reader.balance(token, payee) for payee in PAYEES] == [7] * len(PAYEES)


@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("step", STEPS)
def test_one_effect_after_a_kill_at_each_step(scene, database, step, skip):
    enqueue(scene, database)
    url = str(database.engine.url)
    database.close()
    assert killed_at(step, send_all(scene, url), skip)
    assert not killed_at("never", send_all(scene, url))
    assert_each_was_sent_once(scene, Database(url))


def test_one_effect_when_every_life_ends_at_its_next_step(scene, database):
    """Each process is killed one step further than the one before, until one comes through."""
    enqueue(scene, database)
    url = str(database.engine.url)
    database.close()
    for step in STEPS:
        lives = 0
        while killed_at(step, send_all(scene, url), skip=lives):
            lives += 1
    assert_each_was_sent_once(scene, Database(url))


def test_one_effect_when_a_kill_meets_a_reorganisation(scene, database):
    enqueue(scene, database)
    url = str(database.engine.url)
    database.close()
    scene.anvil.mine(3)
    assert killed_at("mined", send_all(scene, url))
    scene.anvil.reorg(1)
    assert not killed_at("never", send_all(scene, url))
    assert_each_was_sent_once(scene, Database(url))
