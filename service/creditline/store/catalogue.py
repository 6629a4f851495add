"""Registered works, data sets and models. Implements `works.catalogue.Catalogue`.

A work is shown once its record has come, a data set once its manifest has: before that there is nothing to show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from creditline.ids import Address, Bytes32, ContentHash, DatasetId, ModelId, WorkId
from creditline.pages import Page
from creditline.store.chain_tables import (
    dataset_works,
    datasets,
    model_datasets,
    models,
    opt_outs,
    records,
    terms,
    works,
)
from creditline.store.database import Database
from creditline.store.paging import read_page
from creditline.store.upsert import chunks
from creditline.store.wanted import Fetched
from creditline.works.catalogue import CatalogueSize, RegisteredDataset, RegisteredModel, RegisteredWork
from creditline.works.terms import Training

# The digest alone is not enough: anyone may name somebody else's record in a claim of their own.
IS_RECORD_OF = (
    (records.c.digest == works.c.record_hash)
    & (records.c.creator == works.c.creator)
    & (records.c.content_hash == works.c.content_hash)
)


class Catalogue:
    def __init__(self, database: Database) -> None:
        self._database = database

    def work(self, id: WorkId) -> RegisteredWork | None:
        with self._database.read() as connection:
            row = connection.execute(_works().where(works.c.id == id)).first()
        return None if row is None else _work(row)

    def find_works(self, ids: Sequence[WorkId]) -> dict[WorkId, RegisteredWork]:
        """Those of `ids` that can be shown. Few statements for any number of works."""
        found: dict[WorkId, RegisteredWork] = {}
        with self._database.read() as connection:
            for chunk in chunks(ids):
                rows = connection.execute(_works().where(works.c.id.in_(chunk)))
                found |= {WorkId(row.id): _work(row) for row in rows}
        return found

    def was_opted_out(self, works: Sequence[WorkId], at: int) -> set[WorkId]:
        """Those reserved against training at the unix second `at`, whatever holds now: equal to `WorkRegistry.optedOut`."""
        latest: dict[WorkId, bool] = {}
        known = select(opt_outs.c.work_id, opt_outs.c.out).where(opt_outs.c.at <= at)
        in_order = known.order_by(opt_outs.c.number, opt_outs.c.log_index)
        with self._database.read() as connection:
            for chunk in chunks(works):
                # Of two changes in one second the later one counts, so the last row of a work wins.
                rows = connection.execute(in_order.where(opt_outs.c.work_id.in_(chunk)))
                latest |= {WorkId(row.work_id): row.out for row in rows}
        return {work for work, out in latest.items() if out}

    def works(self, creator: Address | None, cursor: str | None, limit: int) -> Page[RegisteredWork]:
        """In order of registration."""
        statement = _works() if creator is None else _works().where(works.c.creator == creator)
        key = (works.c.registered_at, works.c.leaf_index, works.c.id)
        with self._database.read() as connection:
            return read_page(
                connection, statement, key, cursor, limit, lambda rows: [_work(row) for row in rows]
            )

    def dataset(self, id: DatasetId) -> RegisteredDataset | None:
        with self._database.read() as connection:
            row = connection.execute(_datasets().where(datasets.c.id == id)).first()
        return None if row is None else _dataset(row)

    def datasets(self, cursor: str | None, limit: int) -> Page[RegisteredDataset]:
        key = (datasets.c.number, datasets.c.log_index)
        with self._database.read() as connection:
            return read_page(
                connection, _datasets(), key, cursor, limit, lambda rows: [_dataset(row) for row in rows]
            )

    def dataset_works(self, id: DatasetId) -> list[tuple[int, RegisteredWork]]:
        """All works of a data set that are registered, with their positions in it, in that order."""
        in_order = _works_in(id).order_by(dataset_works.c.leaf_index)
        with self._database.read() as connection:
            return _positioned(connection.execute(in_order).all())

    def dataset_page(self, id: DatasetId, cursor: str | None, limit: int) -> Page[tuple[int, RegisteredWork]]:
        """The same, page by page."""
        key = (dataset_works.c.leaf_index,)
        with self._database.read() as connection:
            return read_page(connection, _works_in(id), key, cursor, limit, _positioned)

    def model(self, id: ModelId) -> RegisteredModel | None:
        with self._database.read() as connection:
            rows = connection.execute(select(models).where(models.c.id == id)).all()
            found = _models(connection, rows)
        return found[0] if found else None

    def models(self, cursor: str | None, limit: int) -> Page[RegisteredModel]:
        key = (models.c.number, models.c.log_index)
        with self._database.read() as connection:
            return read_page(
                connection, select(models), key, cursor, limit, lambda rows: _models(connection, rows)
            )

    def size(self) -> CatalogueSize:
        shown = _works().subquery()
        known = select(func.count(), func.count(shown.c.creator.distinct())).select_from(shown)
        with self._database.read() as connection:
            count, creators = connection.execute(known).one()
            loaded = connection.scalar(select(func.count()).select_from(_datasets().subquery()))
            registered = connection.scalar(select(func.count()).select_from(models))
        return CatalogueSize(works=count, creators=creators, datasets=loaded or 0, models=registered or 0)


def _works() -> Select[Any]:
    """Works that can be shown, with the terms that hold now."""
    terms_hash = func.coalesce(works.c.new_terms, records.c.terms_hash)
    described = works.join(records, IS_RECORD_OF).outerjoin(terms, terms.c.digest == terms_hash)
    told = records.c
    shown = (told.pixel_hash, told.title, told.author, told.picture, told.width, told.height)
    standing = (terms_hash.label("terms_hash"), terms.c.licence, terms.c.training)
    return select(works, *shown, *standing).select_from(described)


def _works_in(id: DatasetId) -> Select[Any]:
    listed = dataset_works.c
    positioned = _works().add_columns(listed.leaf_index.label("position"))
    return positioned.join(dataset_works, listed.work_id == works.c.id).where(listed.dataset_id == id)


def _positioned(rows: Sequence[Any]) -> list[tuple[int, RegisteredWork]]:
    return [(row.position, _work(row)) for row in rows]


def _work(row: Any) -> RegisteredWork:
    return RegisteredWork(
        id=WorkId(row.id),
        creator=Address(row.creator),
        owner=Address(row.owner),
        payee=Address(row.payee),
        content_hash=ContentHash(row.content_hash),
        pixel_hash=Bytes32(row.pixel_hash),
        record_hash=Bytes32(row.record_hash),
        terms_hash=Bytes32(row.terms_hash),
        title=row.title,
        author=row.author,
        # New terms whose text has not come yet allow nothing.
        licence=row.licence or "",
        training=Training.FORBIDDEN if row.training is None else Training(row.training),
        picture=row.picture,
        width=row.width,
        height=row.height,
        registered_at=row.registered_at,
        anchor=None if row.anchor is None else Bytes32(row.anchor),
        index=None if row.leaf_index < 0 else row.leaf_index,
        on_chain=row.on_chain,
        opted_out_at=row.opted_out_at,
    )


def _datasets() -> Select[Any]:
    return select(datasets).where(datasets.c.state == Fetched.LOADED)


def _dataset(row: Any) -> RegisteredDataset:
    return RegisteredDataset(
        id=DatasetId(row.id),
        by=Address(row.by),
        name=row.name,
        root=Bytes32(row.root),
        count=row.size,
        cutoff=row.cutoff,
        manifest=Bytes32(row.manifest),
    )


def _models(connection: Connection, rows: Sequence[Any]) -> list[RegisteredModel]:
    listed = model_datasets.c
    of_models = select(model_datasets).where(listed.model_id.in_([row.id for row in rows]))
    learned: dict[str, list[DatasetId]] = defaultdict(list)
    for row in connection.execute(of_models.order_by(listed.model_id, listed.position)):
        learned[row.model_id].append(DatasetId(row.dataset_id))
    return [
        RegisteredModel(
            id=ModelId(row.id),
            developer=Address(row.developer),
            weights_hash=Bytes32(row.weights_hash),
            algorithm_hash=Bytes32(row.algorithm_hash),
            datasets=tuple(learned[row.id]),
        )
        for row in rows
    ]
