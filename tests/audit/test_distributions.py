"""Distributions of base pools: a true one, one lie at a time, and nobody else's report dressed as one."""

from dataclasses import replace

import pytest

from creditline import audit, canonical
from creditline.audit import Check, Outcome
from creditline.audit.prosecution import Prosecution
from creditline.errors import Unavailable
from creditline.ids import ZERO_ADDRESS
from tests.audit.commons_world import AMOUNT, BASE, CommonsWorld
from tests.audit.contracts import TOKEN
from tests.audit.world import Person, sha


def verify(world):
    return audit.verify(world.node, world.shelf)


def first_wrong(world):
    verdict = verify(world)
    assert verdict.answer == "no"
    return verdict.first_wrong


def test_a_true_distribution_is_true():
    world = CommonsWorld().share_out()
    verdict = verify(world)
    assert (verdict.answer, verdict.findings) == ("yes", ())
    document = Prosecution(world.node, world.shelf).write_down(world.base, 1, None)
    assert document["findings"] == []


def members(change):
    """A lie about the members: of the document, and of the groups that follow from it."""

    def lie(said):
        return replace(said, members=tuple(change(list(said.members))))

    return {"distribution": lie, "groups": lambda groups: groups}


def follow(lie):
    """The groups follow from the document, as a consistent liar would have it."""
    seen = []

    def said(due):
        seen.append(lie(due))
        return seen[0]

    return {"distribution": said, "groups": lambda _: seen[0].groups()}


def count_one_twice(distribution):
    first, *rest = distribution.members
    return replace(distribution, members=(replace(first, works=first.works + 1), *rest))


def leave_last_out(distribution):
    return replace(distribution, members=distribution.members[:-1])


def swap(found):
    found[0], found[1] = found[1], found[0]
    return found


def move_a_unit(groups):
    first, second = groups
    return [replace(first, revenue=first.revenue - 1), replace(second, revenue=second.revenue + 1)]


def divide_otherwise(groups):
    """Thirteen and two would not fit, so eleven and four: every member gets about the same."""
    first, second = groups
    moved = first.members[-1]
    both = (
        first.shares[:-1],
        (second.shares[0] // 2, second.shares[0] - second.shares[0] // 2, *second.shares[1:]),
    )
    lacking = 1_000_000 - sum(both[0])
    shares = ((both[0][0] + lacking, *both[0][1:]), both[1])
    return [
        replace(first, members=first.members[:-1], shares=shares[0]),
        replace(second, members=(moved, *second.members), shares=shares[1]),
    ]


def favour_one(groups):
    first, second = groups
    shares = (first.shares[0] + 1, first.shares[1] - 1, *first.shares[2:])
    return [replace(first, shares=shares), second]


LIES = [
    (
        follow(lambda due: replace(due, amount=due.amount - 1)),
        f"it shares out {AMOUNT - 1}, and the pool held",
    ),
    (follow(lambda due: replace(due, block=due.block - 3)), "it shares out what block"),
    (follow(leave_last_out), "is left out"),
    (follow(count_one_twice), "are in the training set"),
    (members(swap), "member 0 is"),
    ({"groups": move_a_unit}, "report 0 earned"),
    ({"groups": divide_otherwise}, "report 0 pays other works than its group"),
    ({"groups": favour_one}, "report 0 has other shares"),
    ({"groups": lambda groups: groups[:1]}, "it has 1 reports, and the rule gives 2"),
    ({"usage": lambda group: replace(group, index=group.index + 7)}, "report 0 stands for"),
    ({"signature": lambda _: "0x" + "11" * 65}, "report 0 is signed"),
    (follow(lambda due: replace(due, pool_id=sha(b"another pool"))), "its distribution is of another pool"),
    (
        follow(lambda due: replace(due, model_id=sha(b"another model"))),
        "its distribution is of another model",
    ),
    ({"document": lambda data: data.replace(b"distribution/1", b"distribution/2")}, "other fields"),
    ({"document": lambda _: canonical.encode({"type": "creditline/report/1"})}, "no distribution"),
    ({"document": lambda data: data[1:]}, "not JSON"),
]


@pytest.mark.parametrize(("lies", "detail"), LIES, ids=[detail[:40] for _, detail in LIES])
def test_one_lie(lies, detail):
    step = first_wrong(CommonsWorld(lies).share_out())
    assert (step.name, step.outcome) == (Check.SETTLEMENTS, Outcome.WRONG)
    assert "the distribution of epoch 1" in step.subject
    assert detail in step.detail


@pytest.mark.parametrize("is_contract", [False, True])
def test_only_a_creator_whose_wallet_may_refuse_is_left_out(is_contract):
    world = CommonsWorld(anchored_only=True).share_out()
    creator = Person("unwritten").address
    if is_contract:
        world.node.wallets.add(creator)
    found = [step.detail for step in verify(world).findings if step.subject.startswith("the distribution")]
    assert found == ([] if is_contract else [found[0]])
    assert is_contract or f"the creator {creator} of work" in found[0]
    assert is_contract or "is left out: none of its works was written" in found[0]


def test_a_distribution_that_nobody_has_is_not_called_wrong():
    world = CommonsWorld().share_out()
    gone = [digest for digest, data in world.shelf.documents.items() if b"creditline/distribution/1" in data]
    assert len(gone) == 1
    world.shelf.silent.update(gone)
    assert verify(world).answer == "incomplete"


def test_a_node_that_does_not_say_what_a_contract_calls_its_own_leaves_it_open():
    world = CommonsWorld().share_out()

    def silent(who):
        raise Unavailable("The node does not answer.", "Try later.")

    world.node.base_pool = silent
    verdict = verify(world)
    assert verdict.answer == "incomplete"
    assert verdict.first_wrong.name is Check.POOLS


def test_an_ordinary_report_is_wrong_in_a_base_pool():
    report = CommonsWorld().logs("Settled")[0].args["reportHash"]
    world = CommonsWorld({"document": lambda _: CommonsWorld().shelf.documents[report]}).share_out()
    assert "no distribution" in first_wrong(world).detail


def test_its_operator_cannot_settle_past_the_rule():
    world = CommonsWorld().share_out()
    world.contracts.fund(world.base, 1_000, world.stranger.address)
    world.settle(world.base, 9, 1_000, world.drawing("dawn", "noise", "noise", "noise"))
    assert "pays nobody but by distributions" in first_wrong(world).detail


@pytest.mark.parametrize(
    "terms",
    [
        {},
        {"integrator": BASE["integrator"], "commons": BASE["commons"]},  # gives creators less than everything
        BASE
        | {"treasury": ZERO_ADDRESS[:-1] + "1"},  # such terms, but its contract calls another pool its own
    ],
)
def test_no_other_pool_can_pass_a_distribution_off_as_its_report(terms):
    world = CommonsWorld()
    pool = world.open(TOKEN, **terms)
    world.contracts.fund(pool, AMOUNT, world.stranger.address)
    world.contracts.stake(pool, world.operator.address)
    world.node.wallets.add(world.integrator.address)  # whose signature nobody can be held to
    world.share_out(pool)
    step = first_wrong(world)
    assert step.name is Check.SETTLEMENTS
    assert step.subject.startswith("image ")
