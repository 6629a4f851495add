"""F15 and F16: consecutive nonces, no doubles, prices that rise to a cap."""

import contextlib
import logging
import random
import re
import threading

import pytest

from creditline.chain.node import Node
from creditline.chain.sender import Sender, SendingPolicy
from creditline.errors import Misconfigured, Unavailable
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction
from tests.chain.anvil import CHAIN_ID, until
from tests.chain.proxy import faults
from tests.chain.scene import hash_of, person
from tests.chain.sending import balance, mint, settle_all


@pytest.fixture
def outbox(database):
    return Outbox(database)


@pytest.fixture
def sender(scene, outbox):
    return Sender(scene.node, scene.operator, outbox)


def test_a_transaction_goes_from_queued_to_final(scene, outbox, sender):
    outbox.enqueue(mint(scene, "alice", 5))
    outbox.enqueue(mint(scene, "alice", 5))
    assert sender.step()
    signed = outbox.find("mint:alice")
    assert (signed.state, signed.nonce) == ("signed", 0)
    until(lambda: scene.node.transaction_count(scene.operator.address), "its block")
    assert sender.step()
    assert outbox.find("mint:alice").state == "mined"
    assert not sender.step()
    scene.anvil.finalise()
    assert sender.step()
    final = outbox.find("mint:alice")
    assert (final.state, final.hashes) == ("final", signed.hashes)
    assert final.block_hash == scene.node.block(final.block_number).hash
    assert balance(scene, "alice") == 5
    assert not sender.step()


def test_what_would_revert_uses_no_nonce(scene, outbox, sender, caplog):
    call = scene.calls.claim_fixed(hash_of("pool"), 0)
    outbox.enqueue(Transaction("bad", call.to, call.data, "claim from a pool that is not there"))
    outbox.enqueue(mint(scene, "alice"))
    settle_all(scene, sender)
    bad = outbox.find("bad")
    assert (bad.state, bad.nonce) == ("failed", None)
    assert bad.reason.startswith("PoolUnknown(poolId=0x")
    assert "would fail: PoolUnknown" in caplog.text
    assert outbox.find("mint:alice").nonce == 0


def test_what_runs_out_of_gas_fails(scene, outbox, sender):
    scene.anvil.ask("anvil_setCode", person("trap").address, "0xfe")
    outbox.enqueue(Transaction("trap", person("trap").address, b"", "call a trap"))
    settle_all(scene, sender)
    assert outbox.find("trap").state == "failed"


def test_what_fails_only_on_chain_says_why(scene, outbox, sender):
    """Both simulate well, and the first makes the second impossible."""
    scene.anvil.ask("evm_setAutomine", False)
    registration = scene.calls.register(hash_of("a"), hash_of("r"), scene.operator.address)
    for key in ("first", "second"):
        outbox.enqueue(Transaction(key, registration.to, registration.data, key))
    original = scene.node.estimate_gas
    scene.node.estimate_gas = lambda *_: 200_000
    sender.step()
    scene.node.estimate_gas = original
    scene.anvil.mine()
    settle_all(scene, sender)
    assert outbox.find("first").state == "final"
    second = outbox.find("second")
    assert second.state == "failed"
    assert second.nonce == 1
    assert "AlreadyRegistered" in second.reason or "earlier transaction of the same block" in second.reason


def test_one_that_needs_another_waits_for_it(scene, outbox, sender):
    """Funding needs the approval that is still on its way: its first simulation is not the last word."""
    scene.send(scene.calls.mint(scene.deployment.demo_token, scene.operator.address, 50))
    pool = scene.open_pool(integrator=scene.operator.address)
    deposited = scene.reader.available(pool)
    scene.anvil.ask("evm_setAutomine", False)
    for name, call in {
        "approve": scene.calls.approve(scene.deployment.demo_token, 50),
        "fund": scene.calls.fund(pool, 50),
    }.items():
        outbox.enqueue(Transaction(name, call.to, call.data, name))
    sender.step()
    assert outbox.find("fund").state in ("queued", "signed")
    scene.anvil.ask("evm_setAutomine", True)
    scene.anvil.mine()
    settle_all(scene, sender)
    assert outbox.find("fund").state == "final"
    assert scene.reader.available(pool) == deposited + 50


def test_a_transaction_that_a_reorganisation_removed_is_sent_again(scene, outbox, sender):
    outbox.enqueue(mint(scene, "alice"))
    sender.step()
    sender.step()
    scene.anvil.reorg(1)
    assert balance(scene, "alice") == 0
    sender.step()
    assert outbox.find("mint:alice").state == "signed"
    settle_all(scene, sender)
    assert outbox.find("mint:alice").state == "final"
    assert balance(scene, "alice") == 1


def test_a_transaction_that_the_node_forgot_is_sent_again(scene, outbox, sender):
    scene.anvil.ask("evm_setAutomine", False)
    outbox.enqueue(mint(scene, "alice"))
    sender.step()
    scene.anvil.ask("anvil_dropAllTransactions")
    scene.anvil.mine()
    assert balance(scene, "alice") == 0
    scene.anvil.ask("evm_setAutomine", True)
    settle_all(scene, sender)
    assert balance(scene, "alice") == 1


