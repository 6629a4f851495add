"""Opening, migrating, and F13: a database that is full or away."""

import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text

from creditline.errors import Misconfigured, Unavailable
from creditline.events import Event
from creditline.store.chain_tables import metadata, payees, terms, works
from creditline.store.columns import Amount, Document
from creditline.store.database import Database
from creditline.store.documents import DocumentLoader
from creditline.store.event_log import EventLog
from creditline.store.outbox import Outbox
from creditline.store.projections import Projector
from creditline.transactions import Transaction
from tests.chain.anvil import until
from tests.store.postgres import opened

TO = "0x" + "00" * 20


def test_migrations_make_the_tables_that_the_code_knows(database):
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(database):
    Outbox(database).enqueue(Transaction("key", TO, b"", "keep me"))
    database.migrate()
    assert Outbox(database).find("key").purpose == "keep me"


def test_tables_of_a_newer_version_are_refused(database):
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match="this version does not know"):
        database.migrate()


def test_a_failed_write_keeps_nothing(database):
    row = {"digest": "0x1", "licence": "a", "training": "allowed"}

    def fail_late():
        with database.write() as connection:
            connection.execute(insert(terms).values(**row))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    with database.read() as connection:
        assert connection.execute(select(terms)).all() == []


def test_a_query_that_fails_is_unavailable_not_a_driver_error(database):
    with pytest.raises(Unavailable, match="does not answer"), database.read() as connection:
        connection.execute(text("SELECT * FROM nowhere"))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "no url",
        "mysql://host/db",
        "sqlite://",
        "postgresql+nothing://host/db",
        "sqlite:////proc/none/x.db",
    ],
)
def test_a_wrong_url_is_a_wrong_setting(wrong):
    with pytest.raises(Misconfigured) as refused:
        Database(wrong)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_away_is_unavailable_and_the_password_stays_hidden():
    database = Database("postgresql+psycopg://somebody:secret@127.0.0.1:9/creditline")
    with pytest.raises(Unavailable) as refused, database.read():
        pass
    assert "secret" not in str(refused.value)
    assert "127.0.0.1:9" in str(refused.value)
    database.close()


def test_a_full_disk_refuses_cleanly_and_recovers(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/creditline.db")
    database.migrate()
    outbox = Outbox(database)
    with database.read() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(Unavailable, match="full"):
        outbox.enqueue(Transaction("big", TO, b"x" * 100_000, "too big for the disk"))
    assert outbox.find("big") is None
    with database.read() as connection:
        connection.execute(text("PRAGMA max_page_count = 100000"))
    outbox.enqueue(Transaction("big", TO, b"x" * 100_000, "fits now"))
    assert outbox.find("big").purpose == "fits now"
    database.close()


def test_a_file_that_is_no_database_is_unavailable(tmp_path):
    (tmp_path / "creditline.db").write_text("something else, and long enough to be read as a page" * 100)
    with pytest.raises(Unavailable, match="not a database"):
        Database(f"sqlite:///{tmp_path}/creditline.db").migrate()


def test_sqlite_is_as_careful_as_money_needs(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/below/creditline.db")
    with database.write() as connection:
        asked = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    database.close()


@pytest.mark.parametrize("amount", [0, 1, 2**53, 2**63, 2**128 - 1, 2**256 - 1])
def test_amounts_and_documents_are_exact(database, amount):
    table = Table(
        "exact",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("amount", Amount),
        Column("document", Document),
    )
    document = {"amount": amount, "list": [amount, {"deep": amount}], "hash": "0x12", "yes": True}
    with database.write() as connection:
        table.create(connection)
        connection.execute(insert(table).values(id=1, amount=amount, document=document))
        connection.execute(insert(table).values(id=2))
        rows = connection.execute(select(table.c.amount, table.c.document).order_by(table.c.id)).all()
    assert [tuple(row) for row in rows] == [(amount, document), (None, None)]


def test_a_negative_amount_is_a_mistake_of_ours(database):
    with pytest.raises(AssertionError, match="never negative"):
        Amount().process_bind_param(-1, database.engine.dialect)


def test_a_reader_sees_one_state_while_others_write(database):
    with database.read() as reader:
        assert reader.execute(select(works)).all() == []
        Outbox(database).enqueue(Transaction("key", TO, b"", "meanwhile"))
        assert reader.execute(text("SELECT count(*) FROM works")).scalar() == 0
    assert Outbox(database).find("key")


def test_lost_connections_lose_nothing_that_was_committed(postgres):
    """A server that restarts, as its clients see it."""
    database = opened(postgres.new_url())
    outbox = Outbox(database)
    outbox.enqueue(Transaction("kept", TO, b"", "before"))

    def cut_off_in_the_middle():
        with database.write() as connection:
            connection.execute(insert(terms).values(digest="0x1", licence="a", training="allowed"))
            postgres.disconnect_everyone()
            connection.execute(select(terms))

    with pytest.raises(Unavailable, match="terminating connection"):
        cut_off_in_the_middle()
    postgres.disconnect_everyone()
    outbox.enqueue(Transaction("kept too", TO, b"", "after"))
    assert [entry.key for entry in outbox.queued(5)] == ["kept", "kept too"]
    with database.read() as connection:
        assert connection.execute(select(terms)).all() == []
    database.close()


def test_a_projector_waits_for_its_database(tmp_path):
    """The tables appear while it runs, as after a restored backup."""
    database, stop = Database(f"sqlite:///{tmp_path}/late.db"), threading.Event()
    projector = threading.Thread(target=Projector(database, poll_s=0.01).run, args=(stop,))
    loader = threading.Thread(target=DocumentLoader(database, None, poll_s=0.01).run, args=(stop,))
    projector.start()
    loader.start()
    database.migrate()
    log = EventLog(database)
    event = Event("WorkRegistry", "PayeeSet", {"workId": "0x1", "payee": TO}, 5, "0xb", 1, "0xt", 0)
    log.extend(None, [event], (5, "0xb"))
    until(lambda: read(database), "the projection")
    stop.set()
    projector.join()
    loader.join()
    database.close()


def read(database):
    with database.read() as connection:
        return connection.execute(select(payees)).all()
