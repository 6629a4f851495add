"""Works that stand in an anchored batch, and what writes one into the registry. Implements `royalties.settlement.Materials`."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import exists, select

from creditline.errors import Missing, Unavailable
from creditline.ids import Bytes32, WorkId
from creditline.store.chain_tables import anchors, works
from creditline.store.database import Database
from creditline.store.documents import Documents
from creditline.store.wanted import Fetched
from creditline.transactions import Transaction
from creditline.works.batch import Batch


class EncodeMaterialise(Protocol):
    """For a signed batch and the position of a work in it. `signed`: with the signature, which the registry needs once."""

    def __call__(self, batch: Batch, index: int, *, signed: bool) -> Transaction: ...


class Materials:
    def __init__(self, database: Database, documents: Documents, encode: EncodeMaterialise) -> None:
        self._database = database
        self._documents = documents
        self._encode = encode

    def materialise(self, work: WorkId) -> Transaction:
        """Raises `Missing` for a work that stands in no batch, `Unavailable` while its manifest cannot be had."""
        manifest, index, is_opened = self._place(work)
        batch = self._documents.batch(manifest)
        if batch is None:
            raise Unavailable(f"The batch manifest {manifest} cannot be fetched now.", "Try again later.")
        return self._encode(batch, index, signed=not is_opened)

    def _place(self, work: WorkId) -> tuple[Bytes32, int, bool]:
        """The manifest that entered the work, its position there, and whether the registry has accepted the signature.

        It has for certain when a finalised block opened another work of the batch, for a manifest names one creator and
        gives the whole tree: nobody else can have opened a work under its root, and so be the signatory.
        """
        is_loaded = (anchors.c.root == works.c.anchor) & (anchors.c.state == Fetched.LOADED)
        others = works.alias()
        is_opened = exists().where(others.c.anchor == works.c.anchor, others.c.on_chain)
        statement = (
            select(anchors.c.manifest, works.c.leaf_index, is_opened.label("is_opened"))
            .join(works, is_loaded)
            .where(works.c.id == work, works.c.leaf_index >= 0)
            .order_by(anchors.c.number, anchors.c.log_index)
        )
        with self._database.read() as connection:
            row = connection.execute(statement).first()
        if row is None:
            raise Missing(
                f"The work {work} stands in no anchored batch.",
                "Wait until its anchor is final, or register it.",
            )
        return Bytes32(row.manifest), row.leaf_index, row.is_opened
