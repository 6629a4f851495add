"""F9 to F11: reorganisations and nodes that lie. The log must equal one that was read from zero by an honest node."""

import copy
import random
import threading

import pytest

from creditline.chain.follower import Follower, ReorgBeyondFinality
from creditline.chain.node import Node
from creditline.errors import Conflict, Corrupt, Misconfigured, Unavailable
from creditline.store.database import Database
from creditline.store.event_log import EventLog
from creditline.store.snapshot import snapshot
from tests.chain.anvil import CHAIN_ID, until
from tests.chain.scene import hash_of


@pytest.fixture
def follow(scene, database):
    return Follower(scene.node, scene.deployment, EventLog(database), span=7)


def log_of(database):
    with database.read() as connection:
        return snapshot(connection)["events"]


def read_from_zero(scene, tmp_path):
    fresh = Database(f"sqlite:///{tmp_path}/fresh.db")
    fresh.migrate()
    follower = Follower(scene.node, scene.deployment, EventLog(fresh))
    while follower.step():
        pass
    rows = log_of(fresh)
    fresh.close()
    return rows


def catch_up(follower):
    while follower.step():
        pass


def anchor(scene, name):
    scene.send(scene.calls.anchor(bytes.fromhex(hash_of(name)[2:]), 1, hash_of("manifest")))


def names(database):
    return [event.args["root"] for block in EventLog(database).after(-1, 1000) for event in block]


def test_only_final_events_are_kept_and_each_once(scene, database, follow):
    anchor(scene, "a")
    catch_up(follow)
    assert names(database) == []
    scene.anvil.finalise()
    catch_up(follow)
    assert not follow.step()
    assert names(database) == [hash_of("a")]
    (block,) = EventLog(database).after(-1, 10)
    event = block[0]
    assert (event.contract, event.name, event.args["count"]) == ("WorkRegistry", "Anchored", 1)
    assert event.block_hash == scene.node.block(event.block_number).hash
    assert event.args["at"] == event.block_time == scene.reader.block_time(event.block_number)


@pytest.mark.parametrize("depth", [1, 12, 100])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_reorganisations_of_blocks_that_are_not_final_leave_no_trace(database, tmp_path, depth, seed):
    """Finality lies further back here, so that deep reorganisations stay above it."""
    from tests.chain.anvil import Anvil
    from tests.chain.scene import Scene

    dice = random.Random(seed)
    chain = Anvil(slots=depth)
    try:
        scene = Scene(chain)
        chain.mine(2 * depth)
        follower = Follower(scene.node, scene.deployment, EventLog(database), span=50)
        for step in range(4):
            for number in range(dice.randrange(1, 4)):
                anchor(scene, f"{seed} {step} {number}")
            chain.mine(dice.randrange(1, depth + 1))
            catch_up(follower)
            chain.reorg(dice.randrange(1, depth + 1))
            catch_up(follower)
        chain.mine(3 * depth)
        catch_up(follower)
        assert log_of(database) == read_from_zero(scene, tmp_path)
    finally:
        chain.stop()


def test_a_reorganisation_beyond_finality_stops_everything(scene, database, follow):
    anchor(scene, "a")
    scene.anvil.finalise()
    catch_up(follow)
    before, cursor = log_of(database), EventLog(database).cursor()
    scene.anvil.reorg(4)
    scene.anvil.mine(10)
    with pytest.raises(ReorgBeyondFinality, match="now the chain has"):
        follow.step()
    with pytest.raises(Corrupt):
        follow.run(threading.Event())
    assert (log_of(database), EventLog(database).cursor()) == (before, cursor)

    anchor(scene, "b")
    scene.anvil.finalise()
    catch_up(Follower(scene.node, scene.deployment, EventLog(database), rebuild=True))
    assert names(database) == [hash_of("b")]


def test_a_node_that_is_behind_is_waited_for(scene, database, follow):
    log = EventLog(database)
    catch_up(follow)
    number, block_hash = log.cursor()
    log.extend((number, block_hash), [], (number + 1000, hash_of("block")))
    with pytest.raises(Unavailable, match="have read block"):
        follow.step()


def test_a_second_follower_is_refused(scene, database, follow):
    log = EventLog(database)
    catch_up(follow)
    with pytest.raises(Conflict, match="one follower per database"):
        log.extend(None, [], (1, hash_of("block")))


