"""A keeper of epochs that is killed at any step loses no receipt, doubles none, and moves no unit."""

import random

import pytest
from sqlalchemy import select

from creditline.amounts import cut_total
from creditline.royalties.keeping import Stage
from creditline.store.closings import Closings
from creditline.store.database import Database
from creditline.store.pools import Pools
from creditline.store.service_tables import pool_accounts, usages
from tests.faults.killing import killed_at
from tests.faults.outliving import Outliving, go_on, prepare
from tests.royalties.epoch_office import Ledger, Office, usages_of
from tests.royalties.market import POOL

SEEDS = 20
PER_EPOCH = 3
ROUNDS = 12
# In the order in which an epoch comes to them: of a report, of close, publish, post, the window, and what follows a void.
STEPS = ("numbered", "closed", "published", "saved", "sent", "posted", "final", "reopened")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("prepared"), Ledger)


class Town(Outliving):
    def life(self, seed):
        """What a fresh process does: take all usages in, close, and go as far as the chain lets it."""

        def work(checkpoint):
            database = Database(self.url)
            office = Office(database, self.folder / "content", checkpoint, usages_max=PER_EPOCH)
            for name, shares, revenue in usages_of(seed):
                if not office.has_receipt(name):
                    office.report(name, shares, revenue)
            office.close()
            office.step_all()
            database.close()

        return work

    def chain(self, *, void):
        """Takes what was posted; then, or after a void, the window passes."""
        database = Database(self.url)
        ledger = Ledger(database)
        voided = go_on(ledger, void=void)
        database.close()
        return voided

    def is_done(self):
        database = Database(self.url)
        drafts = Closings(database).list(POOL)
        database.close()
        return bool(drafts) and {draft.stage for draft in drafts} == {Stage.FINAL}


def play(town, seed, step):
    """Killed once at `step`, at a time of the seed's choice; then until all is final. The first post may be voided."""
    dice, count = random.Random(f"{seed} {step}"), len(usages_of(seed))
    of_reports = step == "numbered"
    skip = dice.randrange(count) if of_reports else 0
    earlier_lives = 0 if of_reports or count <= PER_EPOCH else dice.randint(0, 1)
    voids = 1 if step == "reopened" else dice.randint(0, 1)
    killed = False
    for life in range(ROUNDS):
        if killed or life < earlier_lives:
            town.life(seed)(lambda _: None)
        else:
            killed = killed_at(step, town.life(seed), skip)
        voids -= town.chain(void=voids > 0)
        if killed and town.is_done():
            break
    return killed


def leaves_of(town):
    """Per epoch: its reports, and what it pays in the end; all must be final."""
    database = Database(town.url)
    office = Office(database, town.folder / "content")
    drafts = office.closings.list(POOL)
    assert {draft.stage for draft in drafts} == {Stage.FINAL}, [draft.reason for draft in drafts]
    found = [office.published.closing(POOL, draft.number) for draft in drafts]
    database.close()
    return found


def assert_nothing_moved(town, seed):
    reported, closings = usages_of(seed), leaves_of(town)
    leaves = [leaf for closing in closings for leaf in closing.reports]
    assert [leaf.usage_id for leaf in leaves] == [name for name, _, _ in reported], "none lost, none doubled"
    revenue = sum(amount for _, _, amount in reported)
    assert sum(leaf.revenue for leaf in leaves) == revenue
    database = Database(town.url)
    pool = Pools(database).find(POOL)
    assert pool.reported + pool.pending == revenue
    assert closings[-1].payout_tree.total == cut_total(revenue, pool.params.terms).creators
    with database.read() as connection:
        places = connection.execute(select(usages.c.epoch, usages.c.epoch_index)).all()
        assert len(set(places)) == len(places) == len(reported)
    office = Office(database, town.folder / "content")
    office.report("one-more", (), 7)
    with database.read() as connection:
        assert connection.scalar(select(pool_accounts.c.promised)) == 7, "no promise is left over"
    database.close()


@pytest.mark.parametrize("step", STEPS)
def test_no_leaf_is_lost_or_doubled_and_no_unit_moves(prepared, fast, step):
    killed = 0
    for seed in range(SEEDS):
        town = Town(prepared, fast / f"{seed}")
        killed += play(town, seed, step)
        assert_nothing_moved(town, seed)
    assert killed == SEEDS, "every seed ends a process at this step"


def test_a_killed_keeper_makes_the_same_trees_as_one_that_lives(prepared, fast):
    for seed in range(3):
        trees = []
        for step in (None, "published"):
            town = Town(prepared, fast / f"{seed}-{step}")
            if step:
                assert killed_at(step, town.life(seed))
            for _ in range(6):
                town.life(seed)(lambda _: None)
                town.chain(void=False)
            trees.append([(closing.reports, closing.credits, closing.payouts) for closing in leaves_of(town)])
        assert trees[0] == trees[1]
