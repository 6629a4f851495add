import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline.content import varint
from creditline.errors import Invalid


@given(st.integers(0, 2**63 - 1), st.binary(max_size=3))
def test_what_is_written_is_read(number, around):
    spelled = varint.encode(number)
    assert varint.decode(around + spelled + around, len(around)) == (number, len(around) + len(spelled))


@pytest.mark.parametrize(
    "data", [b"", b"\x80", b"\x80\x00", b"\x81\x80\x00", b"\xff" * 9, b"\xff" * 9 + b"\x01"]
)
def test_cut_padded_and_large_numbers_are_refused(data):
    with pytest.raises(Invalid):
        varint.decode(data)
