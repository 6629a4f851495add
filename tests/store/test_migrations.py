"""Databases of earlier versions."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from creditline.store.database import Database
from creditline.store.event_log import FOLLOWER, EventLog, read_cursor
from creditline.store.outbox import Outbox
from creditline.store.registrations import Registrations
from creditline.transactions import Transaction
from tests.store.following import rows_of

TO = "0x" + "00" * 20
ROWS = {
    "cursors": {"name": "follower", "number": 7, "hash": "0xb"},
    "works": {
        "id": "0x1", "creator": TO, "owner": TO, "payee": TO, "content_hash": "0x2", "record_hash": "0x3",
        "terms_hash": "0x4", "registered_at": 5, "leaf_index": -1, "on_chain": True,
    },
    "records": {
        "digest": "0x3", "creator": TO, "content_hash": "0x2", "pixel_hash": "0x6", "title": "a", "author": "b",
        "media_type": "image/png", "width": 1, "height": 1, "pdq": "0", "pdq_quality": 1,
    },
    "registrations": {"id": "0x7", "batch": '{"deadline":1,"leaves":[{"terms_hash":"0x4"}]}', "signature": ""},
}  # fmt: skip


@pytest.fixture
def former(url):
    """A database of the version before, with a work that another registry knows."""
    database = Database(url)
    move(database, "0001", command.upgrade)
    with database.write() as connection:
        for table, row in ROWS.items():
            values = ", ".join(f":{name}" for name in row)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"), row)
    yield database
    database.close()


def move(database, revision, direction):
    config = Config()
    config.set_main_option("script_location", "creditline.store:migrations")
    with database.write() as connection:
        config.attributes["connection"] = connection
        direction(config, revision)


def count(database, table):
    with database.read() as connection:
        return connection.scalar(text(f"SELECT count(*) FROM {table}"))


def test_what_was_read_of_another_registry_is_read_again(former):
    former.migrate()
    assert [count(former, table) for table in ROWS] == [0, 0, 0, 0]
    assert EventLog(former).cursor() is None
    assert Registrations(former).find("0x7") is None


def test_what_was_promised_and_sent_stays(former):
    Outbox(former).enqueue(Transaction("key", TO, b"", "keep me"))
    former.migrate()
    assert Outbox(former).find("key").purpose == "keep me"


def test_terms_go_back_to_where_they_were(former):
    move(former, "0002", command.upgrade)
    move(former, "0001", command.downgrade)
    with former.write() as connection:
        row = ROWS["works"]
        values = ", ".join(f":{name}" for name in row)
        connection.execute(text(f"INSERT INTO works ({', '.join(row)}) VALUES ({values})"), row)
    former.migrate()
    assert count(former, "works") == 0


def test_rows_of_contracts_without_epochs_are_read_again_and_everything_else_stays(url):
    database = Database(url)
    move(database, "0001", command.upgrade)
    Outbox(database).enqueue(Transaction("key", "0x" + "00" * 20, b"", "keep me"))
    with database.write() as connection:
        connection.execute(text("INSERT INTO cursors (name, number, hash) VALUES ('follower', 7, '0x1')"))
        connection.execute(
            text("INSERT INTO credits (token, payee, credited, withdrawn) VALUES ('0x1', '0x2', '5', '0')")
        )
    database.migrate()
    assert not any(rows_of(database).values())
    with database.read() as connection:
        assert read_cursor(connection, FOLLOWER) is None, "the chain is read from the start"
    assert Outbox(database).find("key").purpose == "keep me"
    database.close()
