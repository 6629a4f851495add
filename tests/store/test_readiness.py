from sqlalchemy import insert

from creditline.store.chain_tables import cursors, events, wanted
from creditline.store.event_log import FOLLOWER, PROJECTOR
from creditline.store.readiness import Readiness
from tests.chain.scene import hash_of


def put(database, table, **values):
    with database.write() as connection:
        connection.execute(insert(table).values(**values))


def cursor(database, name, number):
    put(database, cursors, name=name, number=number, hash=hash_of(str(number)))


def event(database, number):
    place = {
        "block_hash": hash_of(str(number)),
        "log_index": 0,
        "number": number,
        "time": 1,
        "tx_hash": hash_of("tx"),
    }
    put(database, events, **place, contract="WorkRegistry", name="Anchored", args={})


def test_an_empty_database_has_everything_to_read(database):
    assert Readiness(database).what_is_missing(7) == "Reading the chain: block 0 of 7."


def test_events_and_documents_are_waited_for(database):
    cursor(database, FOLLOWER, 7)
    event(database, 5)
    readiness = Readiness(database)
    assert readiness.what_is_missing(7) == "Entering events: block 0 of 5."
    cursor(database, PROJECTOR, 5)
    put(database, wanted, kind="record", digest=hash_of("a"), attempts=0, due=0)
    assert readiness.what_is_missing(7) == "Fetching 1 published documents."


def test_a_document_that_nobody_has_is_not_waited_for(database):
    cursor(database, FOLLOWER, 7)
    put(database, wanted, kind="record", digest=hash_of("a"), attempts=3, due=0)
    assert Readiness(database).what_is_missing(7) == ""


def test_once_ready_new_blocks_do_not_count(database):
    cursor(database, FOLLOWER, 7)
    readiness = Readiness(database)
    assert readiness.what_is_missing(7) == ""
    assert readiness.what_is_missing(9) == ""
