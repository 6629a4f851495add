"""Logs about epochs that the contract cannot have emitted, and storage that says otherwise."""

from dataclasses import replace

import pytest

from creditline import audit
from creditline.audit.step import Check, Outcome
from tests.audit.epoch_rules import DAY, NEVER
from tests.audit.world import World, sha


def after(*moves):
    """Moves in the world's pool of tokens; the last one is then bent, or the lie itself."""

    def lie(world):
        for move in moves:
            move(world.contracts, world.pool, world)

    return lie


def stake(contracts, pool, world):
    contracts.stake(pool, world.operator.address)


def post(contracts, pool, world):
    contracts.post(pool, 1)


def wait(contracts, pool, world):
    contracts.now += 3600


def wait_a_fortnight(contracts, pool, world):
    contracts.now += 15 * DAY


def pay(contracts, pool, world):
    contracts.claimed[pool, 0] = 0
    contracts.claim_royalties(pool, 0, world.alice.address, 1)


def dispute(contracts, pool, world):
    contracts.dispute(pool, world.stranger.address)


def challenge(contracts, pool, world):
    contracts.challenge(pool, world.stranger.address)


def uphold(contracts, pool, world):
    contracts.rule(pool, valid=True)


def pause(contracts, pool, world):
    contracts.pause(pool)


def post_all(contracts, pool, world):
    contracts.post(pool, contracts.pools[pool]["ceiling"] - contracts.pools[pool]["direct"])


def bend(name, **change):
    """Change the last event of that name."""

    def bent(contracts, pool, world):
        index = max(at for at, log in enumerate(contracts.logs) if log.name == name)
        args = contracts.logs[index].args
        contracts.rewrite(index, **{key: new(args[key]) for key, new in change.items()})

    return bent


def bend_epoch(**change):
    return bend(
        "EpochPosted", epoch=lambda epoch: {**epoch, **{key: new(epoch[key]) for key, new in change.items()}}
    )


def drop(name):
    def dropped(contracts, pool, world):
        del contracts.logs[max(at for at, log in enumerate(contracts.logs) if log.name == name)]

    return dropped


def hasten(name, seconds):
    def hastened(contracts, pool, world):
        index = max(at for at, log in enumerate(contracts.logs) if log.name == name)
        contracts.logs[index] = replace(
            contracts.logs[index], block_time=contracts.logs[index].block_time - seconds
        )

    return hastened


def say(name, **args):
    def said(contracts, pool, world):
        contracts.emit("RoyaltyLedger", name, poolId=pool, **args)

    return said