def test_a_stuck_transaction_is_replaced_at_a_higher_price_up_to_a_cap(scene, outbox, caplog):
    """The base fee is set above what was offered, so that no block takes it."""
    policy = SendingPolicy(max_fee_cap=10**12, patience_blocks=2)
    sender = Sender(scene.node, scene.operator, outbox, policy=policy)
    scene.anvil.ask("evm_setAutomine", False)
    outbox.enqueue(mint(scene, "alice"))
    sender.step()
    first = outbox.find("mint:alice")
    for _ in range(2):
        scene.anvil.ask("anvil_setNextBlockBaseFeePerGas", hex(3 * 10**11))
        scene.anvil.mine()
    sender.step()
    raised = outbox.find("mint:alice")
    assert raised.nonce == first.nonce
    assert raised.max_fee > 3 * 10**11
    assert raised.hashes[1:] == first.hashes
    assert len(raised.hashes) == 2
    sender.step()
    assert outbox.find("mint:alice") == raised, "it has not waited long enough to be raised again"

    for _ in range(2):
        scene.anvil.ask("anvil_setNextBlockBaseFeePerGas", hex(9 * 10**11))
        scene.anvil.mine()
    with caplog.at_level(logging.ERROR):
        sender.step()
        outbox.enqueue(mint(scene, "bob"))
        sender.step()
    assert outbox.find("mint:alice") == raised, "above the cap it waits"
    assert outbox.find("mint:bob").state == "queued"
    assert caplog.text.count("above the cap") == 1, "said once, not at every look"
    assert "mint:bob waits" in sender.alarm

    scene.anvil.ask("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    scene.anvil.mine()
    settle_all(scene, sender)
    assert sender.alarm == ""
    assert (balance(scene, "alice"), balance(scene, "bob")) == (1, 1)
    mined = outbox.find("mint:alice")
    assert mined.nonce == first.nonce
    assert mined.hashes[-2:] == raised.hashes


def test_a_nonce_that_another_program_took_is_given_up_only_when_that_is_final(scene, outbox, sender):
    scene.anvil.ask("evm_setAutomine", False)
    outbox.enqueue(mint(scene, "alice"))
    sender.step()
    scene.anvil.ask("anvil_dropAllTransactions")
    scene.anvil.ask("evm_setAutomine", True)
    scene.send(scene.calls.mint(scene.deployment.demo_token, person("bob").address, 1))
    sender.step()
    assert outbox.find("mint:alice").state == "signed"
    scene.anvil.finalise()
    sender.step()
    settle_all(scene, sender)
    alice = outbox.find("mint:alice")
    assert (alice.state, alice.nonce) == ("final", 1)
    assert balance(scene, "alice") == 1


def test_an_operator_without_money_waits_for_it(scene, outbox):
    poor = person("poor")
    sender = Sender(scene.node, poor, outbox)
    outbox.enqueue(Transaction("pay", person("alice").address, b"", "pay", value=10**18))
    assert not sender.step()
    assert re.search(r"may cost \d+ wei; 0x\w+ holds 0", sender.alarm)
    assert outbox.find("pay").state == "queued"
    scene.anvil.fund(poor.address)
    settle_all(scene, sender)
    assert outbox.find("pay").state == "final"
    assert sender.alarm == ""


def test_another_chain_stops_the_sender(scene, outbox):
    sender = Sender(Node(scene.anvil.url, 1), scene.operator, outbox)
    with pytest.raises(Misconfigured, match="serves chain 31337"):
        sender.run(threading.Event())


def test_an_enqueued_transaction_is_sent_at_once(scene, database):
    """With a poll of ten minutes, only the wake-up can explain it."""
    outbox, stop = Outbox(database), threading.Event()
    sender = Sender(scene.node, scene.operator, outbox, policy=SendingPolicy(poll_s=600), wake=outbox.wake)
    thread = threading.Thread(target=sender.run, args=(stop,))
    thread.start()
    try:
        outbox.enqueue(mint(scene, "alice"))
        until(lambda: balance(scene, "alice") == 1, "the minting")
    finally:
        stop.set()
        sender.wake.set()
        thread.join()


def test_two_hundred_transactions_through_a_bad_connection_and_restarts(scene, proxy, database, caplog):
    """Every tenth answer is lost or refused; the sender is thrown away again and again."""
    caplog.set_level(logging.CRITICAL)
    outbox, dice = Outbox(database), random.Random(15)
    for number in range(200):
        outbox.enqueue(mint(scene, f"payee {number}"))
    proxy.rule = faults(15, 0.1)
    while (counts := outbox.count_by_state()).get("final", 0) < 200:
        assert "failed" not in counts
        sender = Sender(Node(proxy.url, CHAIN_ID), scene.operator, outbox)
        for _ in range(dice.randrange(1, 5)):
            with contextlib.suppress(Unavailable):
                sender.step()
        scene.anvil.finalise()
    assert scene.node.transaction_count(scene.operator.address) == 200
    nonces = [outbox.find(f"mint:payee {number}").nonce for number in range(200)]
    assert sorted(nonces) == list(range(200))
    assert all(balance(scene, f"payee {number}") == 1 for number in range(0, 200, 7))
