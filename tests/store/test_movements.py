"""The book: every movement is two entries that sum to zero, and the database refuses anything else."""

from collections import defaultdict

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from creditline.events import Event
from creditline.store.chain_tables import events, movements
from creditline.store.event_log import EventLog
from creditline.store.movement_rows import Move, move
from creditline.store.movement_tables import entries
from tests.chain.epoch_story import play_epochs
from tests.chain.scene import hash_of
from tests.store.following import follow

TOKEN = "0x" + "77" * 20
EVENT = Event("RoyaltyLedger", "Funded", {}, 5, hash_of("block"), 1, hash_of("tx"), 2)
ROW = {
    "number": 5, "log_index": 2, "position": 1, "token": TOKEN, "source": "outside", "target": "stake:1", "amount": 9,
}  # fmt: skip


@pytest.fixture
def book(database):
    """One event, and its one movement."""
    EventLog(database).extend(None, [EVENT], (5, hash_of("block")))
    with database.write() as connection:
        move(connection, EVENT, TOKEN, Move("outside", "pool:1:deposit", 100), Move("outside", "stake:1", 0))
    return database


def all_of(database):
    with database.read() as connection:
        return connection.execute(select(movements)).all()


def refused(database, statement, match=None):
    before = all_of(database)
    with pytest.raises(IntegrityError, match=match), database.write() as connection:
        connection.execute(statement)
    assert all_of(database) == before


def test_a_movement_is_two_entries_that_sum_to_zero(book):
    with book.read() as connection:
        found = connection.execute(select(entries)).all()
    assert {(row.account, row.amount) for row in found} == {("outside", "-100"), ("pool:1:deposit", "100")}
    assert sum(int(row.amount) for row in found) == 0


@pytest.mark.parametrize("missing", ["source", "target", "amount", "token"])
def test_half_a_movement_is_refused(book, missing):
    refused(book, insert(movements).values(**{name: value for name, value in ROW.items() if name != missing}))


@pytest.mark.parametrize("amount", ["0", "-5", "", "007", "1.5", "1e3", " 5", "five"])
def test_a_movement_of_no_positive_amount_is_refused(book, amount):
    columns = ", ".join(f'"{name}"' for name in ROW)
    spelt = ", ".join(repr(value) for value in (ROW | {"amount": amount}).values())
    refused(book, text(f"INSERT INTO movements ({columns}) VALUES ({spelt})"), "(?i)check")


def test_a_movement_from_an_account_to_itself_is_refused(book):
    refused(book, insert(movements).values(**ROW | {"target": "outside"}), "(?i)check")


def test_a_movement_that_no_event_tells_of_is_refused(book):
    refused(book, insert(movements).values(**ROW | {"number": 6}), "(?i)foreign key")


def test_an_entry_cannot_be_written_by_itself(book):
    statement = text("INSERT INTO entries (number, account, amount) VALUES (5, 'outside', '1')")
    with pytest.raises(Exception, match=r"(?i)view"), book.write() as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "change", [{"amount": 101}, {"target": "credit:1:2"}, {"position": 7}, {"number": 5}]
)
def test_a_movement_cannot_be_edited(book, change):
    refused(book, update(movements).values(**change), "a movement never changes")


def test_a_movement_cannot_be_replaced(book):
    dialect = postgresql if book.engine.dialect.name == "postgresql" else sqlite
    row = ROW | {"position": 0}
    keys = ["number", "log_index", "position"]
    upsert = dialect.insert(movements).values(**row)
    refused(
        book,
        upsert.on_conflict_do_update(index_elements=keys, set_={"amount": 9}),
        "a movement never changes",
    )
    if dialect is sqlite:
        refused(book, insert(movements).prefix_with("OR REPLACE").values(**row), "a movement never changes")


def test_a_movement_cannot_be_removed_while_its_event_is_there(book):
    refused(book, delete(movements), "a movement stands as long as its event")
    if book.engine.dialect.name == "postgresql":
        refused(book, text("TRUNCATE movements"), "a movement never changes")


def test_a_rebuild_removes_movements_with_their_events(book):
    EventLog(book).reset()
    assert all_of(book) == []
    with book.read() as connection:
        assert connection.execute(select(events)).all() == []


def test_the_book_of_a_whole_story_closes(scene, database):
    """No account but `outside` is ever below zero, and what `outside` lacks is what the ledger holds."""
    play_epochs(scene)
    scene.anvil.finalise()
    follow(scene, database)
    balances = defaultdict(int)
    for row in sorted(all_of(database), key=lambda row: (row.number, row.log_index, row.position)):
        balances[row.token, row.source] -= row.amount
        balances[row.token, row.target] += row.amount
        assert row.source == "outside" or balances[row.token, row.source] >= 0, row
    for token in {token for token, _ in balances}:
        assert sum(amount for (kind, _), amount in balances.items() if kind == token) == 0
        assert -balances[token, "outside"] == scene.reader.balance(token, scene.deployment.ledger)
