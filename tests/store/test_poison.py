"""Documents and values that no table can hold: they are put aside, and nothing else waits for them."""

import threading

import pytest
from sqlalchemy import insert, select, text

from creditline.errors import Invalid, Unavailable
from creditline.store import wanted
from creditline.store.chain_tables import anchors, datasets, records, terms
from creditline.store.documents import DocumentLoader
from creditline.store.wanted import Kind
from creditline.works.dataset import compose_dataset
from creditline.works.record import PictureFacts, WorkRecord
from tests.chain.anvil import until
from tests.chain.scene import TERMS, hash_of, person
from tests.store.following import Clock

ALICE = person("alice").address


def record(title):
    facts = PictureFacts(hash_of(title), hash_of("pixels"), "image/png", 8, 8, "0" * 64, 100)
    return WorkRecord(ALICE, title, "An author", facts, TERMS, None)


def bent(part, **fields):
    """As if the checks of its room had let something through: the tables are the last line."""
    for name, value in fields.items():
        object.__setattr__(part, name, value)
    return part


def with_facts(**fields):
    found = record("poison")
    bent(found.facts, **fields)
    return found


class Published:
    """Documents of strangers, by digest. One that is an error is raised."""

    def __init__(self, **by_name):
        self.kept = {hash_of(name): document for name, document in by_name.items()}
        self.asked = []

    def record(self, digest):
        self.asked.append(digest)
        if isinstance(self.kept[digest], Exception):
            raise self.kept[digest]
        return self.kept[digest]

    dataset = record


def want(database, kind, *names):
    with database.write() as connection:
        wanted.want(connection, kind, [hash_of(name) for name in names])


def titles(database):
    with database.read() as connection:
        return set(connection.scalars(select(records.c.title)))


def waiting(database):
    with database.read() as connection:
        return wanted.due(connection, 10**9, 100)


@pytest.mark.parametrize(
    "poison",
    [
        with_facts(width=2**70),
        bent(record("poison"), picture={"not": "text"}),
        bent(record("poison"), title="\ud800"),
        bent(record("poison"), title=None),
        Invalid("It is not canonical.", "Write it again."),
    ],
    ids=["wide", "no text", "surrogate", "null", "invalid"],
)
def test_one_poisonous_document_keeps_no_other_out(database, poison):
    published = Published(**{f"good {n}": record(f"good {n}") for n in range(6)}, poison=poison)
    want(database, Kind.RECORD, "poison", *(f"good {n}" for n in range(6)))
    loader = DocumentLoader(database, published)
    assert loader.step()
    assert titles(database) == {f"good {n}" for n in range(6)}
    assert waiting(database) == [], "what can never be right is not asked for again"


def test_text_that_only_one_database_holds_stops_neither(database):
    want(database, Kind.RECORD, "poison", "good")
    DocumentLoader(
        database, Published(poison=bent(record("poison"), title="\x00"), good=record("good"))
    ).step()
    assert "good" in titles(database)
    assert waiting(database) == []


def test_a_data_set_that_does_not_fit_is_marked_invalid(database):
    dataset = bent(compose_dataset("poison", [hash_of("work")]), name={"not": "text"})
    row = {"id": hash_of("id"), "by": ALICE, "root": "0x" + dataset.tree().root.hex(), "size": 1, "cutoff": 1}
    row |= {
        "manifest": hash_of("manifest"),
        "registered_at": 1,
        "state": "waiting",
        "number": 1,
        "log_index": 0,
    }
    with database.write() as connection:
        connection.execute(insert(datasets).values(**row))
    want(database, Kind.DATASET, "manifest")
    DocumentLoader(database, Published(manifest=dataset)).step()
    with database.read() as connection:
        assert connection.scalar(select(datasets.c.state)) == "invalid"
    assert waiting(database) == []


def test_a_document_that_breaks_its_reader_is_asked_for_again_later(database):
    clock = Clock()
    published = Published(bomb=ZeroDivisionError("unforeseen"), good=record("good"))
    want(database, Kind.RECORD, "bomb", "good")
    loader = DocumentLoader(database, published, clock=clock)
    assert loader.step()
    assert titles(database) == {"good"}
    assert not loader.step(), "not before a second has passed"
    published.kept[hash_of("bomb")] = record("harmless after all")
    clock.now += 1
    assert loader.step()
    assert titles(database) == {"good", "harmless after all"}


def test_the_thread_lives_on_after_a_document_that_breaks_its_reader(database):
    stop, published = threading.Event(), Published(bomb=RecursionError("deep"), good=record("good"))
    want(database, Kind.RECORD, "bomb")
    thread = threading.Thread(target=DocumentLoader(database, published, poll_s=0.01).run, args=(stop,))
    thread.start()
    until(lambda: published.asked, "the bomb")
    want(database, Kind.RECORD, "good")
    until(lambda: titles(database), "the other document")
    stop.set()
    thread.join()


def test_what_came_before_a_slow_document_is_entered_before_it(database):
    """The second fetch looks for the first document: it must have been committed by then."""

    class Slow(Published):
        def record(self, digest):
            seen.append(titles(database))
            return super().record(digest)

    seen = []
    want(database, Kind.RECORD, "one", "two")
    DocumentLoader(database, Slow(one=record("one"), two=record("two"))).step()
    assert [len(each) for each in seen] == [0, 1]


@pytest.mark.parametrize("licence", ["surrogate \ud800", {"not": "text"}])
def test_a_value_that_does_not_fit_is_the_senders_fault_not_an_outage(database, licence):
    with pytest.raises(Invalid, match="does not fit"), database.write() as connection:
        connection.execute(insert(terms).values(digest="0x1", licence=licence, training="allowed"))
    with pytest.raises(Invalid, match="does not fit"), database.read() as connection:
        connection.execute(select(anchors).where(anchors.c.number == 2**70))


def test_our_own_mistake_is_not_called_an_outage(postgres):
    from tests.store.postgres import opened

    database = opened(postgres.new_url())
    with pytest.raises(Exception, match="syntax error") as mistake, database.read() as connection:
        connection.execute(text("SELEKT 1"))
    assert not isinstance(mistake.value, Unavailable)
    database.close()
