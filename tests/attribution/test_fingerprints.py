from hypothesis import given
from hypothesis import strategies as st

from creditline.attribution.fingerprints import distance, nearest

CODES = st.binary(min_size=32, max_size=32)


@given(CODES, CODES)
def test_distance_counts_differing_bits(one, other):
    expected = sum((a ^ b) >> bit & 1 for a, b in zip(one, other, strict=True) for bit in range(8))
    assert distance(one, other) == distance(other, one) == expected


@given(CODES, st.lists(CODES, min_size=1, max_size=8))
def test_nearest_is_the_least_distance(code, others):
    assert nearest(code, tuple(others)) == min(distance(code, other) for other in others)
