from dataclasses import replace

import pytest
from sqlalchemy import insert

from creditline.errors import Missing
from creditline.ids import bytes32
from creditline.store.chain_tables import anchors
from creditline.store.documents import enter_record
from creditline.store.outbox import Outbox
from creditline.store.pictures import Pictures
from creditline.store.registrations import Registrations
from creditline.store.work_rows import load_batch
from creditline.transactions import Transaction
from creditline.works.batch import compose_batch
from creditline.works.registration import Picture, Registration, Status
from tests.chain.scene import FAR, TERMS, hash_of, person, record_of

ALICE = person("alice")
ANCHOR = Transaction("anchor", ALICE.address, b"\1", "anchor two works")


@pytest.fixture
def registration():
    batch = compose_batch([record_of(ALICE, title) for title in "ab"], ALICE.address, FAR, b"salt")
    return Registration(bytes32(batch.tree().root), batch, TERMS, Status.PREPARED)


def signed(registration, signature="0x12"):
    return replace(registration, batch=registration.batch.signed(signature), manifest=hash_of("manifest"))


def test_pictures_are_kept_and_the_last_wish_counts(database):
    pictures, facts = Pictures(database), record_of(ALICE, "a").facts
    assert pictures.find(facts.content_hash) is None
    for cid in (None, "bafy", None):
        pictures.save(Picture(facts, cid))
        assert pictures.find(facts.content_hash) == Picture(facts, cid)


def test_a_prepared_registration_stays_as_it_was(database, registration):
    registrations = Registrations(database)
    assert registrations.find(registration.id) is None
    registrations.save_prepared(registration, 0)
    registrations.save_prepared(replace(registration, batch=replace(registration.batch, deadline=1)), FAR - 1)
    assert registrations.find(registration.id) == registration


def test_a_registration_whose_time_ran_out_can_be_prepared_again(database, registration):
    registrations = Registrations(database)
    registrations.save_prepared(registration, 0)
    later = replace(registration, batch=replace(registration.batch, deadline=FAR + 9))
    registrations.save_prepared(later, FAR)
    assert registrations.find(registration.id).batch.deadline == FAR + 9


def test_signature_and_anchor_are_kept_together(database, registration):
    registrations, outbox = Registrations(database), Outbox(database)
    with pytest.raises(Missing):
        registrations.save_signed(signed(registration), ANCHOR)
    assert outbox.find("anchor") is None
    registrations.save_prepared(registration, 0)
    registrations.save_signed(signed(registration), ANCHOR)
    registrations.save_signed(signed(registration, "0x34"), replace(ANCHOR, key="another"))
    found = registrations.find(registration.id)
    assert (found.status, found.batch.signature, found.manifest) == (Status.SENT, "0x12", hash_of("manifest"))
    assert outbox.find("anchor").data == b"\1"
    assert outbox.find("another") is None


def test_a_failed_anchor_says_why(database, registration):
    registrations = Registrations(database)
    registrations.save_prepared(registration, 0)
    registrations.save_signed(signed(registration), ANCHOR)
    Outbox(database).fail("anchor", "ZeroValue()")
    found = registrations.find(registration.id)
    assert (found.status, found.problem) == (Status.FAILED, "ZeroValue()")


def test_it_is_anchored_when_its_works_can_be_found_whoever_sent_it(database, registration):
    registrations = Registrations(database)
    registrations.save_prepared(registration, 0)
    registrations.save_signed(signed(registration), ANCHOR)
    Outbox(database).fail("anchor", "somebody was faster")
    manifest = hash_of("manifest")
    row = {"root": registration.id, "size": 2, "manifest": manifest, "by": ALICE.address}
    place = {"anchored_at": 1, "state": "waiting", "number": 1, "log_index": 0}
    with database.write() as connection:
        connection.execute(insert(anchors).values(**row, **place))
        load_batch(connection, manifest, registration.batch)
    assert registrations.find(registration.id).status == Status.FAILED
    with database.write() as connection:
        for title in "ab":
            record = record_of(ALICE, title)
            enter_record(connection, record.digest(), record)
    found = registrations.find(registration.id)
    assert (found.status, found.problem) == (Status.ANCHORED, "")
