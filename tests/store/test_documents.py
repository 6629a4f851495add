"""Documents that are false, late, lost or lying: nothing is entered that the chain does not commit to."""

import threading
from itertools import pairwise

import pytest

from creditline.errors import Corrupt, Missing, Unavailable
from creditline.store.catalogue import Catalogue
from creditline.store.documents import DocumentLoader
from creditline.store.materials import Materials
from creditline.store.registered_works import RegisteredWorks
from creditline.transactions import Transaction
from creditline.works.batch import Batch
from creditline.works.dataset import compose_dataset
from tests.chain.scene import TERMS, hash_of, person, record_of
from tests.store.following import Clock, documents_of, follow, follow_with_documents, load_all, rows_of


def states(database, table):
    rows = rows_of(database)[table]
    return sorted(value for row in rows for value in row if value in ("waiting", "loaded", "invalid"))


def anchor(scene, batch, *, count=None, manifest=None):
    published = scene.shelf.put(batch.manifest(scene.domain)) if manifest is None else manifest
    scene.send(scene.calls.anchor(batch.tree().root, count or len(batch.leaves), published))


def loaded(scene, database):
    scene.anvil.finalise()
    follow_with_documents(scene, database)
    return states(database, "anchors"), len(rows_of(database)["works"])


def test_a_batch_that_its_creator_did_not_sign_enters_nothing(scene, database):
    batch = scene.batch(person("alice"), ["a", "b"])
    anchor(scene, batch.signed(person("mallory").sign_typed(batch.typed_data(scene.domain))))
    assert loaded(scene, database) == (["invalid"], 0)


def test_a_batch_of_another_count_enters_nothing(scene, database):
    anchor(scene, scene.batch(person("alice"), ["a", "b"]), count=3)
    assert loaded(scene, database) == (["invalid"], 0)


def test_a_batch_that_was_anchored_too_late_enters_nothing(scene, database):
    alice = person("alice")
    batch = Batch(scene.batch(alice, ["a"]).leaves, deadline=1)
    anchor(scene, batch.signed(alice.sign_typed(batch.typed_data(scene.domain))))
    assert loaded(scene, database) == (["invalid"], 0)


def test_a_manifest_of_another_root_enters_nothing(scene, database):
    other = scene.shelf.put(scene.batch(person("alice"), ["c", "d"]).manifest(scene.domain))
    anchor(scene, scene.batch(person("alice"), ["a", "b"]), manifest=other)
    assert loaded(scene, database) == (["invalid"], 0)


def test_a_false_manifest_does_not_keep_the_true_one_out(scene, database):
    batch = scene.batch(person("alice"), ["a", "b"])
    anchor(scene, batch, manifest=scene.shelf.put(b"a front-runner's"))
    anchor(scene, batch)
    assert loaded(scene, database) == (["invalid", "loaded"], 2)


def test_the_earlier_of_two_batches_dates_a_work(scene, database):
    alice = person("alice")
    first, second = scene.batch(alice, ["a", "b"]), scene.batch(alice, ["a", "c"])
    anchor(scene, first)
    scene.anvil.later(100)
    anchor(scene, second)
    assert loaded(scene, database)[1] == 3
    work = Catalogue(database).work(
        first.leaves[0].work_id if first.leaves[0] in second.leaves else first.leaves[1].work_id
    )
    assert work.registered_at == scene.reader.anchored_at(first.tree().root)


def test_a_record_of_somebody_else_describes_nobody(scene, database):
    """Mallory claims a hash of hers and names Alice's record."""
    alice, mallory = scene.person("alice"), scene.person("mallory")
    mine = scene.register(alice, "mine")
    stolen = record_of(alice, "mine")
    scene.send(
        scene.calls.register(hash_of("hers"), stolen.digest(), mallory.address),
        mallory,
    )
    loaded(scene, database)
    assert [work.id for work in Catalogue(database).works(None, None, 10).items] == [mine]
    assert len(rows_of(database)["works"]) == 2


def test_a_data_set_of_another_count_lists_nothing(scene, database):
    dataset = compose_dataset("liar", [hash_of("a"), hash_of("b")])
    manifest = scene.shelf.put(dataset.manifest())
    scene.send(scene.calls.register_dataset(dataset.tree().root, 3, 1, manifest))
    scene.dataset("honest", [hash_of("c")])
    loaded(scene, database)
    assert states(database, "datasets") == ["invalid", "loaded"]
    assert [each.name for each in Catalogue(database).datasets(None, 10).items] == ["honest"]


