"""Where the rooms meet: each is built once and handed what it asks for. Together with `main` the only code that sees all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import uvicorn

from creditline.api.app import create
from creditline.api.desk import Answer, Desk, Place
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.attribution.worker import AttributionWorker
from creditline.canonical import JSON
from creditline.chain.calls import Calls
from creditline.chain.deployment import read_deployment, verify_deployment
from creditline.chain.drafts import Drafts
from creditline.chain.follower import Follower
from creditline.chain.keys import OperatorKey, load_development_key, load_keystore
from creditline.chain.node import Node
from creditline.chain.sender import Sender
from creditline.chain.signatures import SignatureVerifier
from creditline.content import cid as cids
from creditline.content.embedded import EmbeddedStore
from creditline.content.kubo import KuboStore
from creditline.content.library import ContentLibrary
from creditline.content.store import ContentStore
from creditline.content.trustless import respond
from creditline.errors import Conflict, CreditlineError, Misconfigured, Missing, Unavailable
from creditline.ids import Bytes32, DatasetId, ModelId, bytes32, raw
from creditline.royalties.settlement import Settler
from creditline.royalties.usage import ReceiptBook
from creditline.settings import Settings, local_secret
from creditline.typed_data import ledger_domain, works_domain
from creditline.works.catalogue import Catalogue, RegisteredWork
from creditline.works.published import PublishedDocuments
from creditline.works.record import PictureFacts
from creditline.works.registration import Registrar

log = logging.getLogger(__name__)
PICTURE_BYTES_MAX = 32 * 1024 * 1024


class Contents:
    """Content by CID, as the routes ask for it."""

    def __init__(self, store: ContentStore) -> None:
        self._store = store

    def get(self, cid: str, limit: int) -> bytes:
        return self._store.get(cid, limit)

    def raw_cid(self, digest: Bytes32) -> str:
        return cids.raw_cid(raw(digest))

    def respond(self, cid: str, wanted: str | None, accept: str) -> Answer:
        answer = respond(self._store, cid, wanted, accept)
        return Answer(answer.status, answer.headers, answer.body)


class Engine:
    """The attribution worker, fed with the training sets of registered models."""

    def __init__(
        self, worker: AttributionWorker, catalogue: Catalogue, documents: PublishedDocuments, store: ContentStore
    ) -> None:
        self._worker = worker
        self._catalogue = catalogue
        self._documents = documents
        self._store = store
        self.policy = Bytes32(worker.policy)

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
                raise Missing(f"The picture of work {work.id} is private.", "Its creator has to send it again.")
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


class Background:
    """A loop in a thread of its own. When it ends by an error, `state` says so, and health shows it."""

    def __init__(self, name: str, loop: Callable[[threading.Event], None]) -> None:
        self.name = name
        self.state = "ok"
        self._loop = loop
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(10)

    def _run(self) -> None:
        try:
            self._loop(self._stop)
        except CreditlineError as error:
            self.state = str(error)
            log.critical("%s stopped: %s", self.name, error)
        except Exception as error:
            self.state = f"stopped by an unexpected {type(error).__name__}; see the log"
            log.exception("%s stopped", self.name)
            raise
