import pytest

from creditline import canonical
from creditline.errors import Invalid, TooLarge
from creditline.works.record import RECORD_BYTES_MAX, TITLE_MAX, WorkRecord, read_record
from creditline.works.terms import Terms
from tests.works.samples import facts, record, wallet

AIKO = wallet("aiko").address


def test_a_record_reads_back_as_written() -> None:
    written = record(AIKO, "one")
    assert read_record(written.encode()) == written


def test_a_changed_field_makes_another_digest() -> None:
    assert record(AIKO, "one").digest() != record(AIKO, "two").digest()


def test_titles_are_needed_and_bounded() -> None:
    with pytest.raises(Invalid, match="no title"):
        WorkRecord(AIKO, " ", "", facts("x"), Terms("CC0-1.0"), None)
    with pytest.raises(TooLarge, match="title has 301"):
        WorkRecord(AIKO, "x" * (TITLE_MAX + 1), "", facts("x"), Terms("CC0-1.0"), None)


@pytest.mark.parametrize("field", ["title", "creator", "content_hash", "fingerprints", "terms", "type"])
def test_a_missing_field_is_refused(field: str) -> None:
    document = record(AIKO, "one").document()
    del document[field]
    with pytest.raises(Invalid, match="malformed"):
        read_record(canonical.encode(document))


def test_a_record_for_another_version_is_refused() -> None:
    document = record(AIKO, "one").document() | {"type": "creditline/work/9"}
    with pytest.raises(Invalid, match="Unknown record type"):
        read_record(canonical.encode(document))


def test_a_huge_record_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TooLarge):
        read_record(b"[" * (RECORD_BYTES_MAX + 1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("picture", {"a": 1}),
        ("picture", "../../etc/passwd"),
        ("width", 2**40),
        ("width", "64"),
        ("height", 0),
        ("media_type", "image/svg+xml"),
        ("title", "two\nlines"),
        ("author", "nul\u0000"),
        ("extra", 1),
    ],
)
def test_a_record_holds_what_a_record_has_and_nothing_else(field: str, value: object) -> None:
    document = record(AIKO, "one").document() | {field: value}
    with pytest.raises(Invalid):
        read_record(canonical.encode(document))
