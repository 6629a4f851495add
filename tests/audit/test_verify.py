import json

import pytest

from creditline import audit
from tests.audit.contracts import TOKEN
from tests.audit.world import World


@pytest.fixture(scope="module")
def verdict():
    world = World()
    return audit.verify(world.node, world.shelf)


def test_a_true_world_is_true(verdict):
    assert (verdict.answer, verdict.first_wrong, verdict.findings) == ("yes", None, ())


def test_every_kind_of_check_was_made(verdict):
    made = {check for check in audit.Check if sum(verdict.counts.get(check, {}).values())}
    assert made == set(audit.Check) - {audit.Check.PIXELS}


def test_figures_count_what_there_is(verdict):
    figures = verdict.figures
    assert (figures.works, figures.batches, figures.datasets, figures.models) == (7, 3, 2, 1)
    assert (figures.pools, figures.images) == (2, 5)
    money = figures.tokens[TOKEN]
    assert money.revenue == 100_001 + 33 + 7 + 399_900
    assert money.to_works + money.unattributed == money.revenue * 7000 // 10_000


def test_the_verdict_is_plain_json(verdict):
    document = json.loads(json.dumps(verdict.as_json()))
    assert document["answer"] == "yes"
    assert document["ok"] is True
    assert document["figures"]["tokens"][TOKEN]["revenue"] == "499941"


def test_progress_is_told_of_every_step():
    world, told = World(), []
    verdict = audit.verify(world.node, world.shelf, progress=told.append)
    assert len(told) == sum(sum(counts.values()) for counts in verdict.counts.values())


def test_an_empty_chain_is_true():
    world = World()
    world.contracts.logs.clear()
    assert audit.verify(world.node, world.shelf).answer == "yes"
