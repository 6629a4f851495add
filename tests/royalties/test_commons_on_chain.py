"""A commons closed end to end: what no work explains in an image reaches the creators of everything that was learned from."""

from contextlib import suppress

import pytest
from sqlalchemy import select

from creditline import audit, canonical
from creditline.amounts import cut_total
from creditline.chain.finalised import FinalisedChain
from creditline.errors import Missing
from creditline.ids import model_id
from creditline.royalties.keeping import Stage
from creditline.store.database import Database
from creditline.store.service_tables import pool_accounts, usages
from tests.chain.scene import hash_of, person, pool_id
from tests.chain.test_commons import open_commons
from tests.royalties.epoch_town import WINDOW, EpochTown, stake
from tests.royalties.test_epochs_on_chain import age_stakes

CREATORS = ("aiko", "ben", "chie")
REVENUE = 1_000_003
SAYS_YES = (
    "0x7f1626ba7e" + "00" * 28 + "5f5260205ff3"
)  # whatever it is asked, it returns the magic value of ERC-1271


class Village(EpochTown):
    """Thirteen creators, so that they form two groups; Aiko has three works, the others one each."""

    def settle_in(self):
        scene = self.scene
        names = [*CREATORS, *(f"creator {number}" for number in range(10))]
        self.creators = {name: scene.person(name) for name in names}
        titles = [("aiko", f"aiko {number}") for number in range(3)] + [(name, name) for name in names[1:]]
        # Chie's wallet is a contract, which says yes to every signature.
        scene.anvil.ask("anvil_setCode", self.creators["chie"].address, SAYS_YES)
        batches = {
            name: scene.batch(who, [t for n, t in titles if n == name]) for name, who in self.creators.items()
        }
        chies = batches["chie"]
        batches["chie"] = chies.signed(person("her own key").sign_typed(chies.typed_data(scene.domain)))
        for batch in batches.values():
            scene.anchor(batch)
        self.works = [leaf.work_id for batch in batches.values() for leaf in batch.leaves]
        first, second = (scene.dataset("first", self.works[:-1]), scene.dataset("second", self.works[-3:]))
        datasets = sorted([first, second])
        weights, algorithm = hash_of("weights of the village"), hash_of("algorithm")
        scene.send(scene.calls.register_model(weights, algorithm, datasets))
        self.model = model_id(scene.operator.address, weights, algorithm, datasets)
        commons = open_commons(scene, model_id=self.model)
        self.address, self.base = commons.address, pool_id(commons.base)
        self.pool = scene.open_pool(model_id=self.model, window=WINDOW, commons=self.address)
        for pool in (self.pool, self.base):
            stake(scene, pool)
        self.read_chain()
        return self

    def earn(self, name, revenue=REVENUE):
        """An image that shows one of Ben's works a little, and nothing else that anyone knows."""
        self.report(self.pool, name, self.works[3:4], revenue)
        self.finish(self.pool)
        claim = self.published.claim(self.pool, self.closings.list(self.pool)[-1].number, self.address)
        self.scene.send(self.scene.calls.claim(claim), person("deployer"))
        self.read_chain()

    def share_out(self):
        self.rounds(5)
        self.scene.anvil.later(WINDOW)
        self.rounds(2)

    def stages(self):
        return [draft.stage for draft in self.closings.list(self.base)]

    def balance(self, who):
        return self.scene.reader.balance(self.scene.deployment.demo_token, who.address)

    def claim_all(self):
        number = self.closings.list(self.base)[-1].number
        for who in self.creators.values():
            self.scene.send(self.scene.calls.claim(self.published.claim(self.base, number, who.address)))


@pytest.fixture
def village(scene, database):
    return Village(scene, database).settle_in()


def unattributed(pool, revenue):
    part = cut_total(revenue, pool.params.terms).creators
    return part - part * 400_000 // 1_000_000


def test_an_unattributed_image_pays_everyone_whose_works_were_learned_from(village):
    village.earn("an-image")
    village.share_out()
    assert village.stages() == [Stage.FINAL]
    closing = village.published.closing(village.base, 1)
    due = REVENUE * 7000 // 10_000
    due -= due * 400_000 // 1_000_000
    assert closing.payout_tree.total == due, "money in is money out, to the unit"
    village.claim_all()
    got = {name: village.balance(who) for name, who in village.creators.items()}
    assert sum(got.values()) == due
    each = due / 15  # fifteen works, three of them Aiko's
    assert abs(got["aiko"] - 3 * each) <= 3
    assert all(abs(got[name] - each) <= 3 for name in got if name != "aiko")
    reader = village.scene.reader
    assert reader.available(village.base) == 0
    assert village.scene.reader.balance(village.scene.deployment.demo_token, village.address) == 0
    assert village.keeper.alarm() == ""
    assert village.commons.reasons == {}


class Everywhere:
    """All that was published, by whomever."""

    def __init__(self, *shelves):
        self.shelves = shelves

    def fetch(self, digest, limit):
        for shelf in self.shelves[:-1]:
            with suppress(Missing):
                return shelf.fetch(digest, limit)
        return self.shelves[-1].fetch(digest, limit)


def test_an_auditor_with_a_node_and_a_gateway_says_yes(village):
    village.earn("an-image")
    village.share_out()
    village.claim_all()
    village.scene.anvil.finalise()
    chain = FinalisedChain(village.scene.node, village.scene.deployment)
    options = audit.Options(pools=frozenset({village.base}))
    verdict = audit.verify(chain, Everywhere(village.shelf, village.scene.shelf), options=options)
    assert (verdict.answer, verdict.first_wrong) == ("yes", None)
    assert verdict.counts[audit.Check.SETTLEMENTS] == {audit.Outcome.OK: 1}


