"""Registrations, by root. Implements `works.registration.Registrations`."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, func, select, update

from creditline.errors import Missing
from creditline.ids import Bytes32
from creditline.store.catalogue import IS_RECORD_OF
from creditline.store.chain_tables import leaves, records, works
from creditline.store.database import Database
from creditline.store.outbox import FAILED, enqueue_in
from creditline.store.service_tables import outbox, registrations
from creditline.store.upsert import insert_new
from creditline.transactions import Transaction
from creditline.works.batch import Batch, Leaf
from creditline.works.registration import Registration, Status
from creditline.works.terms import Terms, read_terms


class Registrations:
    """`wake` is set when an anchor has been put into the outbox."""

    def __init__(self, database: Database, wake: threading.Event | None = None) -> None:
        self._database = database
        self._wake = wake or threading.Event()

    def find(self, id: Bytes32) -> Registration | None:
        with self._database.read() as connection:
            row = connection.execute(select(registrations).where(registrations.c.id == id)).first()
            if row is None:
                return None
            count = len(row.batch["leaves"])
            status, problem, transaction = _progress(connection, id, row.anchor_key, count)
        batch, terms = _read(row.batch, row.signature)
        return Registration(id, batch, terms, status, row.manifest, problem, transaction)

    def save_prepared(self, registration: Registration, now: int) -> None:
        """Keep a prepared registration. Has no effect where the id is known, unless its time to sign ran out by `now`."""
        row = {"id": registration.id, "batch": _document(registration), "signature": ""}
        unsigned = (registrations.c.id == registration.id) & registrations.c.anchor_key.is_(None)
        with self._database.write() as connection:
            insert_new(connection, registrations, [{**row, "manifest": None, "anchor_key": None}])
            kept = connection.scalar(select(registrations.c.batch).where(unsigned))
            if kept is not None and kept["deadline"] <= now:
                connection.execute(update(registrations).where(unsigned).values(batch=row["batch"]))

    def save_signed(self, registration: Registration, anchor: Transaction) -> None:
        """In one transaction: keep the signature and the manifest, and put `anchor` into the outbox.

        Of two who sign at once, the first one's signature stays.
        """
        unsigned = (registrations.c.id == registration.id) & registrations.c.anchor_key.is_(None)
        values = {
            "batch": _document(registration),
            "signature": registration.batch.signature,
            "manifest": registration.manifest,
            "anchor_key": anchor.key,
        }
        with self._database.write() as connection:
            if connection.execute(update(registrations).where(unsigned).values(**values)).rowcount:
                enqueue_in(connection, anchor)
            elif not connection.execute(
                select(registrations.c.id).where(registrations.c.id == registration.id)
            ).first():
                raise Missing(f"No registration {registration.id} is known.", "Prepare it first.")
        self._wake.set()


def _progress(
    connection: Connection, root: Bytes32, anchor_key: str | None, count: int
) -> tuple[Status, str, str | None]:
    """Status, problem, and the hash of the anchoring transaction."""
    if anchor_key is None:
        return Status.PREPARED, "", None
    sent = connection.execute(
        select(outbox.c.state, outbox.c.reason, outbox.c.hashes).where(outbox.c.key == anchor_key)
    ).one()
    transaction = next(iter(sent.hashes["hashes"]), None)
    # The works count, whoever sent the anchor: a creator who is told "anchored" finds them in the catalogue.
    shown = leaves.join(works, works.c.id == leaves.c.work_id).join(records, IS_RECORD_OF)
    found = connection.scalar(select(func.count()).select_from(shown).where(leaves.c.root == root))
    if found == count:
        return Status.ANCHORED, "", transaction
    if sent.state == FAILED:
        return Status.FAILED, sent.reason, transaction
    return Status.SENT, "", transaction


def _document(registration: Registration) -> dict[str, Any]:
    batch, terms = registration.batch, registration.terms.document()
    return {"deadline": batch.deadline, "terms": terms, "leaves": [asdict(leaf) for leaf in batch.leaves]}


def _read(document: dict[str, Any], signature: str) -> tuple[Batch, Terms]:
    leaves = tuple(Leaf(**leaf) for leaf in document["leaves"])
    return Batch(leaves, document["deadline"], signature), read_terms(document["terms"])
