"""The exact split: its axioms, and equality with Shapley's own definition."""

from fractions import Fraction
from itertools import permutations
from math import factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.attribution.shares import split
from creditline.errors import Invalid

WHOLE = 1_000_000


@st.composite
def games(draw):
    cells = draw(st.integers(1, 5))
    weights = draw(st.lists(st.integers(0, 50), min_size=cells, max_size=cells).filter(any))
    saliency = [weight * WHOLE // sum(weights) for weight in weights]
    saliency[0] += WHOLE - sum(saliency)
    column = st.lists(st.integers(0, 1000), min_size=cells, max_size=cells)
    works = draw(st.lists(column, max_size=5))
    return saliency, {f"0x{place:02x}": heights for place, heights in enumerate(works)}


def value(saliency, support, coalition):
    return sum(
        Fraction(worth * max((support[work][cell] for work in coalition), default=0), 1000)
        for cell, worth in enumerate(saliency)
    )


def shapley_by_definition(saliency, support):
    """The mean, over all orders of arrival, of what each work adds on its arrival."""
    totals = dict.fromkeys(support, Fraction(0))
    for order in permutations(support):
        for place, work in enumerate(order):
            before, after = order[:place], order[: place + 1]
            totals[work] += value(saliency, support, after) - value(saliency, support, before)
    return {work: total / factorial(len(support)) for work, total in totals.items()}


@given(games())
def test_equals_shapleys_definition_up_to_rounding(game):
    result = split(*game)
    for work, exact in shapley_by_definition(*game).items():
        assert abs(result.shares[work] - exact) < 1


@given(games())
def test_nothing_is_lost_or_made(game):
    result = split(*game)
    assert sum(result.shares.values()) + result.unattributed == WHOLE
    assert min([*result.shares.values(), result.unattributed]) >= 0


@given(games())
def test_what_nobody_supports_stays_unattributed(game):
    saliency, support = game
    explained = value(saliency, support, list(support))
    assert abs(split(saliency, support).unattributed - (WHOLE - explained)) < 1


@given(games())
def test_equal_works_get_equal_shares_up_to_the_last_unit(game):
    saliency, support = game
    support = support | {
        "0xff": support.get("0x00", [500] * len(saliency)),
        "0x00": support.get("0x00", [500] * len(saliency)),
    }
    result = split(saliency, support)
    assert 0 <= result.shares["0x00"] - result.shares["0xff"] <= 1


@given(games())
def test_a_work_without_evidence_gets_nothing_and_changes_nothing(game):
    saliency, support = game
    result = split(saliency, support | {"0xff": [0] * len(saliency)})
    assert result.shares.pop("0xff") == 0
    assert result == split(saliency, support)


@given(games(), st.randoms(use_true_random=False))
def test_the_order_of_works_does_not_matter(game, random):
    saliency, support = game
    shuffled = list(support.items())
    random.shuffle(shuffled)
    assert split(saliency, dict(shuffled)) == split(saliency, support)


def test_a_tie_of_remainders_goes_to_the_lower_id():
    thirds = split([WHOLE], {"0xb": [1000], "0xa": [1000], "0xc": [1000]})
    assert thirds.shares == {"0xa": 333_334, "0xb": 333_333, "0xc": 333_333}


@pytest.mark.parametrize(
    ("saliency", "support"),
    [
        ([999_999], {}),
        ([WHOLE + 1, -1], {}),
        ([WHOLE], {"0xa": [1001]}),
        ([WHOLE], {"0xa": [-1]}),
        ([WHOLE], {"0xa": [1, 2]}),
    ],
)
def test_grids_that_do_not_fit_are_refused(saliency, support):
    with pytest.raises(Invalid):
        split(saliency, support)