def test_the_document_says_what_was_shared_out_and_names_the_reports(village):
    village.earn("an-image")
    village.rounds(4)
    reports = [leaf for leaf in village.published.closing(village.base, 1).reports if leaf]
    assert len(reports) == 2, "thirteen creators are two groups"
    assert len({leaf.report_hash for leaf in reports}) == 1
    document = canonical.decode(village.shelf.fetch(reports[0].report_hash, 10**6))
    assert document["type"] == "creditline/distribution/1"
    assert int(document["amount"]) == sum(leaf.revenue for leaf in reports)
    assert sum(works for *_, works in document["members"]) == 15, "a work in two data sets counts once"


def test_nothing_is_given_out_twice_and_what_comes_later_waits_for_the_next_epoch(village):
    village.earn("first")
    village.rounds(4)
    assert village.stages() == [Stage.POSTED]
    village.earn("second")
    village.rounds(3)
    assert [draft.number for draft in village.closings.list(village.base)] == [1, 2], (
        "the window of the first is over"
    )
    village.share_out()
    assert village.stages() == [Stage.FINAL, Stage.FINAL]
    standing = village.published.closing(village.base, 2)
    paid = 2 * REVENUE * 7000 // 10_000
    assert standing.payout_tree.total == standing.revenue_before + standing.report_tree.total
    assert village.scene.reader.available(village.base) == 0
    assert abs(standing.payout_tree.total - paid * 6 // 10) <= 2
    village.claim_all()
    assert sum(map(village.balance, village.creators.values())) == standing.payout_tree.total


def test_less_than_a_unit_each_stays_in_the_commons(village):
    village.earn("a-small-image", revenue=20)  # 14 for creators, 9 of it for the commons, and 13 creators
    village.rounds(3)
    assert village.stages() == []
    assert village.scene.reader.balance(village.scene.deployment.demo_token, village.address) > 0


def test_a_base_pool_without_a_bond_says_so_and_goes_on_once_it_is_there(village):
    village.earn("an-image")
    village.scene.send(village.scene.calls.unstake(village.base), village.scene.operator)
    village.read_chain()
    village.rounds(3)
    assert village.stages() == []
    assert "bond is not staked" in village.commons.reasons[village.base]
    stake(village.scene, village.base)
    village.read_chain()
    village.rounds(3)
    assert village.stages() == [Stage.POSTED]
    assert village.commons.reasons == {}


def test_a_creator_whose_wallet_takes_its_signature_back_holds_up_nobody(village):
    refuser = village.creators["chie"]
    village.scene.anvil.ask("anvil_setCode", refuser.address, "0x00")
    village.earn("an-image")
    village.share_out()
    assert village.stages() == [Stage.FINAL]
    closing = village.published.closing(village.base, 1)
    assert refuser.address not in closing.indexes
    assert closing.payout_tree.total == sum(leaf.revenue for leaf in closing.reports if leaf)
    village.scene.anvil.finalise()
    chain = FinalisedChain(village.scene.node, village.scene.deployment)
    options = audit.Options(pools=frozenset({village.base}))
    verdict = audit.verify(chain, Everywhere(village.shelf, village.scene.shelf), options=options)
    assert verdict.counts[audit.Check.SETTLEMENTS] == {audit.Outcome.OK: 1}


def test_a_lost_database_reads_a_distribution_again_and_gives_out_no_second(scene, village, tmp_path):
    village.earn("an-image")
    village.rounds(4)
    later = Database(f"sqlite:///{tmp_path}/later.db")
    later.migrate()
    heir = Village(scene, later, shelf=village.shelf)
    heir.base, heir.pool, heir.address = village.base, village.pool, village.address
    age_stakes(later, heir)
    heir.rounds(2)
    assert heir.stages() == [Stage.POSTED]
    assert heir.keeper.alarm() == ""
    with later.read() as connection:
        restored = connection.execute(select(usages.c.usage_id).where(usages.c.pool_id == village.base)).all()
    assert len(restored) == 2
    scene.anvil.later(WINDOW)
    heir.rounds(2)
    village.read_chain()
    village.rounds(2)
    assert heir.stages() == village.stages() == [Stage.FINAL]
    village.earn("another-image")
    heir.read_chain()
    heir.share_out()
    assert heir.stages() == [Stage.FINAL, Stage.FINAL], (
        "its bond need not be put up again: nobody holds a receipt"
    )
    assert scene.reader.available(village.base) == 0
    later.close()


def test_a_void_distribution_is_posted_again(village):
    village.earn("an-image")
    village.rounds(4)
    scene, arbiter = village.scene, village.scene.person("arbiter")
    bond = scene.params().bond
    scene.send(scene.calls.mint(scene.deployment.demo_token, arbiter.address, bond))
    scene.send(scene.calls.approve(scene.deployment.demo_token, bond), arbiter)
    scene.send(scene.calls.dispute(village.base, bond, hash_of("reason")), arbiter)
    scene.send(scene.calls.rule(village.base, valid=False), arbiter)
    first = village.published.closing(village.base, 1)
    stake(scene, village.base)
    village.read_chain()
    village.rounds(3)
    assert village.published.closing(village.base, 1).reports == first.reports
    village.share_out()
    with village.database.read() as connection:
        ours = select(pool_accounts.c.promised).where(pool_accounts.c.pool_id == village.base)
        assert connection.scalar(ours) == first.report_tree.total, (
            "promises move when something is given out next"
        )
    assert village.stages() == [Stage.FINAL]
