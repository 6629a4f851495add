"""What payees have coming, out of rows on both databases, and each way to get it, against the real contracts."""

import pytest

from creditline.errors import Conflict, Exhausted, Missing
from creditline.royalties.accounts import ROLES
from creditline.store.payout_tables import FROM_DOCUMENTS
from creditline.store.pools import Pools
from tests.chain.scene import hash_of, person
from tests.royalties.epoch_town import WINDOW, open_staked_pool, stake
from tests.royalties.payday import PayTown


@pytest.fixture
def town(scene, database):
    town = PayTown(scene, database)
    town.alice, town.bob = scene.person("alice"), scene.person("bob")
    town.works = [scene.register(town.alice, "one"), scene.register(town.bob, "two")]
    town.pool = open_staked_pool(scene, town.works)
    town.read_chain()
    return town


def final_epoch(town, name, works=None, revenue=1_000):
    town.report(town.pool, name, works or town.works, revenue)
    town.finish(town.pool)


def test_what_is_pending_stands_apart_until_it_is_final(scene, town):
    final_epoch(town, "first")
    town.report(town.pool, "second", town.works[:1])
    town.close(town.pool)
    town.rounds(2)
    found = town.claims.claimable(town.alice.address)
    (due,), (pending,) = found.due, found.pending
    assert (due.n, due.total, due.claimed, due.due) == (1, 280, 0, 280)
    assert (pending.n, pending.amount, pending.is_disputed) == (2, 280, False)
    assert pending.valid_at == scene.reader.pool(town.pool)["validAt"]
    assert town.claims.claimable(town.bob.address).pending == ()
    scene.anvil.later(WINDOW)
    town.rounds(1)
    found = town.claims.claimable(town.alice.address)
    assert (found.due[0].n, found.due[0].due, found.pending) == (2, 560, ())


def test_a_disputed_epoch_says_so_and_a_void_one_is_gone(scene, town):
    town.report(town.pool, "first", town.works)
    town.close(town.pool)
    town.rounds(2)
    prepared = town.court.prepare(town.pool, 1, b'{"wrong":"weights"}')
    scene.send(scene.calls.mint(scene.deployment.demo_token, town.bob.address, prepared.bond))
    town.send_all(prepared.transactions, town.bob)
    assert town.claims.claimable(town.alice.address).pending[0].is_disputed
    town.send_all([town.court.endings(town.court.find(town.pool, 1))["void"]], scene.person("arbiter"))
    found = town.claims.claimable(town.alice.address)
    assert (found.due, found.pending) == ((), ())


def test_a_relayed_claim_pays_once_however_often_it_is_asked_for(town):
    final_epoch(town, "first")
    first = town.claims.relay_claim(town.alice.address, town.pool)
    assert first == town.claims.relay_claim(town.alice.address, town.pool)
    assert (first.amount, len(town.outbox.queued(10))) == (280, 1)
    town.send_relayed()
    assert town.money(town.alice) == 280
    with pytest.raises(Conflict, match="nothing to claim") as told:
        town.claims.relay_claim(town.alice.address, town.pool)
    assert f"GET /v1/creators/{town.alice.address}/claimable" in told.value.next_step


def test_a_payee_has_the_same_total_whichever_way_it_claims(scene, town):
    """Ten epochs; one payee is paid after each of them, by the operator or by itself in turn, the other once at the end."""
    for n in range(10):
        town.report(town.pool, f"usage-{n}", town.works, revenue=997 + n)
        town.close(town.pool)
        town.rounds(2)
        scene.anvil.later(WINDOW)
        town.rounds(1)
        if n % 2:
            town.send_all(town.claims.transactions(town.alice.address, town.pool, None), town.bob)
        else:
            town.claims.relay_claim(town.alice.address, town.pool)
            town.send_relayed()
    town.send_all(town.claims.all_at_once(town.bob.address, None), town.alice)
    totals = {payout.payee: payout.amount for payout in town.published.closing(town.pool, 10).payouts}
    assert sum(totals.values()) == sum(range(997, 1_007)) * 7_000 // 10_000
    for who in (town.alice, town.bob):
        assert town.money(who) == totals[who.address] > 2_700
        assert town.due(who) == {town.pool: 0}


def test_the_payee_alone_can_send_a_claim_to_another_address(scene, town):
    final_epoch(town, "first")
    elsewhere = person("alice's cold wallet")
    ready = town.claims.transactions(town.alice.address, town.pool, elsewhere.address)
    with pytest.raises(Conflict, match="NotPayee"):
        town.send_all(ready, town.bob)
    town.send_all(ready, town.alice)
    assert (town.money(elsewhere), town.money(town.alice)) == (280, 0)


