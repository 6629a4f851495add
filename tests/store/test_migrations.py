"""A database of an older version comes up to this one."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from creditline.store.database import Database
from creditline.store.event_log import FOLLOWER, read_cursor
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction
from tests.store.following import rows_of


def at_version(url, version):
    config = Config()
    config.set_main_option("script_location", "creditline.store:migrations")
    database = Database(url)
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    return database


def test_rows_of_contracts_without_epochs_are_read_again_and_everything_else_stays(url):
    database = at_version(url, "0001")
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
