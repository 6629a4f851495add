"""What the operator pays for, and what waits until there is money for it."""

import pytest

from creditline.chain.drafts import Drafts
from creditline.chain.node import Node
from creditline.chain.sender import Sender, SendingPolicy
from creditline.ids import ZERO_ADDRESS
from creditline.royalties.settlement import Balance
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction
from tests.chain.anvil import CHAIN_ID
from tests.chain.scene import hash_of, person
from tests.chain.sending import balance, mint, settle_all


@pytest.fixture
def outbox(database):
    return Outbox(database)


@pytest.fixture
def sender(scene, outbox):
    return Sender(scene.node, scene.operator, outbox)


def burner(scene, name, rounds):
    """A wallet that burns gas with each visit."""
    code = f"0x62{rounds:06x}5b600190038060045700"
    scene.anvil.ask("anvil_setCode", person(name).address, code)
    return person(name).address


@pytest.mark.parametrize(
    ("purpose", "ceiling"),
    [
        ("withdraw", 200_000),
        ("materialise", 500_000),
        ("anchor", 200_000),
        ("settle", 12_000_000),
        ("other", 15_000_000),
    ],
)
def test_gas_above_the_ceiling_of_its_purpose_is_not_paid(scene, outbox, sender, caplog, purpose, ceiling):
    """Each round burns 26 gas: one wallet stays a little below the ceiling, another goes a little above."""
    rounds = (ceiling - 21_000) // 26
    outbox.enqueue(Transaction(f"{purpose}:dear", burner(scene, "dear", rounds + 1_000), b"", "visit"))
    outbox.enqueue(Transaction(f"{purpose}:cheap", burner(scene, "cheap", rounds - 1_000), b"", "visit"))
    settle_all(scene, sender)
    dear, cheap = outbox.find(f"{purpose}:dear"), outbox.find(f"{purpose}:cheap")
    assert (dear.state, dear.nonce) == ("failed", None)
    assert f"above the ceiling of {ceiling}" in dear.reason
    assert "above the ceiling" in caplog.text
    assert (cheap.state, cheap.nonce) == ("final", 0)


def test_a_payout_into_a_wallet_that_burns_gas_is_not_paid_by_the_operator(scene, outbox, sender):
    """The payee chose this wallet: he may still withdraw himself, at his own cost."""
    creator, trap = scene.person("creator"), burner(scene, "trap", 30_000)
    work = scene.register(creator, "a", person("trap"))
    pool = scene.open_ether_pool(10**6)
    scene.settle(scene.receipt(pool, 1, [(work, 1_000_000)], revenue=10**6))
    drafts = Drafts(scene.calls)
    owed = scene.reader.credit(ZERO_ADDRESS, trap)
    assert owed == 700_000
    before = scene.node.balance(scene.operator.address)
    outbox.enqueue(drafts.withdraw(Balance(ZERO_ADDRESS, trap, owed, 0)))
    settle_all(scene, sender)
    assert outbox.find(f"withdraw:{ZERO_ADDRESS}:{trap}:{owed}").state == "failed"
    assert scene.node.balance(scene.operator.address) == before
    scene.send(scene.calls.withdraw_for(ZERO_ADDRESS, trap), creator)
    assert scene.reader.balance(ZERO_ADDRESS, trap) == owed


def test_what_cannot_be_paid_for_does_not_hold_up_the_rest(scene, outbox):
    """More dear transactions than have room at once, before one that is cheap enough."""
    poor = person("poor")
    price = scene.node.fees().max_fee
    scene.anvil.ask("anvil_setBalance", poor.address, hex(price * 500_000))
    sender = Sender(scene.node, poor, outbox, policy=SendingPolicy(in_flight_max=3))
    trap = burner(scene, "trap", 40_000)
    for number in range(7):
        outbox.enqueue(Transaction(f"dear:{number}", trap, b"", "visit a trap"))
    outbox.enqueue(mint(scene, "alice"))
    for _ in range(5):
        sender.step()
        assert "To visit a trap may cost" in sender.alarm
    assert balance(scene, "alice") == 1
    assert [outbox.find(f"dear:{number}").state for number in range(7)] == ["queued"] * 7
    scene.anvil.fund(poor.address)
    sender.step()
    assert len(outbox.in_flight(poor.address)) <= 3, "there is no more room than before"
    for _ in range(4):
        scene.anvil.finalise()
        settle_all(scene, sender)
    assert [outbox.find(f"dear:{number}").state for number in range(7)] == ["final"] * 7
    assert sender.alarm == ""


def test_what_waits_for_money_is_not_simulated_again_and_again(scene, proxy, outbox):
    poor = person("poor")
    sender = Sender(Node(proxy.url, CHAIN_ID), poor, outbox)
    for number in range(20):
        outbox.enqueue(mint(scene, f"payee {number}"))
    sender.step()
    proxy.requests.clear()
    sender.step()
    assert "eth_estimateGas" not in proxy.requests
    assert proxy.requests.count("eth_getBalance") == 1


def test_what_needs_something_that_waits_for_money_waits_with_it(scene, outbox):
    """The second reverts as long as the first is not there: that is not the last word on it."""
    poor, creator = person("poor"), scene.person("creator")
    scene.anvil.ask("anvil_setBalance", poor.address, hex(scene.node.fees().max_fee * 90_000))
    sender = Sender(scene.node, poor, outbox)
    batch, drafts = scene.batch(creator, ["a"]), Drafts(scene.calls)
    anchor = drafts.anchor(batch.tree().root, 1, scene.shelf.put(batch.manifest(scene.domain)))
    materialise = drafts.materialise(batch, 0, signed=True)
    outbox.enqueue(anchor)
    outbox.enqueue(materialise)
    for _ in range(3):
        assert not sender.step()
    assert [outbox.find(each.key).state for each in (anchor, materialise)] == ["queued", "queued"]
    scene.anvil.fund(poor.address)
    for _ in range(3):
        settle_all(scene, sender)
    assert [outbox.find(each.key).state for each in (anchor, materialise)] == ["final", "final"]


def test_what_reverts_behind_something_that_was_given_up_fails_as_well(scene, outbox):
    poor = person("poor")
    scene.anvil.ask("anvil_setBalance", poor.address, "0x1")
    sender = Sender(scene.node, poor, outbox)
    claim = scene.calls.claim_fixed(hash_of("pool"), 0)
    trap = burner(scene, "trap", 1_000)
    outbox.enqueue(Transaction("trap", trap, b"", "visit a trap"))
    for number in range(2):
        outbox.enqueue(Transaction(f"claim:{number}", claim.to, claim.data, "claim"))
    sender.step()
    assert outbox.count_by_state() == {"queued": 3}
    scene.anvil.ask("anvil_setCode", trap, "0xfe")
    scene.anvil.fund(poor.address)
    settle_all(scene, sender)
    assert outbox.count_by_state() == {"failed": 3}
