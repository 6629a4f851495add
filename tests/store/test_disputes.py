"""Disputes from rows on both databases: prepared, opened, shown and ended against the real contracts."""

import pytest

from creditline.errors import Conflict, Invalid, Missing, TooLarge
from creditline.royalties.dispute import EVIDENCE_BYTES_MAX
from tests.chain.scene import hash_of
from tests.royalties.epoch_town import WINDOW, open_staked_pool
from tests.royalties.payday import PayTown

EVIDENCE = b'{"report":0,"wrong":"weights"}'
DAY = 86_400


@pytest.fixture
def town(scene, database):
    town = PayTown(scene, database)
    town.alice, town.bob, town.arbiter = (scene.person(name) for name in ("alice", "bob", "arbiter"))
    town.works = [scene.register(town.alice, "one")]
    town.pool = open_staked_pool(scene, town.works)
    town.read_chain()
    town.report(town.pool, "first", town.works)
    town.close(town.pool)
    town.rounds(2)
    return town


def dispute(scene, town):
    prepared = town.court.prepare(town.pool, 1, EVIDENCE)
    scene.send(scene.calls.mint(scene.deployment.demo_token, town.bob.address, prepared.bond))
    town.send_all(prepared.transactions, town.bob)
    return prepared


def test_the_evidence_is_published_and_its_digest_is_the_reason_on_chain(scene, town):
    prepared = dispute(scene, town)
    found = town.court.find(town.pool, 1)
    assert (found.by, found.reason, found.outcome) == (town.bob.address, prepared.evidence.digest, None)
    assert town.shelf.fetch(found.reason, 1_000) == EVIDENCE
    assert found.rule_by == scene.reader.dispute(town.pool)["ruleBy"]
    assert town.court.list(town.pool, None, 10).items == (found,)
    with pytest.raises(Conflict, match="is disputed already"):
        town.court.prepare(town.pool, 1, EVIDENCE)


@pytest.mark.parametrize("ruling", ["valid", "void"])
def test_the_arbiter_ends_it_with_a_ready_transaction(scene, town, ruling):
    dispute(scene, town)
    endings = town.court.endings(town.court.find(town.pool, 1))
    assert set(endings) == {"valid", "void"}
    with pytest.raises(Conflict, match="NotArbiter"):
        town.send_all([endings[ruling]], town.bob)
    town.send_all([endings[ruling]], town.arbiter)
    found = town.court.find(town.pool, 1)
    assert (found.outcome, town.court.endings(found)) == (ruling, {})
    winner = scene.operator if ruling == "valid" else town.bob
    assert scene.reader.credit(scene.deployment.demo_token, winner.address) >= 1_000


def test_a_silent_arbiter_lets_anyone_end_it(scene, town):
    dispute(scene, town)
    scene.anvil.later(14 * DAY + 1)
    endings = town.court.endings(town.court.find(town.pool, 1))
    assert set(endings) == {"lapse"}
    town.send_all(endings.values(), town.alice)
    assert town.court.find(town.pool, 1).outcome == "lapsed"
    with pytest.raises(Missing, match="has no epoch 1 on chain that stands"):
        town.court.prepare(town.pool, 1, EVIDENCE)


def test_a_final_epoch_cannot_be_disputed(scene, town):
    scene.anvil.later(WINDOW)
    town.read_chain()
    with pytest.raises(Conflict, match="is final") as told:
        town.court.prepare(town.pool, 1, EVIDENCE)
    assert "within its window" in told.value.next_step


def test_what_cannot_be_disputed_is_named(town):
    with pytest.raises(Missing, match="No pool"):
        town.court.prepare(hash_of("no pool"), 1, EVIDENCE)
    with pytest.raises(Missing, match="No pool"):
        town.court.list(hash_of("no pool"), None, 10)
    with pytest.raises(Missing, match="has no epoch 2"):
        town.court.prepare(town.pool, 2, EVIDENCE)
    with pytest.raises(Missing, match="Nobody has disputed epoch 1"):
        town.court.find(town.pool, 1)


@pytest.mark.parametrize(
    ("evidence", "error"),
    [
        (b"", Invalid),
        (b"{}", Invalid),
        (b"[1]", Invalid),
        (b'{"b":1,"a":2}', Invalid),
        (b'{"a":1.5}', Invalid),
        (b'{"a":"' + b"x" * EVIDENCE_BYTES_MAX + b'"}', TooLarge),
    ],
)
def test_evidence_that_has_no_single_spelling_is_not_published(town, evidence, error):
    before = dict(town.shelf.kept)
    with pytest.raises(error):
        town.court.prepare(town.pool, 1, evidence)
    assert town.shelf.kept == before
