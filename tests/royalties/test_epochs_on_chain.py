"""Epochs against the contracts themselves: posted, watched, final, void, overtaken, lost and found again."""

import pytest
from sqlalchemy import select

from creditline.errors import Conflict, Unavailable
from creditline.royalties.epoch import nonce_of
from creditline.royalties.keeping import Stage
from creditline.store.database import Database
from creditline.store.numbering import INDEXES_OF_A_LIFE
from creditline.store.service_tables import births, pool_accounts
from tests.royalties.epoch_town import EpochTown, open_staked_pool, stake


@pytest.fixture
def town(scene, database):
    town = EpochTown(scene, database)
    town.work = scene.register(scene.person("alice"), "one")
    town.pool = open_staked_pool(scene, [town.work])
    town.read_chain()
    return town


def stage(town, number=1):
    return town.closings.find(town.pool, number).stage


def promised(town):
    with town.database.read() as connection:
        this = select(pool_accounts.c.promised).where(pool_accounts.c.pool_id == town.pool)
        return connection.scalar(this)


def test_receipts_become_an_epoch_that_is_final_and_pays_to_the_unit(scene, town):
    receipts = [town.report(town.pool, f"usage-{n}", [town.work]) for n in range(3)]
    assert [receipt.nonce for receipt in receipts] == [nonce_of(1, index) for index in range(3)]
    town.close(town.pool)
    town.rounds(2)
    assert stage(town) is Stage.POSTED
    assert not town.epochs.posted(town.pool, 1).is_final, "its window is open"
    scene.anvil.later(3600)
    town.rounds(2)
    assert stage(town) is Stage.FINAL
    closing = town.published.closing(town.pool, 1)
    assert [payout.amount for payout in closing.payouts] == [1_260, 840]
    claim = town.published.claim(town.pool, 1, scene.person("alice").address)
    scene.send(scene.calls.claim(claim))


def test_receipts_go_on_into_the_next_epoch_while_one_is_open_to_objections(scene, town):
    town.report(town.pool, "first", [town.work])
    town.close(town.pool)
    town.rounds(2)
    assert town.report(town.pool, "second", [town.work]).nonce == nonce_of(2, 0)
    town.close(town.pool)
    town.rounds(2)
    assert (stage(town, 1), stage(town, 2)) == (Stage.POSTED, Stage.CLOSED)
    scene.anvil.later(3600)
    town.rounds(4)
    assert (stage(town, 1), stage(town, 2)) == (Stage.FINAL, Stage.POSTED)
    assert town.published.closing(town.pool, 2).payout_tree.total == 1_400


def test_a_void_epoch_is_posted_again_with_the_same_receipts_at_the_same_indexes(scene, town):
    receipts = [town.report(town.pool, f"usage-{n}", [town.work], revenue=n + 1) for n in range(3)]
    town.close(town.pool)
    town.rounds(2)
    first = town.epochs.posted(town.pool, 1).epoch
    arbiter = scene.person("arbiter")
    bond = scene.params().bond
    scene.send(scene.calls.mint(scene.deployment.demo_token, arbiter.address, bond))
    scene.send(scene.calls.approve(scene.deployment.demo_token, bond), arbiter)
    scene.send(scene.calls.dispute(town.pool, bond, receipts[0].report_hash), arbiter)
    scene.send(scene.calls.rule(town.pool, valid=False), arbiter)
    before = promised(town)
    town.rounds(2)
    assert "bond is not staked" in town.keeper.alarm()
    stake(scene, town.pool)
    town.read_chain()
    town.rounds(3)
    again = town.epochs.posted(town.pool, 1)
    assert not again.is_void
    assert again.epoch.cutoff > first.cutoff
    assert again.epoch.reports == first.reports
    assert town.keeper.alarm() == ""
    assert before == promised(town) == 6, "promises move when the next usage is reserved"
    town.report(town.pool, "next", [town.work])
    assert promised(town) == 1_000


def test_works_of_a_batch_are_written_before_their_epoch_is_built(scene, database):
    town, alice = EpochTown(scene, database), scene.person("alice")
    batch = scene.batch(alice, ["a", "b"])
    scene.anchor(batch)
    works = [leaf.work_id for leaf in batch.leaves]
    town.pool = open_staked_pool(scene, works)
    town.read_chain()
    town.writing.require(works)  # a plain wallet signed: the receipt need not wait
    town.report(town.pool, "one", works[:1])
    town.close(town.pool)
    town.rounds(4)
    assert stage(town) is Stage.POSTED
    assert town.closings.unwritten(town.closings.find(town.pool, 1)) == []


def test_a_receipt_waits_for_works_whose_wallet_may_take_its_signature_back(scene, database):
    town, alice = EpochTown(scene, database), scene.person("alice")
    batch = scene.batch(alice, ["a"])
    scene.anchor(batch)
    works = [batch.leaves[0].work_id]
    town.read_chain()
    scene.anvil.ask("anvil_setCode", alice.address, "0x00")
    with pytest.raises(Unavailable, match="is being written into the registry"):
        town.writing.require(works)
    town.rounds(1)
    town.writing.require(works)


def test_another_operator_with_the_key_stops_the_pool_and_raises_an_alarm(scene, town, tmp_path):
    other = EpochTown(scene, Database(f"sqlite:///{tmp_path}/other.db"))
    other.database.migrate()
    other.read_chain()
    for each, name in ((town, "ours"), (other, "theirs")):
        # Both were made before the pool was staked, as far as the chain tells.
        forget_birth(each.database)
        each.report(town.pool, name, [town.work])
        each.close(town.pool)
    other.rounds(2)
    town.read_chain()
    town.rounds(2)
    assert other.closings.find(town.pool, 1).stage is Stage.POSTED
    assert stage(town) is Stage.STOPPED
    assert "another epoch of this number than ours" in town.keeper.alarm()
    with pytest.raises(Conflict, match="are stopped"):
        town.report(town.pool, "one-more", [town.work])
    other.database.close()


def test_a_lost_database_reads_its_epochs_again_and_gives_no_number_out_twice(scene, town, tmp_path):
    kept = town.report(town.pool, "kept", [town.work])
    town.finish(town.pool)
    lost = town.report(town.pool, "lost", [town.work])
    later = Database(f"sqlite:///{tmp_path}/later.db")
    later.migrate()
    heir = EpochTown(scene, later, shelf=town.shelf)
    heir.pool = town.pool
    age_stakes(later, heir)
    with pytest.raises(Unavailable, match="are being read again"):
        heir.report(town.pool, "new", [town.work])
    heir.rounds(2)
    assert stage(heir) is Stage.FINAL
    assert heir.report(town.pool, "kept", [town.work]) == kept, "the same receipt, with the same signature"
    with pytest.raises(Conflict, match="before this database was made"):
        heir.report(town.pool, "new", [town.work])
    scene.anvil.later(100)
    scene.send(scene.calls.unstake(town.pool), scene.operator)
    stake(scene, town.pool)
    heir.read_chain()
    new = heir.report(town.pool, "new", [town.work])
    assert new.nonce == nonce_of(2, INDEXES_OF_A_LIFE) != lost.nonce
    heir.close(town.pool)
    heir.rounds(3)
    assert stage(heir, 2) is Stage.POSTED, "a tree may begin with indexes that nobody has a receipt for"
    later.close()


def forget_birth(database):
    with database.write() as connection:
        connection.execute(births.update().values(born_at=0))


def age_stakes(database, town):
    """As if the database had been made a minute after all that is on chain now."""
    town.read_chain()
    with database.write() as connection:
        connection.execute(births.update().values(born_at=town.scene.node.latest().time + 60))
