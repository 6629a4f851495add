"""What finalised blocks say is registered: works, data sets and models, as rows to look up and list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from creditline.ids import Address, Bytes32, ContentHash, DatasetId, ModelId, WorkId
from creditline.pages import Page
from creditline.works.terms import Training


@dataclass(frozen=True)
class RegisteredWork:
    """A work as finalised blocks have it. `width` and `height` are pixels of its picture.

    `registered_at` is the unix second of the anchoring block. `anchor` and `index` say where in which batch it stands;
    both are None for a work registered alone. `on_chain` means: written into the registry, so that the ledger can pay it.
    """

    id: WorkId
    creator: Address
    owner: Address
    payee: Address
    content_hash: ContentHash
    pixel_hash: Bytes32
    record_hash: Bytes32
    terms_hash: Bytes32
    title: str
    author: str
    licence: str
    training: Training
    picture: str | None
    width: int
    height: int
    registered_at: int
    anchor: Bytes32 | None
    index: int | None
    on_chain: bool
    opted_out_at: int | None


@dataclass(frozen=True)
class RegisteredDataset:
    id: DatasetId
    by: Address
    name: str
    root: Bytes32
    count: int
    cutoff: int
    manifest: Bytes32


@dataclass(frozen=True)
class RegisteredModel:
    id: ModelId
    developer: Address
    weights_hash: Bytes32
    algorithm_hash: Bytes32
    datasets: tuple[DatasetId, ...]


@dataclass(frozen=True)
class CatalogueSize:
    """How much is registered. `creators` counts addresses."""

    works: int
    creators: int
    datasets: int
    models: int


class Catalogue(Protocol):
    """Look-ups return None for an unknown id. Lists are in order of registration, at most 200 a page."""

    def work(self, id: WorkId) -> RegisteredWork | None: ...
    def find_works(self, ids: Sequence[WorkId]) -> dict[WorkId, RegisteredWork]:
        """Those of them that are registered."""

    def was_opted_out(self, works: Sequence[WorkId], at: int) -> set[WorkId]:
        """Those of them whose training opt-out stood at that unix second."""

    def works(self, creator: Address | None, cursor: str | None, limit: int) -> Page[RegisteredWork]: ...
    def dataset(self, id: DatasetId) -> RegisteredDataset | None: ...
    def datasets(self, cursor: str | None, limit: int) -> Page[RegisteredDataset]: ...
    def dataset_works(self, id: DatasetId) -> list[tuple[int, RegisteredWork]]:
        """All works of a data set that are registered, with their positions in it."""

    def dataset_page(self, id: DatasetId, cursor: str | None, limit: int) -> Page[tuple[int, RegisteredWork]]:
        """The same, page by page."""

    def model(self, id: ModelId) -> RegisteredModel | None: ...
    def models(self, cursor: str | None, limit: int) -> Page[RegisteredModel]: ...
    def size(self) -> CatalogueSize: ...