def test_one_call_claims_of_all_pools_and_withdraws_what_was_settled(scene, database, town):
    final_epoch(town, "first")
    first, model = town.pool, Pools(database).find(town.pool).params.model_id
    other = scene.open_pool(model_id=model, guardian=person("another guardian").address)
    stake(scene, other)
    scene.settle(scene.receipt(other, 0, [(town.works[0], 500_000)], revenue=2_000))
    town.pool = other
    town.read_chain()
    final_epoch(town, "in-the-other")
    ready = town.claims.all_at_once(town.alice.address, None)
    assert [each.key.partition(":")[0] for each in ready] == ["claim-many", "withdraw"]
    town.send_all(ready, scene.integrator)
    assert town.money(town.alice) == 280 + 280 + 700
    assert town.due(town.alice) == {first: 0, other: 0}
    assert town.claims.all_at_once(town.alice.address, None) == []


def test_everything_can_go_to_another_address(scene, town):
    final_epoch(town, "first")
    scene.settle(scene.receipt(town.pool, 0, [(town.works[0], 500_000)], revenue=2_000))
    town.read_chain()
    elsewhere = person("alice's cold wallet")
    town.send_all(town.claims.all_at_once(town.alice.address, elsewhere.address), town.alice)
    assert town.money(elsewhere) == 280 + 700


def test_roles_are_told_and_paid_what_the_contract_says(scene, town):
    final_epoch(town, "first", revenue=1_003)
    scene.settle(scene.receipt(town.pool, 0, [(town.works[0], 500_001)], revenue=2_001))
    town.read_chain()
    for number, name in enumerate(ROLES):
        holder = person(name)
        (role,) = town.claims.claimable(holder.address).roles
        assert (role.number, role.due) == (number, scene.reader.fixed_claimable(town.pool, number)), name
        sent = town.claims.relay_role(holder.address, town.pool, number)
        assert town.claims.relay_role(holder.address, town.pool, number) == sent
        town.send_relayed()
        assert town.money(holder) == sent.amount > 0
        with pytest.raises(Conflict, match="nothing to claim as role"):
            town.claims.relay_role(holder.address, town.pool, number)


def test_an_unknown_payee_has_no_proof(town):
    final_epoch(town, "first")
    with pytest.raises(Missing, match="No final epoch of pool"):
        town.claims.proof(person("nobody").address, town.pool)
    with pytest.raises(Missing, match="No final epoch of pool"):
        town.claims.proof(town.alice.address, hash_of("another pool"))


def test_a_used_up_budget_names_the_way_without_the_operator(scene, database, town):
    final_epoch(town, "first")
    scene.settle(scene.receipt(town.pool, 0, [(work, 400_000) for work in town.works]))
    town.read_chain()
    poor = PayTown(scene, database, gas_per_day=600_000, shelf=town.shelf)
    poor.claims.relay_claim(town.alice.address, town.pool)
    poor.claims.relay_claim(town.alice.address, town.pool)
    with pytest.raises(Exhausted, match=r"600000 gas .* is used up") as told:
        poor.claims.relay_claim(town.bob.address, town.pool)
    assert f"/v1/creators/{town.bob.address}/transactions/{town.pool}" in told.value.next_step
    poor.claims.withdraw_for(scene.deployment.demo_token, town.alice.address)  # 200,000 are left
    with pytest.raises(Exhausted, match="is used up"):
        poor.claims.withdraw_for(scene.deployment.demo_token, town.bob.address)
    poor.today += 86_400
    assert poor.claims.relay_claim(town.bob.address, town.pool).amount == 280


def test_a_claim_that_the_chain_refused_is_explained_and_not_sent_again(town):
    final_epoch(town, "first")
    sent = town.claims.relay_claim(town.alice.address, town.pool)
    town.outbox.fail(sent.key, "TransferFailed()")
    with pytest.raises(Conflict, match=r"TransferFailed\(\)") as told:
        town.claims.relay_claim(town.alice.address, town.pool)
    assert "also to another address" in told.value.next_step


def test_an_epoch_whose_document_is_away_is_read_once_it_is_there(scene, database, town):
    town.report(town.pool, "first", town.works)
    town.close(town.pool)
    town.rounds(2)
    late = PayTown(scene, database)  # its shelf is empty
    with database.write() as connection:
        for table in FROM_DOCUMENTS:
            connection.execute(table.delete())
    assert late.reader.step() == 0
    assert late.claims.claimable(town.alice.address).pending == ()
    assert town.reader.step() == 1
    assert late.claims.claimable(town.alice.address).pending[0].amount == 280
    assert town.reader.step() == 0, "what has been read is not read again"
