"""F35: what a spreadsheet opens holds no formula and no text that hides or reorders; and every amount is exact."""

import csv
import io

import pytest

from creditline.ids import address
from creditline.royalties.statement import Line, Movement, Place
from creditline.royalties.statement_csv import HEADER, clean, in_tokens, spell_time, write_csv
from tests.chain.scene import hash_of

TOKEN, POOL = address("0x" + "70" * 20), hash_of("pool")


def line(amount=5, balance=5, **about):
    place = Place(1_800_000_000, 7, 1, 0, 0)
    return Line(Movement(place, "settlement", TOKEN, amount, hash_of("transaction"), POOL, **about), balance)


def rows(*lines, symbol="dJPY", decimals=6):
    text = write_csv(lines, lambda _: (symbol, decimals))
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_name_that_begins_a_formula_is_text(start):
    (row,) = rows(
        line(title=f'{start}HYPERLINK("http://evil","x")', author=f"{start}1"), symbol=f"{start}cmd"
    )
    assert row["title"] == f'\'{start}HYPERLINK("http://evil","x")'
    assert (row["author"], row["symbol"]) == (f"'{start}1", f"'{start}cmd")


@pytest.mark.parametrize("hidden", ["\t", "\r", "\n", "\0", "\u202e", "\u2066", "\u200b", "\ufeff", "\u2028"])
def test_hidden_characters_are_gone_before_a_formula_is_looked_for(hidden):
    (row,) = rows(line(title=f"{hidden}=1+1{hidden}"))
    assert row["title"] == "'=1+1"
    assert hidden not in write_csv([line(title=f"a{hidden}b", author=hidden)], lambda _: ("x", 0)).replace(
        "\r\n", ""
    )


def test_a_negative_amount_is_a_number_not_a_formula():
    (row,) = rows(line(amount=-1_234_500, balance=500_000))
    assert (row["amount"], row["amount_units"]) == ("-1.234500", "-1234500")
    assert (row["balance"], row["balance_units"]) == ("0.500000", "500000")


def test_names_of_people_stay_as_they_are():
    names = ["Ŭñí çødé", "相田 愛子", 'O\'Neill, "Pat"', "🖼 work"]
    for name in names:
        assert rows(line(author=name))[0]["author"] == name
    assert clean("x" * 1_000) == "x" * 200


def test_every_column_has_a_header_and_pages_after_the_first_have_none():
    first = write_csv([line()], lambda _: ("ETH", 18))
    assert first.split("\r\n")[0] == ",".join(HEADER)
    later = write_csv([line()], lambda _: ("ETH", 18), header=False)
    assert first == ",".join(HEADER) + "\r\n" + later
    assert all(len(row) == len(HEADER) for row in csv.reader(io.StringIO(first)))


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (1, 18, "0.000000000000000001"),
        (-(2**128), 0, str(-(2**128))),
        (2**256, 255, "0." + str(2**256).zfill(255)),
        (0, 6, "0.000000"),
        (5, None, ""),
    ],
)
def test_amounts_are_exact_for_every_number_of_decimals(amount, decimals, text):
    assert in_tokens(amount, decimals) == text


def test_times_are_in_utc():
    assert spell_time(1_800_000_000) == "2027-01-15T08:00:00Z"
