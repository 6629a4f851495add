"""Every encoder, against the contracts themselves."""

import pytest

from creditline.amounts import Terms, credit_works, cut_total
from creditline.chain.node import Reverted
from creditline.ids import ZERO_ADDRESS, bytes32
from creditline.royalties.receipt import reports_typed_data
from creditline.typed_data import REGISTER, ledger_domain, typed_data
from creditline.works.dataset import compose_dataset
from tests.chain.anvil import CHAIN_ID
from tests.chain.scene import FAR, TERMS, hash_of, record_of


def test_works_are_registered_in_all_three_ways(scene):
    alice, bob = scene.person("alice"), scene.person("bob")
    alone = scene.register(alice, "alone", payee=bob)
    assert scene.reader.payee_of(alone) == bob.address
    assert scene.reader.work(alone)["owner"] == alice.address

    record = record_of(alice, "relayed")
    content = record.facts.content_hash
    message = {
        "creator": alice.address, "contentHash": content, "recordHash": record.digest(),
        "termsHash": TERMS.digest(), "payee": bob.address, "deadline": FAR,
    }  # fmt: skip
    signature = alice.sign_typed(typed_data(scene.domain, "Register", REGISTER, message))
    call = scene.calls.register_for(
        creator=alice.address, content_hash=content, record_hash=record.digest(), terms_hash=TERMS.digest(),
        payee=bob.address, deadline=FAR, signature=signature,
    )  # fmt: skip
    scene.send(call)
    with pytest.raises(Reverted, match="AlreadyRegistered"):
        scene.send(call)

    batch = scene.batch(alice, ["one", "two", "three"])
    scene.anchor(batch)
    work = scene.materialise(batch, 1)
    anchored_at = scene.reader.anchored_at(batch.tree().root)
    assert scene.reader.work(work)["registeredAt"] == anchored_at
    assert scene.reader.payee_at(work, anchored_at) == alice.address
    assert scene.reader.payee_at(work, anchored_at - 1) == ZERO_ADDRESS


def test_owners_change_what_is_theirs(scene):
    alice, bob = scene.person("alice"), scene.person("bob")
    work = scene.register(alice, "mine")
    scene.send(scene.calls.set_payee(work, bob.address), alice)
    assert scene.reader.payee_of(work) == bob.address
    scene.send(scene.calls.set_training_opt_out(work, out=True), alice)
    assert scene.reader.opted_out(work, scene.node.latest().time)
    scene.send(scene.calls.set_terms(work, hash_of("new terms")), alice)
    scene.send(scene.calls.offer_rights(work, bob.address), alice)
    scene.send(scene.calls.accept_rights(work), bob)
    assert scene.reader.work(work)["owner"] == bob.address
    with pytest.raises(Reverted, match=r"NotOwner\(workId=0x.*, caller=0x"):
        scene.send(scene.calls.set_payee(work, alice.address), alice)


def test_owners_sign_changes_that_others_send(scene):
    alice, bob = scene.person("alice"), scene.person("bob")
    work = scene.register(alice, "mine")

    def signed(name, field, value):
        kind = "address" if field == "payee" else "bool"
        fields = [("bytes32", "workId"), (kind, field), ("uint256", "nonce"), ("uint256", "deadline")]
        message = {"workId": work, field: value, "nonce": scene.reader.change_nonce(work), "deadline": FAR}
        return alice.sign_typed(typed_data(scene.domain, name, fields, message))

    set_payee = scene.calls.set_payee_for(work, bob.address, FAR, signed("SetPayee", "payee", bob.address))
    scene.send(set_payee)
    assert scene.reader.payee_of(work) == bob.address
    opt_out = signed("SetTrainingOptOut", "out", True)
    scene.send(scene.calls.set_training_opt_out_for(work, FAR, opt_out, out=True))
    assert scene.reader.work(work)["optedOutAt"] > 0
    with pytest.raises(Reverted, match="BadSignature"):
        scene.send(set_payee)


