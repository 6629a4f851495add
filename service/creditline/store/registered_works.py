"""Which works are registered, asked by id and by pixels. Implements `works.registration.RegisteredWorks`, `writing.Works`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from creditline.ids import Address, Bytes32, WorkId
from creditline.store.catalogue import IS_RECORD_OF
from creditline.store.chain_tables import records, works
from creditline.store.database import Database
from creditline.store.upsert import chunks


class RegisteredWorks:
    def __init__(self, database: Database) -> None:
        self._database = database

    def are_registered(self, ids: Sequence[WorkId]) -> set[WorkId]:
        """Which of them stand in an anchored batch or in the registry."""
        found: set[WorkId] = set()
        with self._database.read() as connection:
            for chunk in chunks(ids):
                found.update(connection.scalars(select(works.c.id).where(works.c.id.in_(chunk))))
        return found

    def unwritten(self, ids: Sequence[WorkId]) -> dict[WorkId, Address]:
        """Those that finalised blocks do not have in the registry, and who signed the batch of each."""
        waiting = select(works.c.id, works.c.creator).where(works.c.on_chain.is_(False)).order_by(works.c.id)
        found: dict[WorkId, Address] = {}
        with self._database.read() as connection:
            for chunk in chunks(ids):
                for row in connection.execute(waiting.where(works.c.id.in_(chunk))):
                    found[WorkId(Bytes32(row.id))] = Address(row.creator)
        return found

    def with_pixels(self, pixel_hashes: Sequence[Bytes32]) -> dict[Bytes32, tuple[WorkId, Address]]:
        """For each pixel hash that is known: the work that was registered first with it."""
        first: dict[Bytes32, tuple[WorkId, Address]] = {}
        with self._database.read() as connection:
            for chunk in chunks(set(pixel_hashes)):
                rows = connection.execute(
                    select(records.c.pixel_hash, works.c.id, works.c.creator)
                    .join(works, IS_RECORD_OF)
                    .where(records.c.pixel_hash.in_(chunk))
                    .order_by(works.c.registered_at, works.c.leaf_index, works.c.id)
                )
                for row in rows:
                    first.setdefault(Bytes32(row.pixel_hash), (row.id, row.creator))
        return first
