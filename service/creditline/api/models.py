"""Training sets and models. Their developer sends the transactions; this service prepares them and shows the results."""

from __future__ import annotations

import time

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk
from creditline.api.fields import Cursor, Hex32, Limit, ReadyTransaction, Wallet, ready
from creditline.api.problems import PROBLEMS
from creditline.api.works import WorkOut, work_out
from creditline.errors import Missing
from creditline.ids import Bytes32, DatasetId, ModelId, WorkId
from creditline.works.training import compose_training_set

router = APIRouter(prefix="/v1", tags=["models"], responses=PROBLEMS)
WORKS_PER_REQUEST_MAX = 100_000
CUTOFF_LAG_S = 60


class DatasetIn(BaseModel):
    name: str = Field(min_length=1, max_length=200, examples=["Spring catalogue 2026"])
    works: list[Hex32] = Field(min_length=1, max_length=WORKS_PER_REQUEST_MAX)
    cutoff: int | None = Field(
        None, ge=0, lt=2**40, description="Opt-outs up to this unix second count. Default: now."
    )


class DatasetDraft(BaseModel):
    """A data set that is published by CID and not yet on chain."""

    root: Hex32
    count: int
    cutoff: int
    manifest: Hex32
    cid: str
    transaction: ReadyTransaction


class DatasetOut(BaseModel):
    id: Hex32
    by: Wallet
    name: str
    root: Hex32
    count: int
    cutoff: int
    manifest: Hex32


class DatasetPage(BaseModel):
    items: list[DatasetOut]
    next: str | None


class DatasetWork(BaseModel):
    """`position` is the leaf of the work in the data set's tree."""

    position: int
    work: WorkOut


class DatasetWorkPage(BaseModel):
    items: list[DatasetWork]
    next: str | None


class ModelIn(BaseModel):
    weights_hash: Hex32
    datasets: list[Hex32] = Field(min_length=1, max_length=64)
    algorithm_hash: Hex32 | None = Field(
        None, description="Attribution policy; this service's own if left out."
    )


class ModelDraft(BaseModel):
    algorithm_hash: Hex32
    transaction: ReadyTransaction


class ModelOut(BaseModel):
    id: Hex32
    developer: Wallet
    weights_hash: Hex32
    algorithm_hash: Hex32
    datasets: list[Hex32]


class ModelPage(BaseModel):
    items: list[ModelOut]
    next: str | None


@router.post(
    "/datasets",
    summary="Compose a training set",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REGISTER))],
)
def draft_dataset(body: DatasetIn, desk: AtDesk) -> DatasetDraft:
    """Publishes the manifest and returns the transaction that registers its root. Reserved works are refused by name."""
    # A little before now: the registry refuses a cutoff that lies after its block.
    cutoff = int(time.time()) - CUTOFF_LAG_S if body.cutoff is None else body.cutoff
    works, catalogue = [WorkId(Bytes32(work)) for work in body.works], desk.catalogue
    dataset = compose_training_set(body.name, works, catalogue.find_works, catalogue.was_opted_out, cutoff)
    stored, root, count = desk.library.put(dataset.manifest()), dataset.tree().root, len(dataset.works)
    transaction = desk.drafts.register_dataset(root, count, cutoff, stored.digest)
    return DatasetDraft(
        root="0x" + root.hex(),
        count=count,
        cutoff=cutoff,
        manifest=stored.digest,
        cid=stored.cid,
        transaction=ready(transaction, desk.place.chain_id),
    )


@router.get("/datasets", summary="List training sets")
def list_datasets(desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> DatasetPage:
    page = desk.catalogue.datasets(cursor, limit)
    return DatasetPage(items=[DatasetOut(**vars(item)) for item in page.items], next=page.next)


@router.get("/datasets/{id}", summary="Show a training set")
def show_dataset(id: Hex32, desk: AtDesk) -> DatasetOut:
    dataset = desk.catalogue.dataset(DatasetId(Bytes32(id)))
    if dataset is None:
        raise Missing(
            f"No data set {id} is registered.", "Send its transaction, and wait until that is final."
        )
    return DatasetOut(**vars(dataset))


@router.get("/datasets/{id}/works", summary="List the works of a training set")
def list_dataset_works(id: Hex32, desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> DatasetWorkPage:
    """In order of their positions. Works that nobody registered are left out."""
    page = desk.catalogue.dataset_page(DatasetId(Bytes32(show_dataset(id, desk).id)), cursor, limit)
    items = [DatasetWork(position=position, work=work_out(work)) for position, work in page.items]
    return DatasetWorkPage(items=items, next=page.next)


@router.post(
    "/models",
    summary="Prepare the registration of a model",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REGISTER))],
)
def draft_model(body: ModelIn, desk: AtDesk) -> ModelDraft:
    algorithm = Bytes32(body.algorithm_hash or desk.engine.policy)
    datasets = sorted(DatasetId(Bytes32(dataset)) for dataset in body.datasets)
    for dataset in datasets:
        show_dataset(dataset, desk)
    transaction = desk.drafts.register_model(Bytes32(body.weights_hash), algorithm, datasets)
    return ModelDraft(algorithm_hash=algorithm, transaction=ready(transaction, desk.place.chain_id))


@router.get("/models", summary="List models")
def list_models(desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> ModelPage:
    page = desk.catalogue.models(cursor, limit)
    return ModelPage(items=[ModelOut(**vars(item)) for item in page.items], next=page.next)


@router.get("/models/{id}", summary="Show a model")
def show_model(id: Hex32, desk: AtDesk) -> ModelOut:
    model = desk.catalogue.model(ModelId(Bytes32(id)))
    if model is None:
        raise Missing(
            f"No model {id} is registered.",
            "Register it on chain first; list what is known with GET /v1/models.",
        )
    return ModelOut(**vars(model))
