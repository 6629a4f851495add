"""Logs that the contracts cannot have emitted: the node left something out, or made something up."""

from dataclasses import replace

import pytest

from creditline.audit.account import pool_id, read_params
from creditline.audit.book import Book
from creditline.audit.money import Money
from creditline.audit.step import Check, Outcome
from tests.audit.world import World, sha


def again(name, nth=0):
    """The same event a second time, in a block of its own."""

    def lie(world):
        log = world.contracts.logs[world.contracts.index_of(name, nth)]
        world.contracts.emit(log.contract, log.name, **log.args)
        if "at" in log.args:
            world.contracts.rewrite(-1, at=world.contracts.now)

    return lie


def bent(name, nth=0, **change):
    """One event with other arguments, each a function of what stands there."""

    def lie(world):
        index = world.contracts.index_of(name, nth)
        args = world.contracts.logs[index].args
        world.contracts.rewrite(index, **{key: bend(args[key]) for key, bend in change.items()})

    return lie


def first(name):
    """An event before everything that it rests on."""

    def lie(world):
        log = world.contracts.logs.pop(world.contracts.index_of(name))
        world.contracts.logs.insert(0, replace(log, block_number=1))

    return lie


def opting(*outs, at=0):
    def lie(world):
        for out in outs:
            world.contracts.set_opt_out(world.works["meadow"], out=out)
        world.contracts.rewrite(-1, at=world.contracts.now + at)

    return lie


def breaching(*, opted_out=True, times=1, work="meadow"):
    def lie(world):
        if opted_out:
            index = world.contracts.index_of("WorkRegistered")
            when = world.contracts.logs[index].block_time + 1
            args = {"workId": world.works["meadow"], "out": True, "at": when}
            early = replace(world.contracts.logs[index], name="TrainingOptOutSet", args=args)
            world.contracts.logs.insert(index + 1, replace(early, block_time=when, log_index=8))
        for _ in range(times):
            world.contracts.prove_breach(world.datasets[0], world.works.get(work, sha(b"?")), 0)

    return lie


def terms(**change):
    """A pool whose id follows from terms that the contract refuses."""

    def lie(world):
        index = world.contracts.index_of("PoolOpened")
        params = {**world.contracts.logs[index].args["params"], **change}
        world.contracts.logs = world.contracts.logs[: index + 1]
        world.contracts.rewrite(index, poolId=_id_of(params), params=params)

    return lie


def _id_of(params):
    return pool_id(read_params(params))


def refunded_early(world):
    index = world.contracts.index_of("Refunded")
    log = world.contracts.logs[index]
    world.contracts.logs[index] = replace(log, block_time=log.block_time - 31)


LIES = [
    (again("WorkRegistered"), Check.WORKS, "it was registered before"),
    (bent("WorkRegistered", at=lambda at: at + 1), Check.WORKS, "not dated by its block"),
    (bent("WorkRegistered", 1, anchor=lambda _: sha(b"root")), Check.WORKS, "was never anchored"),
    (bent("WorkRegistered", contentHash=lambda _: sha(b"x")), Check.WORKS, "does not follow from its claim"),
    (bent("Anchored", at=lambda at: at - 1), Check.ANCHORS, "not dated by its first block"),
    (again("Anchored"), Check.ANCHORS, "not dated by its first block"),
    (first("PayeeSet"), Check.WORKS, "changed before it was registered"),
    (opting(True, at=-1), Check.WORKS, "not dated by its block"),
    (opting(False), Check.WORKS, "changes nothing"),
    (opting(True, True), Check.WORKS, "changes nothing"),
    (bent("DatasetRegistered", cutoff=lambda at: at + 1), Check.DATASETS, "does not follow from its claim"),
    (again("DatasetRegistered"), Check.DATASETS, "it was registered before"),
    (bent("ModelRegistered", algorithmHash=lambda _: sha(b"a")), Check.MODELS, "does not follow"),
    (again("ModelRegistered"), Check.MODELS, "it was registered before"),
    (first("ModelRegistered"), Check.MODELS, "was never registered"),
    (breaching(opted_out=False), Check.DATASETS, "was not opted out at the cutoff"),
    (breaching(times=2), Check.DATASETS, "was proved before"),
    (breaching(work="nobody's"), Check.DATASETS, "was never registered"),
    (again("PoolOpened"), Check.POOLS, "it was opened before"),
    (terms(modelId=sha(b"model")), Check.POOLS, "was never registered"),
    (terms(creatorBps=9999), Check.POOLS, "give away more than everything"),
    (first("Funded"), Check.POOLS, "the pool was never opened"),
    (bent("Settled", 4, revenue=lambda _: 0), Check.AMOUNTS, "it earned nothing"),
    (bent("Settled", 4, workIds=lambda works: works[::-1]), Check.AMOUNTS, "do not ascend"),
    (bent("Settled", 4, workIds=lambda works: works[:1] * 13), Check.AMOUNTS, "it pays 13 works"),
    (bent("Settled", 4, weights=lambda weights: weights >> 20), Check.AMOUNTS, "its weights"),
    (bent("Settled", 4, weights=lambda weights: weights | 1 << 200), Check.AMOUNTS, "its weights"),
    (bent("Settled", 4, weights=lambda weights: weights | 2**20 - 1), Check.AMOUNTS, "its weights"),
    (bent("FixedClaimed", role=lambda _: 4), Check.PAYOUTS, "there is no role 4"),
    (refunded_early, Check.PAYOUTS, "before its notice ran out"),
]


@pytest.mark.parametrize(("lie", "check", "detail"), LIES)
def test_what_no_contract_says_is_wrong(lie, check, detail):
    world, book = World(), Book()
    lie(world)
    wrong = [step for step in map(book.apply, world.contracts.logs) if not step.ok]
    assert wrong, "the book took it"
    assert (wrong[0].name, wrong[0].outcome) == (check, Outcome.WRONG), wrong[0]
    assert detail in wrong[0].detail


def test_model_whose_data_sets_do_not_ascend():
    world = World()
    backwards = world.datasets[::-1]
    world.contracts.register_model(world.developer.address, sha(b"w"), sha(b"a"), backwards)
    book = Book()
    steps = [book.apply(log) for log in world.contracts.logs]
    assert "do not ascend" in steps[-1].detail


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"to_works": 0}, "were divided and 499941 were earned"),
        ({"ceiling": 0}, "0 deposited"),
        ({"paid": [10**9, 0, 0, 0]}, "the developer took more than it earned"),
    ],
)
def test_sums_that_do_not_close(change, detail):
    world, book = World(), Book()
    for log in world.contracts.logs:
        book.apply(log)
    pool = book.ledger.pools[world.pool]
    for field, value in change.items():
        setattr(pool, field, value)
    step = next(
        step
        for step in Money(world.node, book.ledger, book.ledger.pools).examine()
        if step.name is Check.SUMS
    )
    assert (step.outcome, step.subject) == (Outcome.WRONG, f"pool {world.pool}")
    assert detail in step.detail


def test_the_opt_out_of_a_second_counts_with_all_changes_in_it():
    world, book = World(), Book()
    meadow = world.works["meadow"]
    for out in (True, False, True):
        world.contracts.set_opt_out(meadow, out=out)
    for log in world.contracts.logs:
        book.apply(log)
    work = book.registry.works[meadow]
    (out, _), (back, _), (out_again, _) = work.opt_outs
    expected = {out - 1: False, out: True, back - 1: True, back: False, out_again - 1: False, out_again: True}
    assert {at: work.opted_out(at) for at in expected} == expected
