"""F12: a follower or projector that is killed anywhere ends with the rows of one that never was."""

import pytest

from creditline.chain.follower import Follower
from creditline.chain.node import Node
from creditline.store.database import Database
from creditline.store.event_log import EventLog
from creditline.store.projections import Projector
from creditline.store.snapshot import snapshot
from tests.chain.anvil import CHAIN_ID
from tests.faults.killing import killed_at


@pytest.fixture
def busy(scene):
    """A chain with something of everything on it, all of it final."""
    alice, bob = scene.person("alice"), scene.person("bob")
    batch = scene.batch(alice, ["one", "two"])
    scene.anchor(batch)
    works = [scene.materialise(batch, 0), scene.register(bob, "three")]
    pool = scene.open_pool()
    scene.settle(scene.receipt(pool, 0, [(work, 250_000) for work in works]))
    scene.send(scene.calls.set_payee(works[1], alice.address), bob)
    scene.settle(scene.receipt(pool, 1, [(work, 250_000) for work in works]))
    scene.send(scene.calls.withdraw_for(scene.deployment.demo_token, bob.address))
    scene.anvil.finalise()
    return scene


def follow_and_project(scene, url):
    def work(checkpoint):
        database = Database(url)
        database.migrate()
        node = Node(scene.anvil.url, CHAIN_ID)
        follower = Follower(node, scene.deployment, EventLog(database), span=4, checkpoint=checkpoint)
        projector = Projector(database, checkpoint=checkpoint)
        while follower.step():
            projector.step()
        while projector.step():
            pass

    return work


def rows_of(url):
    database = Database(url)
    with database.read() as connection:
        rows = snapshot(connection)
    database.close()
    return rows


@pytest.mark.parametrize("step", ["read", "extended", "before-commit", "committed"])
def test_rows_are_the_same_after_being_killed_again_and_again(busy, tmp_path, step):
    whole, broken = f"sqlite:///{tmp_path}/whole.db", f"sqlite:///{tmp_path}/broken.db"
    assert not killed_at("never", follow_and_project(busy, whole))
    kills = 0
    while killed_at(
        step, follow_and_project(busy, broken), skip=1 if step in ("read", "before-commit") else 0
    ):
        kills += 1
    assert kills >= 2
    assert rows_of(broken) == rows_of(whole)
    assert len(rows_of(whole)["settlements"]) == 2
