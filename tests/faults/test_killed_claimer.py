"""A claim that is relayed by a process which is killed anywhere, over and over, pays each payee once, to the unit."""

import random
import sqlite3

import pytest
from sqlalchemy import select

from creditline.chain.node import Node
from creditline.chain.sender import Sender
from creditline.errors import Conflict
from creditline.store.database import Database
from creditline.store.service_tables import outbox
from tests.chain.anvil import CHAIN_ID
from tests.chain.scene import person
from tests.faults.killing import killed_at
from tests.royalties.epoch_town import open_staked_pool
from tests.royalties.payday import PayTown

STEPS = ("proved", "relayed", "read", "entered", "before-keeping", "kept", "broadcast", "mined", "concluded")
SEEDS = 20
GAS_OF_A_CLAIM = 400_000
PAYEES = ("alice", "bob")


@pytest.fixture
def owed(scene, tmp_path):
    """Both payees are owed what one final epoch says, and one of them what was settled directly as well."""
    url = f"sqlite:///{tmp_path}/creditline.db"
    database = Database(url)
    database.migrate()
    town = PayTown(scene, database)
    works = [scene.register(scene.person(name), name) for name in PAYEES]
    town.pool = open_staked_pool(scene, works)
    town.read_chain()
    town.report(town.pool, "usage", works)
    town.finish(town.pool)
    assert all(town.due(person(name)) == {town.pool: 280} for name in PAYEES)
    database.close()
    return url, town.pool, town.shelf


def claim_until_paid(scene, url, pool, shelf):
    """What a fresh process does: read, ask for both claims, send, until nothing is due."""

    def work(checkpoint):
        scene.node = Node(scene.anvil.url, CHAIN_ID)  # no connection is shared with the process before
        database = Database(url)
        town = PayTown(scene, database, shelf=shelf, steps=checkpoint)
        town.sender = Sender(scene.node, scene.operator, town.outbox, checkpoint=checkpoint)
        town.read_chain()
        for name in PAYEES:
            who = person(name).address
            try:
                town.claims.relay_claim(who, pool)
                town.claims.relay_claim(who, pool)
            except Conflict:  # paid already, in an earlier life
                continue
        while town.sender.step() or town.outbox.in_flight(scene.operator.address):
            scene.anvil.mine()
        town.read_chain()
        database.close()

    return work


def test_every_payee_is_paid_once_for_twenty_seeds_of_kills(scene, owed):
    """Each seed kills lives at steps of its choice, then lets one come through. The chain goes back to the start after it."""
    url, pool, shelf = owed
    killed = set()
    for seed in range(SEEDS):
        snapshot = scene.anvil.ask("evm_snapshot")
        copy = copy_of(url, seed)
        chance = random.Random(seed)
        for step in [STEPS[seed % len(STEPS)], *chance.sample(STEPS, 2)]:
            if killed_at(step, claim_until_paid(scene, copy, pool, shelf), skip=chance.randrange(2)):
                killed.add(step)
        assert not killed_at("never", claim_until_paid(scene, copy, pool, shelf))
        assert_paid_once(scene, copy, pool, shelf)
        scene.anvil.ask("evm_revert", snapshot)
    assert {"proved", "relayed", "kept", "broadcast"} <= killed


def copy_of(url, seed):
    """The rows as they were before the first claim, in a database of their own."""
    source, target = url.removeprefix("sqlite:///"), f"{url.removeprefix('sqlite:///')}.{seed}"
    with sqlite3.connect(source) as before, sqlite3.connect(target) as after:
        before.backup(after)
    return f"sqlite:///{target}"


def assert_paid_once(scene, url, pool, shelf):
    database = Database(url)
    town = PayTown(scene, database, shelf=shelf)
    assert [town.money(person(name)) for name in PAYEES] == [280, 280]
    assert all(town.due(person(name)) == {pool: 0} for name in PAYEES)
    assert scene.reader.pool(pool)["paidOut"] == 560
    with database.read() as connection:
        states = connection.scalars(select(outbox.c.state).where(outbox.c.key.startswith("claim:"))).all()
    assert (states, town.relays.spent(0)) == (["final", "final"], 2 * GAS_OF_A_CLAIM)
    book = town.statements.page(person("alice").address, 0, 2**37, None, 10)
    assert [(line.movement.kind, line.balance) for line in book.lines] == [("epoch", 280), ("claim", 0)]
    database.close()
