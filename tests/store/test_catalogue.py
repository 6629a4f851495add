"""Looking many works up at once, and what held at an earlier time."""

import pytest
from sqlalchemy import insert

from creditline.store.catalogue import Catalogue
from creditline.store.chain_tables import opt_outs
from creditline.store.upsert import CHUNK
from tests.chain.scene import hash_of
from tests.store.following import follow_with_documents


def change(database, work, number, at, *, out):
    with database.write() as connection:
        row = {"work_id": hash_of(work), "number": number, "log_index": 0, "out": out, "at": at}
        connection.execute(insert(opt_outs).values(**row))


def test_an_opt_out_counts_from_its_second_until_its_end(database):
    catalogue = Catalogue(database)
    change(database, "ended", 1, 100, out=True)
    change(database, "ended", 2, 200, out=False)
    change(database, "lasting", 1, 150, out=True)
    asked = [hash_of(name) for name in ("ended", "lasting", "never")]
    held = {at: catalogue.was_opted_out(asked, at) for at in (99, 100, 199, 200, 10**9)}
    assert held == {
        99: set(),
        100: {hash_of("ended")},
        199: {hash_of("ended"), hash_of("lasting")},
        200: {hash_of("lasting")},
        10**9: {hash_of("lasting")},
    }


@pytest.mark.parametrize("last", [True, False])
def test_of_two_changes_in_one_second_the_later_counts(database, last):
    change(database, "work", 5, 100, out=last)
    change(database, "work", 4, 100, out=not last)
    assert Catalogue(database).was_opted_out([hash_of("work")], 100) == ({hash_of("work")} if last else set())


def test_many_works_are_asked_for_in_few_statements(database):
    change(database, "last", 1, 1, out=True)
    many = [hash_of(number) for number in range(2 * CHUNK)]
    assert Catalogue(database).was_opted_out([*many, hash_of("last")], 1) == {hash_of("last")}
    assert Catalogue(database).find_works(many) == {}


def test_opt_outs_are_those_of_the_contract(scene, database):
    alice = scene.person("alice")
    work = scene.register(alice, "one")
    times = [scene.node.latest().time]
    for out in (True, False, True):
        scene.anvil.later(100)
        scene.send(scene.calls.set_training_opt_out(work, out=out), alice)
        times += [scene.node.latest().time - 1, scene.node.latest().time]
    scene.anvil.finalise()
    follow_with_documents(scene, database)
    for at in times:
        assert (work in Catalogue(database).was_opted_out([work], at)) == scene.reader.opted_out(work, at)


def test_works_are_found_together_as_they_are_found_alone(scene, database):
    alice = scene.person("alice")
    scene.anchor(scene.batch(alice, ["a", "b"]))
    alone = scene.register(alice, "c")
    scene.anvil.finalise()
    follow_with_documents(scene, database)
    catalogue = Catalogue(database)
    shown = catalogue.works(None, None, 10).items
    assert len(shown) == 3
    found = catalogue.find_works([*(work.id for work in shown), hash_of("unknown"), alone])
    assert found == {work.id: work for work in shown}
