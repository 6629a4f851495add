"""A commons on a real chain: where it stands, what it calls its own, and what it passes on."""

import pytest

from creditline.chain.node import Reverted
from creditline.ids import ZERO_ADDRESS
from creditline.royalties.commons import base_terms, is_base_pool
from tests.chain.scene import person, pool_id


def open_commons(scene, **changes):
    usual = {
        "model_id": scene.model, "token": scene.deployment.demo_token, "operator": scene.operator.address,
        "arbiter": person("arbiter").address, "guardian": ZERO_ADDRESS, "window": 3600, "bond": 1000,
    }  # fmt: skip
    commons, call = scene.calls.create_commons(base_terms(**usual | changes))
    scene.send(call)
    return commons


def test_it_stands_where_its_terms_say_and_opens_its_base_pool(scene):
    commons = open_commons(scene)
    base = pool_id(commons.base)
    assert scene.reader.base_pool(commons.address) == base
    opened = scene.reader.pool(base)
    assert (opened["integrator"], opened["payTo"][3]) == (commons.address, commons.address)
    assert opened["creatorBps"] == 10_000
    with pytest.raises(Reverted):
        open_commons(scene)
    assert open_commons(scene, bond=1001).address != commons.address


@pytest.mark.parametrize("ether", [False, True])
def test_what_arrives_goes_on_into_the_base_pool(scene, ether):
    token = ZERO_ADDRESS if ether else scene.deployment.demo_token
    commons = open_commons(scene, token=token)
    if ether:
        scene.anvil.ask("anvil_setBalance", commons.address, hex(7))
    else:
        scene.send(scene.calls.mint(token, commons.address, 7))
    assert scene.reader.balance(token, commons.address) == 7
    scene.send(scene.calls.forward(commons.address), scene.person("anybody"))
    assert scene.reader.balance(token, commons.address) == 0
    assert scene.reader.available(pool_id(commons.base)) == 7


def test_a_base_pool_is_one_by_its_terms_and_by_the_word_of_its_contract(scene):
    commons, asked = open_commons(scene), []

    def base_pool_of(who):
        asked.append(who)
        return scene.reader.base_pool(who)

    assert is_base_pool(pool_id(commons.base), commons.base, base_pool_of)
    assert not is_base_pool(scene.open_pool(), scene.params(), base_pool_of)
    assert asked == [commons.address], "ordinary terms are not worth a question"
    mine = scene.params(integrator=person("me").address, commons=person("me").address, creator_bps=10_000)
    assert not is_base_pool(pool_id(mine), mine, base_pool_of), "a wallet names no pool"
    ledger = scene.deployment.ledger
    assert scene.reader.base_pool(ledger) is None, "nor does a contract that has no such function"
