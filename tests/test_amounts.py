from hypothesis import given
from hypothesis import strategies as st

from creditline.amounts import (
    BASIS_POINTS,
    PARTS_PER_MILLION,
    Terms,
    credit_works,
    cut_revenue,
    cut_total,
    spell,
)

amounts = st.integers(0, 2**128 - 1)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    bounds = sorted(draw(st.lists(st.integers(0, BASIS_POINTS), min_size=3, max_size=3)))
    return Terms(bounds[0], bounds[1] - bounds[0], bounds[2] - bounds[1])


@st.composite
def shares(draw: st.DrawFn) -> list[int]:
    bounds = sorted(draw(st.sets(st.integers(1, PARTS_PER_MILLION), max_size=12)))
    return [after - before for before, after in zip([0, *bounds], bounds, strict=False)]


@given(amounts, terms())
def test_a_cut_loses_and_makes_nothing(total: int, terms: Terms) -> None:
    cut = cut_total(total, terms)
    assert cut.creators + cut.developer + cut.compute + cut.treasury == total
    assert min(cut.creators, cut.developer, cut.compute, cut.treasury) >= 0


@given(st.lists(st.integers(1, 10**30), min_size=1, max_size=20), terms())
def test_many_revenues_add_up_to_the_cut_of_their_sum(revenues: list[int], terms: Terms) -> None:
    before, creators, treasury = 0, 0, 0
    for revenue in revenues:
        cut = cut_revenue(before, revenue, terms)
        assert cut.creators + cut.developer + cut.compute + cut.treasury == revenue
        before, creators, treasury = before + revenue, creators + cut.creators, treasury + cut.treasury
    assert (creators, treasury) == (cut_total(before, terms).creators, cut_total(before, terms).treasury)


@given(amounts, shares())
def test_credits_add_up_to_the_part(part: int, shares: list[int]) -> None:
    credit = credit_works(part, shares)
    assert sum(credit.works) + credit.unattributed == part
    assert credit.unattributed >= 0


@given(amounts, shares())
def test_each_credit_is_within_one_unit_of_its_exact_share(part: int, shares: list[int]) -> None:
    credit = credit_works(part, shares)
    for amount, share in zip(credit.works, shares, strict=True):
        assert abs(amount * PARTS_PER_MILLION - part * share) < PARTS_PER_MILLION


def test_full_shares_leave_nothing_unattributed() -> None:
    assert credit_works(1_000_003, [333_333, 666_667]).unattributed == 0


def test_amounts_are_spelled_exactly() -> None:
    assert spell(1_234_500, 6, "dJPY") == "1.2345 dJPY"
    assert spell(-5, 6, "dJPY") == "-0.000005 dJPY"
    assert spell(12_000_000_000_000, 6, "dJPY") == "12,000,000 dJPY"
    assert spell(7, 0, "JPY") == "7 JPY"


@given(terms(), st.integers(0, 2**96 - 2), st.integers(1, 10_000))
def test_no_part_falls_when_the_total_grows(terms, before, more):
    """Else a role could have taken out more than its part."""
    assert min(vars(cut_revenue(before, more, terms)).values()) >= 0