LIES = {
    "a log is missing": lambda logs: logs[1:],
    "all logs are missing": lambda _logs: [],
    "a log comes twice": lambda logs: [*logs, logs[0]],
    "a log is of another block": lambda logs: [{**logs[0], "blockHash": "0x" + "1" * 64}, *logs[1:]],
    "a log is removed": lambda logs: [{**logs[0], "removed": True}, *logs[1:]],
    "a log says something else": lambda logs: [{**logs[0], "data": logs[0]["data"][:-1] + "f"}, *logs[1:]],
    "a log is of no block": lambda logs: [{**logs[0], "blockHash": None}, *logs[1:]],
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_about_logs_delays_and_never_misleads(scene, proxy, database, lie):
    for name in "abc":
        anchor(scene, name)
    scene.anvil.finalise()

    def rule(request, answer):
        if request["method"] == "eth_getLogs" and "fromBlock" in request["params"][0]:
            return {**answer, "result": LIES[lie](copy.deepcopy(answer["result"]))}
        return answer

    follower = Follower(Node(proxy.url, CHAIN_ID), scene.deployment, EventLog(database))
    proxy.rule = rule
    with pytest.raises(Unavailable, match="contradicts itself"):
        follower.step()
    assert EventLog(database).cursor() is None
    proxy.rule = lambda _request, answer: answer
    catch_up(follower)
    assert names(database) == [hash_of(name) for name in "abc"]


def test_logs_out_of_order_are_put_in_order(scene, proxy, database):
    for name in "abc":
        anchor(scene, name)
    scene.anvil.finalise()
    proxy.rule = lambda request, answer: (
        {**answer, "result": answer["result"][::-1]} if request["method"] == "eth_getLogs" else answer
    )
    catch_up(Follower(Node(proxy.url, CHAIN_ID), scene.deployment, EventLog(database)))
    assert names(database) == [hash_of(name) for name in "abc"]


@pytest.mark.parametrize("field", ["parentHash", "hash", "number"])
def test_headers_that_do_not_link_are_not_believed(scene, proxy, database, field):
    scene.anvil.finalise()
    middle = hex(scene.deployment.block + 1)

    def rule(request, answer):
        if request["method"] == "eth_getBlockByNumber" and request["params"][0] == middle:
            wrong = "0x999" if field == "number" else "0x" + "2" * 64
            return {**answer, "result": {**answer["result"], field: wrong}}
        return answer

    proxy.rule = rule
    follower = Follower(Node(proxy.url, CHAIN_ID), scene.deployment, EventLog(database))
    with pytest.raises(Unavailable):
        follower.step()
    assert EventLog(database).cursor() is None


def test_a_range_that_does_not_join_the_cursor_is_not_believed(scene, proxy, database):
    """The cursor's block is right when asked for, and the next range comes from another history."""
    follower = Follower(Node(proxy.url, CHAIN_ID), scene.deployment, EventLog(database), span=1)
    scene.anvil.finalise()
    follower.step()
    follows = hex(EventLog(database).cursor()[0] + 1)

    def rule(request, answer):
        if request["params"][:1] == [follows]:
            return {**answer, "result": {**answer["result"], "parentHash": "0x" + "3" * 64}}
        return answer

    proxy.rule = rule
    with pytest.raises(Unavailable, match="do not join"):
        follower.step()


def test_another_chain_behind_the_same_address_is_noticed(scene, proxy, database):
    follower = Follower(Node(proxy.url, CHAIN_ID), scene.deployment, EventLog(database))
    follower.step()
    proxy.rule = lambda request, answer: (
        {**answer, "result": "0x1"} if request["method"] == "eth_chainId" else answer
    )
    with pytest.raises(Misconfigured, match="serves chain 1, not chain 31337"):
        follower.step()


def test_an_event_of_another_contract_is_no_event_of_ours(scene, database):
    from dataclasses import replace

    anchor(scene, "a")
    scene.anvil.finalise()
    swapped = replace(scene.deployment, works=scene.deployment.models, models=scene.deployment.works)
    with pytest.raises(Corrupt, match="no event of Creditline"):
        Follower(scene.node, swapped, EventLog(database)).step()


def test_a_running_follower_outlives_an_outage(scene, proxy, database):
    stop = threading.Event()
    node = Node(proxy.url, CHAIN_ID, timeout_s=1)
    follower = Follower(node, scene.deployment, EventLog(database), poll_s=0.02)
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    try:
        anchor(scene, "before")
        scene.anvil.finalise()
        until(lambda: names(database) == [hash_of("before")], "the first event")
        asked = len(proxy.requests)
        proxy.rule = lambda request, _answer: {
            "id": request["id"],
            "error": {"code": -32005, "message": "slow"},
        }
        until(lambda: len(proxy.requests) > asked + 1, "a refused request")
        proxy.rule = lambda _request, answer: answer
        anchor(scene, "after")
        scene.anvil.finalise()
        until(lambda: names(database) == [hash_of("before"), hash_of("after")], "the second event")
    finally:
        stop.set()
        thread.join()


def test_a_hundred_blocks_of_registrations_are_followed_in_ranges(scene, database):
    for number in range(100):
        anchor(scene, number)
    scene.anvil.finalise()
    follower = Follower(scene.node, scene.deployment, EventLog(database), span=16)
    catch_up(follower)
    assert names(database) == [hash_of(number) for number in range(100)]
    assert names(database) == [
        event.args["root"] for event in scene.reader.events(0, scene.node.finalised().number)
    ]
