"""A keeper of commons that is killed at any step gives nothing out twice, and not a unit gets lost on the way.

The ledger here only knows how to take posts, and the commons how to be forwarded; rows and documents are the real ones.
"""

import random

import pytest
from sqlalchemy import insert, select, update

from creditline.chain.calls import Calls
from creditline.chain.drafts import Drafts
from creditline.royalties.commons_keeper import CommonsKeeper
from creditline.royalties.keeping import Stage
from creditline.store.chain_tables import datasets, pools, works
from creditline.store.closings import Closings
from creditline.store.database import Database
from creditline.store.distributions import Distributions
from creditline.store.outbox import Outbox
from creditline.store.pools import Pools
from creditline.store.service_tables import outbox, pool_accounts, usages
from tests.chain.scene import hash_of, person
from tests.faults.killing import killed_at
from tests.faults.outliving import Outliving, go_on, prepare
from tests.royalties.epoch_office import WORKS, Ledger, Office
from tests.royalties.market import OPERATOR, POOL, work
from tests.royalties.settling import DEPLOYMENT

SEEDS = 10
ROUNDS = 14
# In the order in which money comes to them: of the commons, then of the epoch that shares it out.
OF_COMMONS = ("forwarded", "listed", "given out")
STEPS = (*OF_COMMONS, "built", "published", "saved", "sent", "posted", "final", "reopened")
COMMONS = person("a commons").address


class BaseLedger(Ledger):
    """The pool of the other tests, with the terms of a base pool; the commons holds what has arrived and was not forwarded."""

    def set_up(self):
        super().set_up()
        with self.database.write() as connection:
            terms = {"integrator": COMMONS, "commons": COMMONS, "creator_bps": 10_000, "ceiling": 0}
            connection.execute(update(pools).values(**terms, developer_bps=0, compute_bps=0))
            known = {"by": OPERATOR.address, "root": hash_of("root"), "manifest": hash_of("manifest")}
            times = {"cutoff": 1, "registered_at": 1, "number": 1, "log_index": 0}
            connection.execute(
                insert(datasets).values(
                    id=hash_of("data set"), size=4, state="loaded", name="set", **known, **times
                )
            )
            for name in WORKS:
                this = update(works).where(works.c.id == work(name))
                connection.execute(this.values(creator=person(name).address))

    def take_posts(self):
        """Forwards come first; they look like no post."""
        taken = 0
        for entry in Outbox(self.database).queued(100):
            if entry.key.startswith("forward:"):
                self._forward(entry)
            else:
                self.later(12)
                taken += self._take(entry)
        return taken

    def arrive(self, folder, amount):
        held = folder / "held"
        held.write_text(str(amount + self.held(folder)))

    @staticmethod
    def held(folder):
        file = folder / "held"
        return int(file.read_text()) if file.exists() else 0

    def _forward(self, entry):
        self.later(12)
        amount, ceiling = self.held(self.folder), self._pool().ceiling
        (self.folder / "held").write_text("0")
        with self.database.write() as connection:
            connection.execute(update(pools).values(ceiling=ceiling + amount))
            state = "final" if amount else "failed"
            connection.execute(update(outbox).where(outbox.c.key == entry.key).values(state=state))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return prepare(tmp_path_factory.mktemp("prepared"), BaseLedger)


class Town(Outliving):
    def life(self, checkpoint):
        """What a fresh process does: everything that both keepers can do now."""
        database = Database(self.url)
        office = Office(database, self.folder / "content", checkpoint)
        keeper = CommonsKeeper(
            distributions=Distributions(database, OPERATOR.address, lambda: 1),
            base_pool_of=lambda who: POOL if who == COMMONS else None,
            held=lambda token, who, block: BaseLedger.held(self.folder),
            collect=lambda commons, token, least: None,
            write=lambda work: None,
            outbox=Outbox(database),
            encode_forward=Drafts(Calls(DEPLOYMENT)).forward,
            library=office.library,
            clock=lambda: 1,
            checkpoint=checkpoint,
        )
        while keeper.step():
            pass
        self.reasons = keeper.reasons
        office.step_all()
        database.close()

    def chain(self, *, void, amount):
        """Takes what was sent, and money arrives; then, or after a void, the window passes."""
        database = Database(self.url)
        ledger = BaseLedger(database)
        ledger.folder = self.folder
        voided = go_on(ledger, void=void)
        ledger.arrive(self.folder, amount)
        database.close()
        return voided


def play(town, seed, step):
    """Killed once at `step`, at a time of the seed's choice; returns whether, and all that arrived."""
    dice = random.Random(f"{seed} {step}")
    arrivals = [dice.randint(len(WORKS), 10**9) for _ in range(dice.randint(1, 3))]
    left, voids, killed = list(arrivals), 1 if step == "reopened" else dice.randint(0, 1), False
    for _ in range(ROUNDS):
        if killed:
            town.life(lambda _: None)
            assert town.reasons == {}
        else:
            killed = killed_at(step, town.life)
        voids -= town.chain(void=voids > 0, amount=left.pop() if left else 0)
    return killed, sum(arrivals)


def assert_nothing_moved(town, arrived):
    database = Database(town.url)
    office = Office(database, town.folder / "content")
    drafts = Closings(database).list(POOL)
    assert drafts
    assert {draft.stage for draft in drafts} == {Stage.FINAL}, [draft.reason for draft in drafts]
    closings = [office.published.closing(POOL, draft.number) for draft in drafts]
    pool = Pools(database).find(POOL)
    assert BaseLedger.held(town.folder) == pool.available == 0
    assert pool.reported + pool.pending == arrived
    assert closings[-1].payout_tree.total == arrived, "money in is money out, to the unit"
    documents = [{leaf.report_hash for leaf in closing.reports if leaf} for closing in closings]
    assert all(len(named) == 1 for named in documents)
    assert len(set.union(*documents)) == len(closings), "no distribution was given out twice"
    with database.read() as connection:
        given = connection.scalars(select(usages.c.revenue).where(usages.c.pool_id == POOL)).all()
        assert sum(given) == arrived
        assert connection.scalar(select(pool_accounts.c.promised)) in (0, drafts[-1].epoch.revenue)
    database.close()


@pytest.mark.parametrize("step", STEPS)
def test_nothing_is_given_out_twice_and_no_unit_is_lost(prepared, fast, step):
    killed = 0
    for seed in range(SEEDS):
        town = Town(prepared, fast / f"{seed}")
        was_killed, arrived = play(town, seed, step)
        killed += was_killed
        assert_nothing_moved(town, arrived)
    assert killed == SEEDS, "every seed ends a process at this step"


def test_two_keepers_at_once_give_out_once(prepared, fast):
    """The second read what was there before the first gave it out."""
    town = Town(prepared, fast / "two")
    town.chain(void=False, amount=1_000)
    town.life(lambda _: None)

    def other(step):
        if step == "listed":
            nested.append(step)
            if len(nested) == 1:
                town.life(other)

    nested = []
    town.chain(void=False, amount=0)
    town.life(other)
    assert "holds 0 units that are not promised, not 1000" in town.reasons[POOL]
    assert len(nested) == 2, "both came as far as giving out"
    for _ in range(4):
        town.life(lambda _: None)
        town.chain(void=False, amount=0)
    assert_nothing_moved(town, 1_000)