@pytest.mark.parametrize("trouble", [Missing, Unavailable, Corrupt])
def test_what_cannot_be_had_is_asked_again_ever_more_rarely(scene, database, trouble):
    batch, clock = scene.batch(person("alice"), ["a"]), Clock()
    anchor(scene, batch)
    scene.anvil.finalise()
    follow(scene, database)
    asked, honest = [], scene.shelf.fetch

    def fetch(digest, limit):
        asked.append(clock.now)
        raise trouble("No.", "Later.")

    scene.shelf.fetch = fetch
    loader = DocumentLoader(database, documents_of(scene), clock=clock)
    for _ in range(300):
        assert not loader.step()
        clock.now += 1
    pauses = [later - earlier for earlier, later in pairwise(asked)]
    assert pauses[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert states(database, "anchors") == ["waiting"]
    scene.shelf.fetch = honest
    load_all(loader, clock)
    assert states(database, "anchors") == ["loaded"]
    assert len(Catalogue(database).works(None, None, 10).items) == 1


def test_one_lost_document_delays_no_other(scene, database):
    lost, found = scene.batch(person("alice"), ["a"]), scene.batch(person("bob"), ["b"])
    anchor(scene, lost, manifest=hash_of("nobody has it"))
    anchor(scene, found)
    assert loaded(scene, database) == (["loaded", "waiting"], 1)


def test_a_batch_of_two_thousand_works_is_entered_whole(scene, database):
    batch = scene.batch(person("alice"), [f"work {number}" for number in range(2_000)])
    anchor(scene, batch)
    assert loaded(scene, database) == (["loaded"], 2_000)
    asked = [leaf.work_id for leaf in batch.leaves]
    registered = RegisteredWorks(database)
    assert registered.are_registered([*asked, hash_of("unknown")]) == set(asked)
    pixels = hash_of("pixels work 7")
    first = registered.with_pixels([pixels, hash_of("unknown")])
    assert {key: creator for key, (_, creator) in first.items()} == {pixels: person("alice").address}


def test_the_first_to_show_pixels_is_the_first_registered(scene, database):
    alice, bob = scene.person("alice"), scene.person("bob")
    first = scene.register(bob, "same")
    scene.anvil.later(10)
    scene.register(alice, "same")
    loaded(scene, database)
    assert RegisteredWorks(database).with_pixels([hash_of("pixels same")]) == {
        hash_of("pixels same"): (first, bob.address)
    }


def test_materials_write_only_what_stands_in_a_batch(scene, database):
    alice = scene.person("alice")
    batch = scene.batch(alice, ["a", "b"])
    anchor(scene, batch)
    alone = scene.register(alice, "alone")
    loaded(scene, database)
    waiting = batch.leaves[1].work_id
    materials = Materials(database, documents_of(scene), encode)
    assert materials.materialise(waiting) == Transaction(
        f"materialise:{waiting}", alice.address, b"\1\1", "write"
    )
    for work in (alone, hash_of("unknown")):
        with pytest.raises(Missing, match="in no anchored batch"):
            materials.materialise(work)
    scene.shelf.hidden = set(scene.shelf.documents)
    with pytest.raises(Unavailable, match="cannot be fetched now"):
        materials.materialise(waiting)


def encode(batch, index, *, signed):
    key = f"materialise:{batch.leaves[index].work_id}"
    return Transaction(key, batch.creator, bytes([index, signed]), "write")


def test_materials_leave_the_signature_out_once_a_final_block_has_accepted_it(scene, database):
    """Of each batch alone, and never for what the chain may still undo."""
    alice, bob = scene.person("alice"), scene.person("bob")
    batches = [scene.batch(alice, ["a", "b", "c"]), scene.batch(alice, ["d"]), scene.batch(bob, ["a", "e"])]
    for batch in batches:
        anchor(scene, batch)
    materials = Materials(database, documents_of(scene), encode)

    def signed(batch, index):
        return bool(materials.materialise(batch.leaves[index].work_id).data[1])

    loaded(scene, database)
    scene.register(alice, "f")
    scene.materialise(batches[0], 1)
    assert signed(batches[0], 0)
    loaded(scene, database)
    assert [signed(batches[0], 0), signed(batches[0], 2)] == [False, False]
    assert [signed(batches[1], 0), signed(batches[2], 0), signed(batches[2], 1)] == [True, True, True]
    for index in (0, 2):
        scene.materialise(batches[0], index, signed=signed(batches[0], index))


def test_a_running_loader_stops_when_told(scene, database):
    stop = threading.Event()
    thread = threading.Thread(
        target=DocumentLoader(database, documents_of(scene), poll_s=0.01).run, args=(stop,)
    )
    thread.start()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_new_terms_allow_nothing_until_they_are_read(scene, database):
    alice = scene.person("alice")
    work = scene.register(alice, "a")
    loaded(scene, database)
    shown = Catalogue(database).work(work)
    assert (shown.licence, shown.training.value, shown.terms_hash) == (
        TERMS.licence,
        TERMS.training.value,
        TERMS.digest(),
    )
    new = hash_of("terms that nobody has")
    scene.send(scene.calls.set_terms(work, new), alice)
    loaded(scene, database)
    shown = Catalogue(database).work(work)
    assert (shown.licence, shown.training.value, shown.terms_hash) == ("", "forbidden", new)
