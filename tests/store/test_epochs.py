"""What finalised events say of epochs, in rows: equal to what the contracts store, and equal after a rebuild."""

import pytest
from sqlalchemy import select

from creditline.ids import ZERO_ADDRESS
from creditline.royalties.fraud import Fraud
from creditline.royalties.pool import NEVER
from creditline.store.balances import Balances
from creditline.store.chain_tables import PROJECTION, claims, disputes, epochs, payments, stakes
from creditline.store.event_log import EventLog
from creditline.store.pools import Pools
from tests.chain.epoch_story import BOND, play_epochs
from tests.store.following import follow, rows_of


@pytest.fixture
def told(scene, database):
    plays = play_epochs(scene)
    scene.anvil.finalise()
    follow(scene, database)
    return plays


def rows(database, table, pool):
    statement = select(table).where(table.c.pool_id == pool).order_by(*table.primary_key)
    with database.read() as connection:
        return connection.execute(statement).all()


def test_pools_and_credits_are_what_the_contracts_store(scene, database, told):
    for play in told:
        pool, chain = Pools(database).find(play.id), scene.reader.pool(play.id)
        said = {
            "ceiling": pool.ceiling, "direct": pool.settled, "unattributed": pool.unattributed,
            "reported": pool.reported, "pending": pool.pending, "validAt": pool.valid_at, "epoch": pool.epoch,
            "staked": pool.staked, "paidOut": pool.paid_out, "pausedUntil": pool.paused_until,
            "refundRequested": pool.refund_requested, "bond": pool.params.bond, "guardian": pool.params.guardian,
        }  # fmt: skip
        assert said == {name: chain[name] for name in said}
        assert pool.available == scene.reader.available(play.id)
        assert pool.final_revenue(scene.node.latest().time) == scene.reader.final_revenue(play.id)
    for token in (scene.deployment.demo_token, ZERO_ADDRESS):
        for name in ("alice", "bob", "operator", "integrator", "commons"):
            who = scene.person(name).address
            assert Balances(database).find(token, who).claimable == scene.reader.credit(token, who), name


def test_the_history_of_void_epochs_is_kept(scene, database, told):
    pool, ether = told
    found = rows(database, epochs, pool.id)
    assert [(row.n, row.attempt, row.revenue, row.voided_by) for row in found] == [
        (1, 0, 10_001, None), (2, 0, 500, "challenge"), (2, 1, 501, "ruling"), (2, 2, 502, "lapse"), (2, 3, 503, None),
    ]  # fmt: skip
    bob = scene.person("bob").address
    assert (found[1].fraud, found[1].challenger) == (Fraud.RECEIPT_DOUBLED, bob)
    standing, posted = found[4], pool.epochs[2]
    assert {name: getattr(standing, name) for name in vars(posted)} == vars(posted)
    assert standing.valid_at == standing.posted_at + 3600 == scene.reader.pool(pool.id)["validAt"]
    assert all(row.voided_at >= row.posted_at for row in found[1:4])

    held = rows(database, disputes, pool.id)
    assert [(row.n, row.attempt, row.by, row.outcome) for row in held] == [
        (1, 0, bob, "valid"), (2, 0, scene.integrator.address, "overtaken"), (2, 1, bob, "void"), (2, 2, bob, "lapsed"),
    ]  # fmt: skip
    (open_one,) = rows(database, disputes, ether.id)
    assert (open_one.outcome, open_one.rule_by) == (None, scene.reader.dispute(ether.id)["ruleBy"])
    (pending,) = rows(database, epochs, ether.id)
    assert (pending.valid_at, pending.voided_by) == (scene.reader.dispute(ether.id)["validAt"], None)
    assert Pools(database).find(ether.id).valid_at == NEVER


def test_stakes_claims_and_payments_are_kept(scene, database, told):
    pool, _ = told
    ends = [(row.position, row.amount, row.end) for row in rows(database, stakes, pool.id)]
    assert ends == [(0, BOND, "slashed"), (1, BOND, "slashed"), (2, BOND, "unstaked")]
    alice, bob = scene.person("alice").address, scene.person("bob").address
    (total,) = rows(database, claims, pool.id)
    assert (total.payee_index, total.payee, total.total) == (0, alice, scene.reader.claimed(pool.id, 0))
    paid = rows(database, payments, pool.id)
    assert [(row.n, row.payee, row.to) for row in paid] == [(1, alice, alice), (2, alice, bob)]
    assert sum(row.amount for row in paid) == total.total == paid[-1].total


def test_a_rebuild_gives_the_same_rows_on_both_databases(scene, database, told):
    before = rows_of(database)
    assert {"epochs", "claims", "payments", "stakes", "disputes", "movements"} <= {
        table.name for table in PROJECTION if before[table.name]
    }
    EventLog(database).reset()
    assert not any(rows_of(database).values())
    follow(scene, database, span=3)
    assert rows_of(database) == before
