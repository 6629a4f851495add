"""F24: the text of a key."""

from __future__ import annotations

import re

import pytest

from creditline.access.key import Role, Scope, make_text, read_id

TEXT = "clk_aaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb_1f3f4ea7"


def test_a_key_has_a_prefix_an_id_a_secret_and_a_checksum() -> None:
    made = {make_text() for _ in range(100)}
    assert len(made) == len({read_id(text) for text in made}) == 100
    for text in made:
        assert re.fullmatch(r"clk_[a-z2-7]{8}_[a-z2-7]{32}_[0-9a-f]{8}", text)
        assert text.split("_")[1] == read_id(text)


def test_every_typing_error_in_one_place_is_noticed() -> None:
    text = make_text()
    for at in range(len(text)):
        for other in "a2_x0":
            if text[at] != other:
                assert read_id(text[:at] + other + text[at + 1 :]) is None


@pytest.mark.parametrize("text", ["", "clk_", TEXT, " " + TEXT, TEXT.upper(), "0x" + "ab" * 32, "clk_é"])
def test_what_is_no_key_has_no_id(text: str) -> None:
    assert read_id(text) is None


def test_nobody_but_the_operator_operates() -> None:
    assert [role for role in Role if Scope.OPERATE in role.scopes] == [Role.OPERATOR]
    assert Role.AUDITOR.scopes == frozenset(), "reads need none"
    assert Role.INTEGRATOR.scopes >= {Scope.ATTRIBUTE, Scope.REPORT}
    assert Scope.REPORT not in Role.CREATOR.scopes
