import pytest

from creditline.errors import Invalid, TooLarge
from creditline.works.terms import LICENCE_MAX, Terms, Training, read_terms


def test_terms_read_back_as_written() -> None:
    terms = Terms("CC-BY-SA-4.0", Training.FORBIDDEN)
    assert read_terms(terms.document()) == terms


def test_other_words_make_another_hash() -> None:
    assert Terms("CC0-1.0").digest() != Terms("CC0-1.0", Training.FORBIDDEN).digest()


def test_terms_need_words_within_the_limit() -> None:
    with pytest.raises(Invalid, match="no licence"):
        Terms("  ")
    with pytest.raises(TooLarge, match="201 characters"):
        Terms("x" * (LICENCE_MAX + 1))
    assert Terms("x" * LICENCE_MAX)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"type": "creditline/terms/2"},
        {"type": "creditline/terms/1", "licence": "x", "training": "perhaps"},
    ],
)
def test_unknown_terms_are_refused(document: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        read_terms(document)
