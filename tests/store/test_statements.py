"""Statements of payees against the contracts, on both databases: every unit dated, and a balance that is the chain's."""

import pytest

from creditline.errors import Invalid
from creditline.royalties.statement import ROWS_MAX
from creditline.store.chain_tables import events
from tests.chain.epoch_story import play_epochs
from tests.chain.scene import person
from tests.royalties.epoch_town import open_staked_pool
from tests.royalties.payday import PayTown

END = 2**37


@pytest.fixture
def town(scene, database):
    town = PayTown(scene, database)
    town.alice, town.bob = scene.person("alice"), scene.person("bob")
    town.works = [scene.register(town.alice, "one"), scene.register(town.bob, "two")]
    town.pool = open_staked_pool(scene, town.works)
    town.read_chain()
    return town


@pytest.fixture
def lived(scene, town):
    """Settled directly, credited by two epochs, withdrawn and claimed; a third epoch is pending."""
    town.token = scene.deployment.demo_token
    scene.settle(scene.receipt(town.pool, 0, [(work, 400_000) for work in town.works], revenue=10_000))
    town.report(town.pool, "first", town.works)
    town.finish(town.pool)
    town.claims.withdraw_for(town.token, town.alice.address)
    town.claims.relay_claim(town.alice.address, town.pool)
    town.send_relayed()
    town.report(town.pool, "second", town.works[:1])
    town.finish(town.pool)
    town.report(town.pool, "third", town.works)
    town.close(town.pool)
    town.rounds(2)
    return town


def statement(town, who, since=0, until=END, cursor=None, limit=ROWS_MAX):
    return town.statements.page(who.address, since, until, cursor, limit)


def told(page):
    return [(line.movement.kind, line.movement.amount, line.balance) for line in page.lines]


def test_a_statement_tells_every_movement_with_its_cause(scene, database, lived):
    page = statement(lived, lived.alice)
    assert told(page) == [
        ("settlement", 2_800, 2_800), ("epoch", 280, 3_080), ("withdrawal", -2_800, 280), ("claim", -280, 0), ("epoch", 280, 280),
    ]  # fmt: skip
    settled, first, withdrawn, claimed, second = (line.movement for line in page.lines)
    assert {each.token for each in (settled, first, withdrawn, claimed, second)} == {lived.token}
    assert (settled.pool_id, settled.work, settled.share, settled.title) == (
        lived.pool,
        lived.works[0],
        400_000,
        "one",
    )
    assert settled.image == scene.receipt(lived.pool, 0, []).usage.output_hash
    assert (first.epoch, first.report, first.work, first.share) == (1, 0, lived.works[0], 400_000)
    assert (claimed.epoch, claimed.to, withdrawn.to) == (1, lived.alice.address, lived.alice.address)
    assert second.epoch == 2
    times = [line.movement.place.time for line in page.lines]
    assert times == sorted(times)
    assert page.next is None


def test_the_balance_is_what_the_chain_still_holds(scene, lived):
    for who in (lived.alice, lived.bob):
        found = lived.claims.claimable(who.address)
        owed = sum(each.due for each in found.due) + sum(each.claimable for each in found.balances)
        assert statement(lived, who).lines[-1].balance == owed
        assert sum(each.movement.amount for each in statement(lived, who).lines) == owed


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_pages_join_without_a_seam(lived, limit):
    whole, cursor, joined = told(statement(lived, lived.alice)), None, []
    while True:
        page = statement(lived, lived.alice, cursor=cursor, limit=limit)
        joined += told(page)
        cursor = page.next
        if cursor is None:
            break
    assert joined == whole


def test_a_period_opens_with_what_was_there_before(lived):
    whole = statement(lived, lived.alice).lines
    cut = whole[2].movement.place.time
    before, after = statement(lived, lived.alice, until=cut), statement(lived, lived.alice, since=cut)
    assert told(before) + told(after) == told(statement(lived, lived.alice))
    assert after.opening == {lived.token: before.lines[-1].balance}
    assert before.opening == {}


def test_a_void_epoch_leaves_no_line(scene, town):
    town.report(town.pool, "first", town.works)
    town.close(town.pool)
    town.rounds(2)
    assert statement(town, town.alice).lines == ()
    scene.send(scene.calls.mint(scene.deployment.demo_token, town.bob.address, 1_000))
    town.send_all(town.court.prepare(town.pool, 1, b'{"a":1}').transactions, town.bob)
    town.send_all([town.court.endings(town.court.find(town.pool, 1))["void"]], scene.person("arbiter"))
    assert statement(town, town.alice).lines == ()
    assert told(statement(town, town.bob)) == [("bond", 1_000, 1_000), ("bond", 1_000, 2_000)]


def test_roles_see_their_share_and_what_they_took(scene, town):
    scene.settle(scene.receipt(town.pool, 0, [(town.works[0], 400_000)], revenue=10_000))
    scene.send(scene.calls.claim_fixed(town.pool, 0))
    town.read_chain()
    assert told(statement(town, person("developer"))) == [("role", 1_500, 1_500), ("role-claim", -1_500, 0)]
    assert told(statement(town, person("commons"))) == [("role", 4_200, 4_200)]


def test_whatever_happens_to_epochs_bonds_and_ether_the_balance_is_the_contracts(scene, database):
    town = PayTown(scene, database)
    play_epochs(scene)
    town.read_chain()
    for name in ("bob", "operator", "integrator"):
        who = scene.person(name)
        page = statement(town, who)
        balances = dict(page.opening)
        for line in page.lines:
            balances[line.movement.token] = line.balance
        assert balances
        for token, balance in balances.items():
            assert balance == scene.reader.credit(token, who.address), name


@pytest.mark.parametrize("cursor", ["", "!", "bm90IGEgcGFnZQ", "WzEsMl0", "W1sxLDIsMyw0LDVdLHsiYSI6InoifV0"])
def test_a_cursor_of_something_else_is_refused(town, cursor):
    with pytest.raises(Invalid, match="cursor is of no page"):
        statement(town, town.alice, cursor=cursor)


def test_a_period_that_ends_before_it_begins_is_refused(town):
    with pytest.raises(Invalid, match="ends before it begins"):
        statement(town, town.alice, since=2, until=1)


def test_a_stranger_has_an_empty_statement(town, database):
    page = statement(town, person("nobody"))
    assert (page.lines, page.opening, page.next) == ((), {}, None)
    with database.read() as connection:
        assert connection.execute(events.select()).first() is not None