def test_an_opt_out_breach_is_proved(scene):
    alice = scene.person("alice")
    work = scene.register(alice, "reserved")
    scene.send(scene.calls.set_training_opt_out(work, out=True), alice)
    dataset = compose_dataset("greedy", [work, hash_of("another")])
    cutoff = scene.node.latest().time
    scene.anvil.later(10)
    scene.send(scene.calls.register_dataset(dataset.tree().root, 2, cutoff, hash_of("manifest")))
    (event,) = scene.reader.events(0, scene.node.latest().number, {"DatasetRegistered"})
    index = dataset.works.index(work)
    scene.send(
        scene.calls.prove_opt_out_breach(event.args["datasetId"], work, index, dataset.tree().proof(index))
    )
    assert scene.reader.dataset(event.args["datasetId"])["breaches"] == 1


def test_money_goes_where_the_shares_say(scene):
    alice, bob = scene.person("alice"), scene.person("bob")
    works = sorted([scene.register(alice, "a"), scene.register(bob, "b")])
    pool, token = scene.open_pool(), scene.deployment.demo_token
    assert scene.reader.model(scene.model)["developer"] == scene.operator.address
    shares = list(zip(works, (600_001, 3), strict=True))
    first, second = scene.receipt(pool, 0, shares), scene.receipt(pool, 7, shares[:1], revenue=99)
    domain = ledger_domain(CHAIN_ID, scene.deployment.ledger)
    signed = first.__class__(
        **{**vars(first), "signature": scene.operator.sign_typed(first.typed_data(domain))}
    )
    scene.send(scene.calls.settle(signed), scene.integrator)  # anyone who holds a receipt can settle it
    both = scene.operator.sign_typed(reports_typed_data(domain, [second]))
    scene.send(scene.calls.settle_many([second], both), scene.integrator)

    revenue, terms = 1_000_003 + 99, Terms(7000, 1500, 1000)
    part = cut_total(1_000_003, terms).creators
    earned = credit_works(part, [600_001, 3])
    earnings = {who.address: scene.reader.credit(token, who.address) for who in (alice, bob)}
    owner_of_second = next(who for who in (alice, bob) if scene.reader.payee_of(works[1]) == who.address)
    assert earnings[owner_of_second.address] == earned.works[1]
    assert scene.reader.nonce_used(pool, 7)
    assert not scene.reader.nonce_used(pool, 1)
    assert scene.reader.fixed_claimable(pool, 0) == cut_total(revenue, terms).developer
    assert scene.reader.available(pool) == 10**9 - revenue
    assert scene.reader.pool(pool)["direct"] == revenue

    other = next(who for who in (alice, bob) if who is not owner_of_second)
    scene.send(scene.calls.withdraw_for(token, other.address))
    assert scene.reader.balance(token, other.address) == earnings[other.address]
    scene.send(scene.calls.withdraw(token, alice.address), owner_of_second)
    scene.send(scene.calls.claim_fixed(pool, 0))
    with pytest.raises(Reverted, match="NothingToPay"):
        scene.send(scene.calls.claim_fixed(pool, 0))
    scene.send(scene.calls.request_refund(pool, 5), scene.integrator)
    scene.anvil.later(3600)
    scene.send(scene.calls.refund(pool), scene.integrator)
    assert scene.reader.balance(token, scene.integrator.address) == 5


def test_a_pool_of_ether_is_funded_with_the_call(scene):
    params = scene.params(token=ZERO_ADDRESS)
    scene.send(scene.calls.open(params))
    (event,) = scene.reader.events(0, scene.node.latest().number, {"PoolOpened"})
    assert event.args["params"]["modelId"] == scene.model
    scene.send(scene.calls.fund(event.args["poolId"], 10**18, ether=True), scene.integrator)
    assert scene.reader.available(event.args["poolId"]) == 10**18
    assert (scene.reader.token_decimals(ZERO_ADDRESS), scene.reader.token_symbol(ZERO_ADDRESS)) == (18, "ETH")
    assert scene.reader.balance(ZERO_ADDRESS, scene.deployment.ledger) == 10**18


def test_a_refusal_names_the_values(scene):
    alice = scene.person("alice")
    work = scene.register(alice, "a")
    pool = scene.open_pool(deposit=10)
    with pytest.raises(Reverted, match=r"InsufficientDeposit\(available=10, needed=11\)"):
        scene.settle(scene.receipt(pool, 0, [(work, 1)], revenue=11))
    with pytest.raises(Reverted, match=f"WorkUnknown.workId={hash_of('x')}"):
        scene.settle(scene.receipt(pool, 0, [(bytes32(hash_of("x")), 1)], revenue=1))
