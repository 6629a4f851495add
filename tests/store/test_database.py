"""Opening, migrating, and F13: a database that is full or away."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text

from creditline.errors import Misconfigured, Unavailable
from creditline.store.chain_tables import metadata, terms, works
from creditline.store.columns import Amount, Document
from creditline.store.database import Database
from creditline.store.outbox import Outbox
from creditline.transactions import Transaction

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
