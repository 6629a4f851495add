"""Fetches the documents that rows wait for, and enters what they say."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from creditline.errors import Corrupt, Invalid, Unavailable
from creditline.ids import Bytes32
from creditline.polling import poll
from creditline.store import wanted
from creditline.store.chain_tables import records, terms
from creditline.store.database import Database
from creditline.store.model_rows import load_dataset
from creditline.store.upsert import insert_new
from creditline.store.wanted import Kind
from creditline.store.work_rows import load_batch
from creditline.works.batch import Batch
from creditline.works.dataset import Dataset
from creditline.works.record import WorkRecord
from creditline.works.terms import Terms

_log = logging.getLogger(__name__)
_PER_STEP = 200
Entering = Callable[[Connection], None]


class Documents(Protocol):
    """Published documents by digest, checked. None: not to be had now. Raises `Invalid`: never valid."""

    def batch(self, digest: Bytes32) -> Batch | None:
        """For our registry, root recomputed, signed by its creator."""

    def dataset(self, digest: Bytes32) -> Dataset | None: ...
    def record(self, digest: Bytes32) -> WorkRecord | None: ...
    def terms(self, digest: Bytes32) -> Terms | None: ...


class DocumentLoader:
    """One thread beside the projector, so that a slow gateway delays no payment. `clock` gives unix seconds."""

    def __init__(
        self,
        database: Database,
        documents: Documents,
        *,
        poll_s: float = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._documents = documents
        self._poll_s = poll_s
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        poll(self.step, stop, self._poll_s, _log, "Loading documents waits")

    def step(self) -> bool:
        """Ask for what is due. True when something came, so that more may be due."""
        now = int(self._clock())
        with self._database.read() as connection:
            asked = wanted.due(connection, now, _PER_STEP)
        # Each in a transaction of its own: neither a slow document nor one that nothing can hold delays another.
        came = [self._load(kind, digest, now) for kind, digest in asked]
        return any(came)

    def _load(self, kind: Kind, digest: Bytes32, now: int) -> bool:
        """True when the document came, valid or not."""
        try:
            enter = self._fetch(kind, digest)
            if enter is not None:
                self._enter(kind, digest, enter)
                return True
        except Unavailable:
            raise  # the database: fetching has answered for its own outages
        except Exception:  # noqa: BLE001 - a stranger wrote the document, and must not end this thread
            _log.exception("The %s %s cannot be loaded; it is asked for again later", kind.value, digest)
        with self._database.project() as connection:
            wanted.postpone(connection, kind, digest, now)
        return False

    def _enter(self, kind: Kind, digest: Bytes32, enter: Entering) -> None:
        try:
            with self._database.project() as connection:
                enter(connection)
                wanted.forget(connection, kind, digest)
        except (Invalid, IntegrityError, ValueError) as unfit:
            _log.warning("The %s %s does not fit our tables: %s", kind.value, digest, unfit)
            with self._database.project() as connection:
                _enter_invalid(connection, kind, digest)
                wanted.forget(connection, kind, digest)

    def _fetch(self, kind: Kind, digest: Bytes32) -> Entering | None:
        """What to do with the document, or None while it is not to be had."""
        documents = self._documents
        try:
            if kind is Kind.BATCH:
                batch = documents.batch(digest)
                return None if batch is None else lambda c: load_batch(c, digest, batch)
            if kind is Kind.DATASET:
                dataset = documents.dataset(digest)
                return None if dataset is None else lambda c: load_dataset(c, digest, dataset)
            if kind is Kind.RECORD:
                record = documents.record(digest)
                return None if record is None else lambda c: enter_record(c, digest, record)
            found = documents.terms(digest)
            return None if found is None else lambda c: _enter_terms(c, digest, found)
        except (Unavailable, Corrupt):
            return None
        except Invalid as invalid:
            _log.warning("The %s %s is not valid: %s", kind.value, digest, invalid)
            return lambda c: _enter_invalid(c, kind, digest)


def enter_record(connection: Connection, digest: Bytes32, record: WorkRecord) -> None:
    facts = record.facts
    row = {
        "digest": digest,
        "creator": record.creator,
        "content_hash": facts.content_hash,
        "pixel_hash": facts.pixel_hash,
        "title": record.title,
        "author": record.author,
        "terms_hash": record.terms.digest(),
        "picture": record.picture,
        "media_type": facts.media_type,
        "width": facts.width,
        "height": facts.height,
        "pdq": facts.pdq,
        "pdq_quality": facts.pdq_quality,
    }
    insert_new(connection, records, [row])
    _enter_terms(connection, record.terms.digest(), record.terms)


def _enter_terms(connection: Connection, digest: Bytes32, found: Terms) -> None:
    insert_new(
        connection, terms, [{"digest": digest, "licence": found.licence, "training": found.training.value}]
    )


def _enter_invalid(connection: Connection, kind: Kind, digest: Bytes32) -> None:
    if kind is Kind.BATCH:
        load_batch(connection, digest, None)
    elif kind is Kind.DATASET:
        load_dataset(connection, digest, None)
