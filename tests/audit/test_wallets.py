"""Contract wallets and tokens answer as they like, and otherwise tomorrow. Nobody else may have to pay for that."""

import json

import pytest

from creditline import audit, canonical
from creditline.audit import Check, Options, Outcome
from creditline.audit.documents import parse
from creditline.audit.step import Place, Wrong, examine
from creditline.ids import address
from creditline.works.dataset import compose_dataset
from tests.audit.contracts import TOKEN
from tests.audit.world import POLICY, Person, World, sha

EVIL = address("0x" + "5" * 40)


def verify(world, **options):
    return audit.verify(world.node, world.shelf, options=Options(**options))


def changing(world, *people):
    """These are contract wallets, and deny today what they signed."""
    denied, asked = {person.address for person in people}, world.node.is_signed
    world.node.wallets |= denied
    world.node.is_signed = lambda who, data, signature: who not in denied and asked(who, data, signature)


def unopened(world, title="sketch"):
    """A batch of the stranger's, of which nothing was opened, anchored by the operator."""
    batch, root = world.batch(world.stranger, [world.record(world.stranger, title)])
    return batch.leaves[0].work_id, root


# contract wallets


def test_a_contract_wallet_that_answers_otherwise_today_is_noted():
    world = World()
    _, root = unopened(world)
    changing(world, world.stranger)
    verdict = verify(world)
    assert (verdict.answer, verdict.wrong, verdict.unchecked) == ("yes", 0, 0)
    assert [(step.name, step.outcome, step.subject) for step in verdict.findings] == [
        (Check.ANCHORS, Outcome.NOTED, f"batch {root}")
    ]
    assert "a contract wallet answers otherwise today" in verdict.findings[0].detail


def test_what_nobody_stands_by_is_not_counted_as_a_work():
    world = World()
    unopened(world)
    before = verify(world).figures.works
    changing(world, world.stranger)
    assert verify(world).figures.works == before - 1


def test_a_plain_wallet_that_did_not_sign_is_still_wrong():
    world = World()
    batch = world.compose(world.alice, [world.record(world.alice, "taken")])
    root = world.anchor(batch.signed(world.signature(batch, world.stranger)))
    verdict = verify(world)
    assert (verdict.first_wrong.subject, verdict.first_wrong.outcome) == (f"batch {root}", Outcome.WRONG)


def test_works_on_chain_count_whatever_their_contract_wallets_say_today():
    world = World()
    changing(world, world.alice, world.bob, world.carol)
    verdict = verify(world)
    assert verdict.answer == "yes"
    assert verdict.figures.works == verify(World()).figures.works
    assert {step.outcome for step in verdict.findings} == {Outcome.NOTED}


def test_a_data_set_with_a_work_of_a_wallet_that_changed_its_mind_is_noted():
    world = World()
    work, _ = unopened(world)
    dataset = compose_dataset("third", [work, world.works["dawn"]])
    manifest = world.shelf.put(dataset.manifest()).digest
    root, now = "0x" + dataset.tree().root.hex(), world.contracts.now
    name = world.contracts.register_dataset(world.developer.address, root, 2, now, manifest)
    world.model = world.contracts.register_model(world.developer.address, sha(b"w2"), POLICY, [name])
    world.open(TOKEN)
    assert verify(world).answer == "yes"
    changing(world, world.stranger)
    verdict = verify(world)
    assert verdict.answer == "yes"
    details = {step.subject: step.detail for step in verdict.findings}
    assert details[f"data set {name}"] == (
        f"it holds works whose contract wallets answer otherwise today: work {work}"
    )


def test_a_true_announcement_is_found_behind_a_false_one_of_a_contract_wallet():
    """Anyone may announce the root first, with another signature."""

    world, seen = World(), []
    world.node.wallets.add(world.stranger.address)

    def run_ahead(scene):
        world, root = scene
        forged = canonical.encode({**json.loads(seen[0]), "signature": "0x1234"})
        world.contracts.anchor(world.heir.address, root, 1, world.shelf.put(forged).digest)

    world.lies = {"manifest": lambda data: seen.append(data) or data, "before anchoring": run_ahead}
    _, root = unopened(world)
    assert verify(world).figures.works == verify(World()).figures.works + 1
    verdict = verify(world)
    assert verdict.answer == "yes"
    assert [(step.subject, step.detail) for step in verdict.findings] == [
        (f"batch {root}", "1 false announcements of it are ignored")
    ]


# tokens and pools of strangers


def with_a_lying_token():
    """A stranger runs a pool in his own token, which says that the ledger holds nothing."""
    world = World()
    operator, world.operator = world.operator, Person("another operator")
    theirs = world.open(EVIL)
    world.contracts.fund(theirs, 100, world.stranger.address)
    world.operator = operator
    world.node.storage["balance", EVIL] = 0
    return world, theirs


