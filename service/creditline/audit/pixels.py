"""The deep check: run the engine again, on pictures fetched by CID, and expect the same integers.

The engine is handed in, because it needs libraries that an auditor of the money can do without.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from creditline.attribution.report import Report, read
from creditline.attribution.training import TrainedWork, TrainingSet
from creditline.audit.anchors import Anchors
from creditline.audit.book import Book, place_of, subject_of
from creditline.audit.datasets import Datasets
from creditline.audit.documents import Documents
from creditline.audit.evidence import Event
from creditline.audit.registry import ModelEntry
from creditline.audit.settlements import Settlements
from creditline.audit.step import Check, Step, Wrong, examine
from creditline.audit.works import PICTURE_BYTES_MAX, Works
from creditline.canonical import JSON
from creditline.errors import Corrupt, CreditlineError, Missing, Unavailable
from creditline.ids import Bytes32, ModelId, WorkId, bytes32, raw

FINDING_FIELDS = ("work", "dataset", "index", "share", "tier", "p_value", "strength", "support", "regions")


class Recompute(Protocol):
    """Attributes a picture to a training set by the policy with that digest, and returns the report document.

    `pictures` gives the bytes of a work's picture by content hash; it raises `CreditlineError` where it cannot.
    """

    def __call__(
        self, picture: bytes, training: TrainingSet, pictures: Callable[[bytes], bytes], policy: str
    ) -> JSON: ...


@dataclass(frozen=True)
class _Materials:
    """What of a model's training set the public can see. `cids` are by content hash."""

    training: TrainingSet
    cids: dict[Bytes32, str]
    hidden: set[str]


class Pixels:
    """Recomputes settled images. The works of a model are gathered once."""

    def __init__(
        self,
        *,
        book: Book,
        documents: Documents,
        anchors: Anchors,
        works: Works,
        datasets: Datasets,
        settlements: Settlements,
        recompute: Recompute,
    ) -> None:
        self._registry = book.registry
        self._documents = documents
        self._anchors = anchors
        self._works = works
        self._datasets = datasets
        self._settlements = settlements
        self._recompute = recompute
        self._gathered: dict[ModelId, _Materials] = {}

    def examine(self, event: Event) -> Step:
        return examine(Check.PIXELS, subject_of(event), place_of(event), lambda: self._check(event))

    def _check(self, event: Event) -> str:
        report = self._settlements.read_report(event)
        materials = self._materials(ModelId(Bytes32(report.model)))
        if secret := sorted({finding.work for finding in report.works} & materials.hidden):
            raise Unavailable(
                f"cannot be recomputed: private work {secret[0]}", "Ask its creator to publish it."
            )
        picture = self._settlements.fetch_output(event, report)
        again = self._run(picture, materials, report.policy)
        difference = first_difference(report, again)
        left_out = len(materials.hidden)
        if difference and left_out:
            raise Unavailable(
                f"cannot be recomputed: {left_out} works are private, and without them {difference}",
                "Ask their creators to publish them.",
            )
        if difference:
            raise Wrong(f"run again, {difference}")
        return f"recomputed without {left_out} works, which are private" if left_out else ""

    def _run(self, picture: bytes, materials: _Materials, policy: str) -> Report:
        def fetch(content_hash: bytes) -> bytes:
            name = bytes32(content_hash)
            if name not in materials.cids:
                raise Missing(f"{name} is no public work of this training set.", "Publish it.")
            try:
                return self._documents.fetch_picture(materials.cids[name], name, PICTURE_BYTES_MAX)
            except Wrong as fault:
                raise Corrupt(f"Of a work, {fault}.", "See the findings about pictures.") from fault

        try:
            return read(self._recompute(picture, materials.training, fetch, policy))
        except CreditlineError as error:
            raise Unavailable(f"the engine did not answer: {error.what}", error.next_step) from error

    def _materials(self, name: ModelId) -> _Materials:
        if name not in self._gathered:
            model = self._registry.models.get(name)
            if model is None:
                raise Wrong(f"its model {name} was never registered")
            self._gathered[name] = self._gather(model)
        return self._gathered[name]

    def _gather(self, model: ModelEntry) -> _Materials:
        rows: list[tuple[int, WorkId, TrainedWork]] = []
        cids: dict[Bytes32, str] = {}
        hidden: set[str] = set()
        seen: set[WorkId] = set()
        for dataset in model.datasets:
            for index, work in enumerate(self._datasets.find(dataset).works):
                if work in seen:
                    continue
                seen.add(work)
                claimed_at, content_hash = self._claim(work)
                if work not in self._works.pictures:
                    raise Unavailable(f"The record of work {work} could not be used.", "See its own finding.")
                cid = self._works.pictures[work]
                if cid is None:
                    hidden.add(work)
                    continue
                cids[content_hash] = cid
                rows.append((claimed_at, work, TrainedWork(work, dataset, index, raw(content_hash))))
        works = tuple(work for _, _, work in sorted(rows, key=lambda row: row[:2]))
        return _Materials(TrainingSet(model.id, tuple(model.datasets), works), cids, hidden)

    def _claim(self, work: WorkId) -> tuple[int, Bytes32]:
        """When a work was claimed, by which the engine decides between near-copies, and its content hash."""
        claim = self._anchors.claims.get(work) or self._anchors.doubted.get(work)
        entry = self._registry.works.get(work)
        if claim is not None and (entry is None or claim.at <= entry.at):
            return claim.at, claim.leaf.content_hash
        if entry is not None:
            return entry.at, entry.content_hash
        raise Wrong(f"its model learned from {work}, which nobody registered")


def first_difference(report: Report, again: Report) -> str:
    """What the second run says otherwise, in words; empty when nothing. Versions of the engine may differ."""
    for field in ("picture", "columns", "rows", "saliency"):
        if getattr(report, field) != getattr(again, field):
            return f"{field} differs"
    published, repeated = [[finding.work for finding in side.works] for side in (report, again)]
    if published != repeated:
        odd = sorted(set(published) ^ set(repeated))
        return f"work {odd[0]} is {'not found' if odd[0] in published else 'found as well'}"
    for one, other in zip(report.works, again.works, strict=True):
        for field in FINDING_FIELDS:
            if getattr(one, field) != getattr(other, field):
                return f"the {field} of work {one.work} differs"
    return "" if report.unattributed == again.unattributed else "unattributed differs"
