"""Every call about epochs, against the contracts themselves."""

import pytest

from creditline.audit.book import Book
from creditline.audit.money import Money
from creditline.chain.drafts import Drafts
from creditline.chain.finalised import FinalisedChain
from creditline.chain.node import Reverted
from creditline.ids import ZERO_ADDRESS
from creditline.royalties.epoch import Fraud
from creditline.royalties.pool import NEVER
from tests.chain.epoch_story import BOND, WINDOW, EpochPlay, hash_of_epoch, play_epochs
from tests.chain.scene import hash_of


def test_epochs_are_posted_voided_and_paid(scene):
    pool, ether = play_epochs(scene)
    said = scene.reader.pool(pool.id)
    assert (said["epoch"], said["reported"], said["pending"], said["staked"]) == (2, 10_001, 503, False)
    assert said["paidOut"] == scene.reader.claimed(pool.id, 0) == (10_001 + 503) * 7000 // 10_000
    assert scene.reader.epoch_hash(pool.id, 2) == hash_of_epoch(pool.epochs[2])
    assert int(scene.reader.epoch_hash(pool.id, 3), 16) == 0
    assert scene.reader.dispute(pool.id)["by"] == ZERO_ADDRESS
    assert scene.reader.final_revenue(pool.id) == 10_001 + 503
    open_one = scene.reader.pool(ether.id)
    assert (open_one["validAt"], open_one["bond"]) == (NEVER, BOND + 1)
    assert scene.reader.dispute(ether.id)["by"] == scene.person("bob").address
    assert scene.reader.balance(ZERO_ADDRESS, scene.deployment.ledger) == 10**18 + 2 * (BOND + 1) + 10


def test_many_claims_are_paid_in_one_call_and_by_drafts(scene):
    alice = scene.person("alice")
    plays = [EpochPlay(scene, scene.params(bond=bond), alice) for bond in (BOND, BOND + 1)]
    for play in plays:
        scene.open_pool(bond=play.params.bond)
        play.stake()
        play.post(1_000)
    scene.anvil.later(WINDOW)
    claims = [play.claim_of(1) for play in plays]
    draft = Drafts(scene.calls).claim_many(claims)
    scene.send(type(scene.calls.claim(claims[0]))(draft.to, draft.data, draft.value))
    assert scene.reader.balance(plays[0].params.token, alice.address) == 2 * 700
    with pytest.raises(Reverted, match="NothingToPay"):
        scene.send(scene.calls.claim(claims[0]))


def test_a_draft_says_what_it_is_for_and_another_intent_has_another_key(scene):
    drafts, params = Drafts(scene.calls), scene.params()
    play = EpochPlay(scene, params, scene.person("alice"))
    scene.open_pool()
    play.stake()
    play.post(1_000)
    id_, token, epoch, claim = play.id, params.token, play.epochs[1], play.claim_of(1)
    made = [
        drafts.stake(id_, token, 5, after=0), drafts.stake(id_, token, 5, after=1), drafts.unstake(id_, after=1),
        drafts.post(id_, 1, 0, epoch), drafts.post(id_, 1, 1, epoch), drafts.post(id_, 2, 0, epoch),
        drafts.claim(claim), drafts.claim_to(claim, play.payee.address), drafts.claim_many([claim]),
        drafts.claim_fixed(id_, 1, 0), drafts.claim_fixed(id_, 1, 7),
        drafts.challenge(params, epoch, None, Fraud.TREE_BROKEN, b"a"),
        drafts.challenge(params, epoch, None, Fraud.TREE_BROKEN, b"b"),
        drafts.dispute(id_, token, 5, hash_of("why"), n=1, attempt=0),
        drafts.rule(id_, n=1, attempt=0, valid=True), drafts.lapse(id_, n=1, attempt=0),
        drafts.pause(id_, 20_000), drafts.resume(id_, 20_000),
    ]  # fmt: skip
    assert len({draft.key for draft in made}) == len(made)
    assert all(draft.purpose and draft.to == scene.deployment.ledger for draft in made)
    assert drafts.stake(id_, ZERO_ADDRESS, 5, after=0).value == 5
    assert drafts.stake(id_, token, 5, after=0).value == 0
    with pytest.raises(Reverted, match="NotProved"):
        scene.send(scene.calls.challenge(params, epoch, None, Fraud.RECEIPT_DOUBLED, _two_equal(scene, play)))


def test_the_auditor_replays_epochs_to_what_the_contracts_store(scene):
    play_epochs(scene)
    scene.anvil.finalise()
    chain, book = FinalisedChain(scene.node, scene.deployment), Book()
    steps = [book.apply(event) for event in chain.events()]
    steps += Money(chain, book.ledger, book.ledger.pools).examine()
    assert [step for step in steps if not step.ok or step.detail] == []
    for token in (scene.deployment.demo_token, ZERO_ADDRESS):
        assert book.ledger.owed(token) == chain.token_balance(token, scene.deployment.ledger)


def _two_equal(scene, play):
    from eth_abi.abi import encode as abi_encode

    from creditline.ids import raw
    from tests.chain.epoch_story import _report

    receipt = scene.receipt(play.id, 1 << 32, [])
    signed = raw(scene.operator.sign_typed(receipt.typed_data(scene.ledger_domain)))
    report = "(uint256,bytes32,bytes32,uint128,uint256,bytes32[],uint256)"
    return abi_encode([report, "bytes"] * 2, [_report(receipt), signed] * 2)
