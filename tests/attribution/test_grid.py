"""Masks become integers that add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from creditline.attribution.grid import measure_support, weigh_cells

MASKS = arrays(bool, st.tuples(st.integers(1, 70), st.integers(1, 70)))


@given(MASKS)
def test_saliency_adds_up_to_one_million(ink):
    weights = weigh_cells(ink, 16, 16)
    assert sum(weights) == 1_000_000
    assert min(weights) >= 0


@given(MASKS)
def test_full_agreement_is_full_support_wherever_there_is_ink(ink):
    weights, support = weigh_cells(ink, 4, 4), measure_support(ink, ink, 4, 4)
    if ink.any():
        assert support == [1000 if weight else 0 for weight in weights]


def test_a_blank_picture_weighs_evenly():
    assert weigh_cells(np.zeros((8, 8), bool), 2, 2) == [250_000] * 4


@pytest.mark.parametrize(("part", "expected"), [(0, 0), (1, 500), (2, 1000)])
def test_support_is_the_part_of_the_ink_that_agrees(part, expected):
    ink = np.ones((4, 4), bool)
    agrees = np.zeros((4, 4), bool)
    agrees[: 2 * part] = True
    assert measure_support(agrees, ink, 1, 1) == [expected]
