"""What the model registry's events mean for rows."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, insert, select, update

from creditline.events import Event
from creditline.ids import Bytes32
from creditline.store.chain_tables import breaches, dataset_works, datasets, model_datasets, models
from creditline.store.upsert import insert_new
from creditline.store.wanted import Fetched, Kind, want
from creditline.works.dataset import Dataset


def on_dataset(connection: Connection, event: Event) -> None:
    args = event.args
    connection.execute(
        insert(datasets).values(
            id=args["datasetId"],
            by=args["by"],
            root=args["root"],
            size=args["count"],
            cutoff=args["cutoff"],
            manifest=args["manifest"],
            registered_at=event.block_time,
            state=Fetched.WAITING,
            name=None,
            number=event.block_number,
            log_index=event.log_index,
        )
    )
    want(connection, Kind.DATASET, [args["manifest"]])


def on_model(connection: Connection, event: Event) -> None:
    args = event.args
    connection.execute(
        insert(models).values(
            id=args["modelId"],
            developer=args["developer"],
            weights_hash=args["weightsHash"],
            algorithm_hash=args["algorithmHash"],
            registered_at=event.block_time,
            number=event.block_number,
            log_index=event.log_index,
        )
    )
    rows = [
        {"model_id": args["modelId"], "position": position, "dataset_id": dataset}
        for position, dataset in enumerate(args["datasetIds"])
    ]
    connection.execute(insert(model_datasets), rows)


def on_breach(connection: Connection, event: Event) -> None:
    args = event.args
    row = {"dataset_id": args["datasetId"], "work_id": args["workId"], "leaf_index": args["index"]}
    connection.execute(insert(breaches).values(**row, proved_at=event.block_time))


HANDLERS: dict[str, Callable[[Connection, Event], None]] = {
    "DatasetRegistered": on_dataset,
    "ModelRegistered": on_model,
    "OptOutBreached": on_breach,
}


def load_dataset(connection: Connection, manifest: Bytes32, dataset: Dataset | None) -> None:
    """Enter the works of a data set whose manifest has come. None: it came, and is not valid."""
    root = None if dataset is None else "0x" + dataset.tree().root.hex()
    waiting = (datasets.c.manifest == manifest) & (datasets.c.state == Fetched.WAITING)
    for row in connection.execute(select(datasets).where(waiting)).all():
        fits = dataset is not None and row.root == root and row.size == len(dataset.works)
        values = {
            "state": Fetched.LOADED if fits else Fetched.INVALID,
            "name": dataset.name if fits and dataset is not None else None,
        }
        connection.execute(update(datasets).where(datasets.c.id == row.id).values(**values))
        if fits and dataset is not None:
            listed = [
                {"dataset_id": row.id, "leaf_index": index, "work_id": work}
                for index, work in enumerate(dataset.works)
            ]
            insert_new(connection, dataset_works, listed)