def test_a_lying_token_is_noted_where_other_pools_were_chosen():
    world, theirs = with_a_lying_token()
    verdict = verify(world, pools=frozenset({world.pool, world.ether}))
    assert verdict.answer == "yes"
    (step,) = verdict.findings
    assert (step.name, step.outcome) == (Check.BALANCES, Outcome.NOTED)
    assert step.subject == f"token {EVIL} of pool {theirs}"
    assert step.detail.startswith("ignored, no pool in question rests on it: the ledger holds 0")


def test_a_lying_token_is_noted_where_another_operator_was_chosen():
    world, theirs = with_a_lying_token()
    verdict = verify(world, operator=world.operator.address)
    assert verdict.answer == "yes"
    assert [step.subject for step in verdict.findings] == [f"token {EVIL} of pool {theirs}"]
    assert verify(world, operator=Person("another operator").address).answer == "no"


def test_without_a_choice_a_lying_token_is_wrong_and_named_with_its_pool():
    world, theirs = with_a_lying_token()
    verdict = verify(world)
    assert (verdict.answer, verdict.wrong) == ("no", 1)
    assert verdict.first_wrong.subject == f"token {EVIL} of pool {theirs}"


def test_the_token_of_a_chosen_pool_must_hold_what_is_owed_to_all():
    world, theirs = with_a_lying_token()
    world.node.storage["balance", TOKEN] = 0
    verdict = verify(world, operator=world.operator.address)
    assert verdict.first_wrong.subject == f"token {TOKEN} of pool {world.pool}"
    assert verify(world, pools=frozenset({theirs})).first_wrong.subject == f"token {EVIL} of pool {theirs}"


def test_settlements_of_another_operator_are_left_alone():
    world, theirs = with_a_lying_token()
    world.contracts.settle(theirs, 1, sha(b"image"), sha(b"nothing"), 100, [])
    world.node.storage["balance", EVIL] = 10**9
    assert verify(world).answer == "incomplete"
    assert verify(world, operator=world.operator.address).findings == ()


def test_an_operator_without_pools_is_not_answered_with_yes():
    world = World()
    verdict = verify(world, operator=world.stranger.address)
    assert verdict.answer == "incomplete"
    assert verdict.first_wrong.subject == f"operator {world.stranger.address}"


def test_a_pool_of_another_operator_than_the_chosen_one_is_not_passed_over():
    world, theirs = with_a_lying_token()
    verdict = verify(world, operator=world.operator.address, pools=frozenset({theirs, world.pool}))
    assert verdict.first_wrong.subject == f"pool {theirs}"
    assert verdict.first_wrong.detail == "another operator runs it"


# what nobody expected


def dated(deadline):
    """A lie about a manifest's deadline."""
    return lambda data: canonical.encode({**json.loads(data), "deadline": deadline})


@pytest.mark.parametrize("deadline", [-1, -(2**52), 2**53 - 1, "soon"])
def test_a_manifest_with_a_deadline_that_cannot_be_signed_is_wrong(deadline):
    world = World()
    world.lies = {"manifest": dated(deadline)}
    _, root = unopened(world)
    verdict = verify(world)
    assert (verdict.answer, verdict.wrong) == ("no", 1)
    assert verdict.first_wrong.subject == f"batch {root}"


def test_a_false_announcement_with_such_a_deadline_does_not_hide_the_true_one():
    world, seen = World(), []

    def run_ahead(scene):
        world, root = scene
        forged = world.shelf.put(dated(-1)(seen[0])).digest
        world.contracts.anchor(world.heir.address, root, 1, forged)

    world.lies = {"manifest": lambda data: seen.append(data) or data, "before anchoring": run_ahead}
    _, root = unopened(world)
    verdict = verify(world)
    assert verdict.answer == "yes"
    assert [(step.subject, step.detail) for step in verdict.findings] == [
        (f"batch {root}", "1 false announcements of it are ignored")
    ]


class Odd(Exception):
    """Of a library that we do not know."""


def stumble(_data=b""):
    raise Odd("over this")


def test_a_question_that_breaks_becomes_a_finding():
    step = examine(Check.WORKS, "work", Place(1, 1), stumble)
    assert (step.outcome, step.ok) == (Outcome.UNCHECKED, False)
    assert step.detail == "could not be checked: the auditor stumbles over it, Odd('over this')"
    assert examine(Check.WORKS, "work", Place(1, 1), stumble, matters=False).outcome is Outcome.NOTED


def test_a_document_that_breaks_its_reader_is_wrong():
    with pytest.raises(Wrong, match="the work record is malformed: Odd"):
        parse("work record", stumble, b"{}")


def test_a_node_that_breaks_over_one_token_leaves_the_rest_of_the_audit_standing():
    world, theirs = with_a_lying_token()
    honest = world.node.token_balance
    world.node.token_balance = lambda token, owner: stumble() if token == EVIL else honest(token, owner)
    verdict = verify(world)
    assert (verdict.answer, verdict.unchecked) == ("incomplete", 1)
    assert verdict.first_wrong.subject == f"token {EVIL} of pool {theirs}"
