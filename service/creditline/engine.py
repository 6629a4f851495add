"""The attribution worker, fed with the training sets of registered models."""

from __future__ import annotations

from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.attribution.worker import AttributionWorker
from creditline.canonical import JSON
from creditline.content.store import ContentStore
from creditline.errors import Conflict, Missing
from creditline.ids import Bytes32, DatasetId, ModelId, bytes32, raw
from creditline.works.catalogue import Catalogue, RegisteredWork
from creditline.works.record import PictureFacts

PICTURE_BYTES_MAX = 32 * 1024 * 1024


class Engine:
    """The attribution worker, fed with the training sets of registered models."""

    def __init__(self, worker: AttributionWorker, catalogue: Catalogue, store: ContentStore) -> None:
        self._worker = worker
        self._catalogue = catalogue
        self._store = store

    @property
    def policy(self) -> Bytes32:
        return Bytes32(self._worker.policy)

    def describe(self, picture: bytes) -> PictureFacts:
        found = self._worker.describe(picture)
        return PictureFacts(
            content_hash=bytes32(found.content_hash),
            pixel_hash=bytes32(found.pixel_hash),
            media_type=found.media_type,
            width=found.width,
            height=found.height,
            pdq=found.fingerprints[0].hex(),
            pdq_quality=found.quality,
        )

    def attribute(self, picture: bytes, model: ModelId) -> JSON:
        registered = self._catalogue.model(model)
        if registered is None:
            raise Missing(f"No model {model} is registered.", "List the known ones with GET /v1/models.")
        if registered.algorithm_hash != self.policy:
            raise Conflict(
                f"The model is registered with attribution policy {registered.algorithm_hash}; this service runs {self.policy}.",
                "Use a service that runs the model's policy.",
            )
        training, pictures = self._training_set(model, registered.datasets)

        def fetch(content_hash: bytes) -> bytes:
            work = pictures[bytes32(content_hash)]
            if work.picture is None:
                raise Missing(
                    f"The picture of work {work.id} is private.", "Its creator has to send it again."
                )
            return self._store.get(work.picture, PICTURE_BYTES_MAX)

        return self._worker.attribute(picture, training, fetch).report

    def overlay(self, picture: bytes, report: JSON) -> bytes:
        return self._worker.overlay(picture, report)

    def thumbnail(self, picture: bytes, side: int) -> bytes:
        return self._worker.thumbnail(picture, side)

    def _training_set(
        self, model: ModelId, datasets: tuple[DatasetId, ...]
    ) -> tuple[TrainingSet, dict[Bytes32, RegisteredWork]]:
        """Works in order of precedence: of two near-copies, the one that was registered first is paid."""
        rows: dict[str, tuple[RegisteredWork, TrainedWork]] = {}
        for dataset in datasets:
            for index, work in self._catalogue.dataset_works(dataset):
                rows.setdefault(work.id, (work, TrainedWork(work.id, dataset, index, raw(work.content_hash))))
        ordered = sorted(rows.values(), key=lambda row: (row[0].registered_at, row[0].id))
        pictures: dict[Bytes32, RegisteredWork] = {work.content_hash: work for work, _ in ordered}
        return TrainingSet(model, datasets, tuple(trained for _, trained in ordered)), pictures
