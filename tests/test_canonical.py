import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditline import canonical
from creditline.errors import Invalid

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical.SAFE_INTEGER, canonical.SAFE_INTEGER)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), values, max_size=5))
def test_what_is_written_is_read_back(document: canonical.JSON) -> None:
    assert canonical.decode(canonical.encode(document)) == document


def test_keys_are_sorted_and_spaces_left_out() -> None:
    assert canonical.encode({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'.encode()


@pytest.mark.parametrize(
    "data", [b'{"b":1, "a":2}', b'{"b":1,"a":2}', b'{"a":1}\n', b'{"a":1,"a":1}', b"[1]"]
)
def test_another_spelling_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="not canonical"):
        canonical.decode(data)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"a":NaN}', b"[" * 100_000])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        canonical.decode(data)


@pytest.mark.parametrize(
    ("document", "fault"),
    [({"a": {"b": 0.5}}, r"\$\.a\.b is a float"), ({"a": [2**53]}, r"\$\.a\[0\] is above")],
)
def test_inexact_numbers_are_refused_by_place(document: canonical.JSON, fault: str) -> None:
    with pytest.raises(Invalid, match=fault):
        canonical.encode(document)


def test_deep_nesting_cannot_exhaust_the_stack() -> None:
    # In a process of its own: a failure here would end it.
    code = "import creditline.typed_data, json; json.loads('[' * 100_000)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "RecursionError" in ended.stderr
