"""What a stranger finds in one epoch, and what an arbiter is shown of it."""

import pytest

from creditline.audit.prosecution import Prosecution
from creditline.errors import Conflict, Invalid, Missing
from creditline.royalties.receipt import read_receipt
from tests.audit.test_pixels import PublicWorld
from tests.audit.world import World, attribute, sha


def prosecution(world):
    return Prosecution(world.node, world.shelf)


def test_nothing_is_found_in_an_honest_epoch():
    world = World()
    charge = prosecution(world).charge(world.ether, None)
    assert (charge.trial.number, charge.objections, charge.hidden) == (1, (), "")
    document = prosecution(world).write_down(world.ether, 1, None)
    assert (document["images"], document["recomputed"], document["findings"]) == (2, False, [])
    assert document["epoch_hash"] == world.contracts.epoch_hashes[world.ether, 1]


def test_the_engine_is_run_again_on_the_images_of_the_epoch_alone():
    world, asked = PublicWorld(), []

    def recompute(picture, training, pictures, policy):
        asked.append(sha(picture))
        return attribute(picture, training, pictures, policy)

    document = prosecution(world).write_down(world.ether, None, recompute)
    assert (document["recomputed"], document["findings"], len(asked)) == (True, [], 2)


def test_what_the_engine_says_otherwise_is_written_down():
    world = PublicWorld()

    def denies(picture, training, pictures, policy):
        return attribute(b"noise alone", training, pictures, policy)

    found = prosecution(world).write_down(world.ether, None, denies)["findings"]
    assert "wrong" in {each["outcome"] for each in found}


def test_a_payee_change_that_the_epoch_ignores_is_charged():
    world = World()
    del world.contracts.logs[world.contracts.index_of("PayeeSet")]
    fraud = prosecution(world).charge(world.ether, 1).objections[0].fraud
    assert fraud.name == "PAYEE_WRONG"


def test_an_epoch_that_does_not_stand_and_a_pool_that_was_never_opened_are_said():
    world = World()
    with pytest.raises(Missing, match="Epoch 7"):
        prosecution(world).charge(world.ether, 7)
    with pytest.raises(Missing, match="No pool"):
        prosecution(world).charge(sha(b"no pool"), None)


def test_a_document_that_is_no_epoch_can_only_be_disputed():
    world = World()
    data = world.shelf.put(b"nonsense").digest
    world.contracts.rewrite(
        world.contracts.index_of("EpochPosted"),
        epoch={**world.contracts.logs[world.contracts.index_of("EpochPosted")].args["epoch"], "data": data},
    )
    with pytest.raises(Conflict, match="dispute it instead"):
        prosecution(world).charge(world.ether, 1)


def test_what_is_no_receipt_is_refused():
    for document in ({}, {"pool": 5}, {"pool": "0x1"}, []):
        with pytest.raises(Invalid):
            read_receipt(document)