LIES = [
    ((stake, say("Staked", by="0x" + "1" * 40, excess=0)), Check.EPOCHS, "its bond was there before"),
    ((say("Unstaked"),), Check.EPOCHS, "its bond was not there"),
    ((stake, post, say("Unstaked")), Check.EPOCHS, "while an epoch was open to objections"),
    ((stake, post, drop("Staked")), Check.EPOCHS, "no bond stood behind it"),
    ((stake, post, bend("EpochPosted", n=lambda n: 2)), Check.EPOCHS, "epoch 2 follows epoch 0"),
    ((stake, post, bend_epoch(revenue=lambda _: 0)), Check.EPOCHS, "it reports 0 and the pool holds"),
    (
        (stake, post_all, bend_epoch(revenue=lambda all_of_it: all_of_it + 1)),
        Check.EPOCHS,
        "and the pool holds",
    ),
    ((stake, post, bend_epoch(payoutSum=lambda sum_: sum_ + 1)), Check.EPOCHS, "its payouts add up to"),
    (
        (stake, post, bend_epoch(revenueBefore=lambda _: 1)),
        Check.EPOCHS,
        "it says that 1 were reported before",
    ),
    ((stake, post, bend_epoch(cutoff=lambda at: at + 1)), Check.EPOCHS, "its cutoff is"),
    ((stake, post, bend_epoch(cutoff=lambda at: at - 8 * DAY)), Check.EPOCHS, "its cutoff is"),
    (
        (stake, post, wait, post, hasten("EpochPosted", 100)),
        Check.EPOCHS,
        "epoch 1 was still open to objections",
    ),
    ((stake, post_all, wait, pay, hasten("Claimed", 100)), Check.PAYOUTS, "epoch 1 paid before it was final"),
    (
        (stake, post_all, wait, pay, bend("Claimed", n=lambda n: 2)),
        Check.PAYOUTS,
        "was never posted, or is void",
    ),
    (
        (stake, post_all, wait, pay, bend("Claimed", amount=lambda one: 2)),
        Check.PAYOUTS,
        "was paid 2 and was owed 1",
    ),
    (
        (stake, post_all, wait, pay, bend("Claimed", amount=lambda _: 10**6, total=lambda _: 10**6)),
        Check.PAYOUTS,
        "epochs have paid 1000000",
    ),
    (
        (stake, post, dispute, bend("Disputed", n=lambda n: 2)),
        Check.EPOCHS,
        "epoch 2 was not open to objections",
    ),
    (
        (stake, post, dispute, bend("Disputed", ruleBy=lambda at: at + 1)),
        Check.EPOCHS,
        "the arbiter has until",
    ),
    (
        (stake, post, dispute, say("Disputed", n=1, by="0x" + "1" * 40, reason="0x", ruleBy=0, excess=0)),
        Check.EPOCHS,
        "disputed before",
    ),
    ((stake, post, dispute, uphold, hasten("Disputed", -100)), Check.EPOCHS, "the arbiter has until"),
    ((stake, post, say("Ruled", n=1, valid=True)), Check.EPOCHS, "epoch 1 was not disputed"),
    (
        (stake, post, dispute, wait_a_fortnight, say("Ruled", n=1, valid=True)),
        Check.EPOCHS,
        "the arbiter ruled too late",
    ),
    ((stake, post, say("Lapsed", n=1)), Check.EPOCHS, "epoch 1 was not disputed"),
    ((stake, post, dispute, say("Lapsed", n=1)), Check.EPOCHS, "the arbiter still had time"),
    (
        (stake, post, wait, say("EpochChallenged", n=1, by="0x" + "1" * 40, fraud=0)),
        Check.EPOCHS,
        "was not open",
    ),
    (
        (stake, post, challenge, bend("EpochVoided", revenue=lambda _: 2)),
        Check.EPOCHS,
        "2 were freed and 1 had been",
    ),
    ((stake, post, say("EpochVoided", n=1, revenue=1)), Check.EPOCHS, "nothing voids epoch 1"),
    ((stake, post, challenge, say("EpochVoided", n=1, revenue=1)), Check.EPOCHS, "epoch 0 is the newest"),
    ((stake, post, challenge, drop("EpochVoided"), stake), Check.EPOCHS, "EpochChallenged voided no epoch"),
    ((pause, bend("Paused", untilDay=lambda day: day + 1)), Check.POOLS, "it is paused until day"),
    (
        (pause, say("Funded", **{"from": "0x" + "1" * 40}, received=1)),
        Check.POOLS,
        "the pool was paused until",
    ),
]


@pytest.mark.parametrize(("moves", "check", "detail"), LIES)
def test_what_no_contract_says_of_epochs_is_wrong(moves, check, detail):
    world = World()
    after(*moves)(world)
    verdict = audit.verify(world.node, world.shelf)
    first = verdict.first_wrong
    assert first is not None, "the auditor took it"
    assert (first.name, first.outcome) == (check, Outcome.WRONG), first
    assert detail in first.detail


def full_life():
    """An epoch that stands and pays, and one that is disputed."""
    world = World()
    after(stake, post_all, wait, pay)(world)
    world.contracts.fund(world.pool, 100, world.integrator.address)
    after(post, dispute)(world)
    return world


def test_a_true_life_of_epochs_is_right():
    verdict = audit.verify(full_life().node, full_life().shelf)
    assert verdict.ok, verdict.first_wrong
    assert (verdict.figures.epochs, verdict.figures.voided_epochs) == (3, 0)


@pytest.mark.parametrize(
    ("where", "value", "detail"),
    [
        (("epoch", 1), sha(b"another"), "the contract keeps epoch 1 as"),
        (("claimed", 0), 7, "the contract has paid 7 to index 0"),
        (("dispute",), {"ruleBy": 5}, "the dispute's ruleBy is 5"),
    ],
)
def test_storage_of_epochs_that_differs(where, value, detail):
    world = full_life()
    kind, *rest = where
    world.node.storage[(kind, world.pool, *rest)] = value
    first = audit.verify(world.node, world.shelf).first_wrong
    assert (first.name, first.subject) == (Check.STORAGE, f"epochs of pool {world.pool}")
    assert detail in first.detail


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ceiling", 1), ("reported", 1), ("pending", 5), ("validAt", NEVER - 1), ("epoch", 9), ("staked", False),
        ("paidOut", 0), ("pausedUntil", 3), ("bond", 1), ("guardian", "0x" + "0" * 40), ("arbiter", "0x" + "0" * 40),
    ],
)  # fmt: skip
def test_counters_of_epochs_that_differ(field, value):
    world = full_life()
    world.node.storage["pool", world.pool] = {field: value}
    first = audit.verify(world.node, world.shelf).first_wrong
    assert f"the contract stores {field} {value}" in first.detail
