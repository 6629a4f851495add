"""What a stranger can do about one epoch: find what the contract would accept, or write down what an arbiter should see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from creditline.audit.account import PoolAccount
from creditline.audit.anchors import Anchors
from creditline.audit.book import Book
from creditline.audit.datasets import Datasets
from creditline.audit.documents import Documents
from creditline.audit.evidence import Chain
from creditline.audit.fraud import Objection
from creditline.audit.objections import objections, unpublished
from creditline.audit.pixels import Pixels, Recompute
from creditline.audit.sampling import Sampling
from creditline.audit.settlements import Settlements
from creditline.audit.step import Outcome, Step, Wrong
from creditline.audit.trial import Trial
from creditline.audit.trials import Trials, standing
from creditline.audit.works import Works
from creditline.canonical import JSON
from creditline.errors import Conflict, Missing
from creditline.ids import PoolId
from creditline.library import Archive
from creditline.royalties.receipt import Receipt

WORKS_MAX = 2_000_000


@dataclass(frozen=True)
class Charge:
    """`objections` are what the contract would accept; `hidden` names the trees whose leaves were not published."""

    trial: Trial
    objections: tuple[Objection, ...]
    hidden: str


class Prosecution:
    """Reads the chain once. Raises `Unavailable` when the node does not give its events."""

    def __init__(self, chain: Chain, archive: Archive) -> None:
        self._chain = chain
        self._book = Book()
        for event in chain.events():
            self._book.apply(event)
        self._documents = Documents(archive)
        self._works = Works(self._documents, Sampling())
        self._datasets = Datasets(self._documents, self._book.registry, WORKS_MAX)
        self._settlements = Settlements(self._book, self._documents, self._datasets, Sampling())
        self._trials = Trials(chain, self._book, self._documents, self._datasets, self._settlements)

    def charge(self, pool_id: PoolId, number: int | None, receipts: Sequence[Receipt] = ()) -> Charge:
        """Everything that can be shown against an epoch, by default the newest. `receipts` are those of a holder.

        Raises `Missing` for an epoch that does not stand, `Conflict` for one whose document is malformed.
        """
        trial = self._try(self._pool(pool_id), number, receipts)
        return Charge(trial, tuple(objections(trial)), unpublished(trial))

    def write_down(self, pool_id: PoolId, number: int | None, recompute: Recompute | None) -> JSON:
        """What was found when an epoch's reports were computed again: the document that a dispute names as its reason."""
        pool = self._pool(pool_id)
        trial = self._try(pool, number, ())
        steps = [*self._trials.examine(pool), *self._recomputed(pool, trial.number, recompute)]
        place = next(entry.place for entry in standing(pool) if entry.n == trial.number)
        mine = [step for step in steps if step.place == place and step.outcome is not Outcome.OK]
        return {
            "type": "creditline/dispute/1",
            "pool": pool_id,
            "epoch": trial.number,
            "epoch_hash": trial.posted.epoch.hash(),
            "block": getattr(self._chain, "block", 0),
            "recomputed": recompute is not None,
            "images": sum(leaf is not None for leaf in trial.closing.reports),
            "findings": [
                {"subject": step.subject, "outcome": step.outcome.value, "what": step.detail} for step in mine
            ],
        }

    def _recomputed(self, pool: PoolAccount, number: int, recompute: Recompute | None) -> Iterator[Step]:
        if recompute is None:
            return
        trained = self._datasets.works_of(self._book.registry.models[pool.params.model_id].datasets)
        anchors = Anchors(self._chain, self._documents, self._book.registry, trained)
        for root in self._book.registry.anchors:
            _, claims = anchors.examine(root, matters=True)
            for claim in claims:
                for _step in self._works.examine_claim(claim, matters=claim.leaf.work_id in trained):
                    pass  # reads the record, from which the engine learns which picture to ask for
        for work in self._book.registry.works.values():
            for _step in self._works.examine_registered(work, anchors, matters=work.id in trained):
                pass
        pixels = Pixels(
            book=self._book,
            documents=self._documents,
            anchors=anchors,
            works=self._works,
            datasets=self._datasets,
            settlements=self._settlements,
            recompute=recompute,
        )
        entry = next(entry for entry in standing(pool) if entry.n == number)
        for image in self._trials.images(pool, entry):
            yield pixels.examine(image)

    def _pool(self, pool_id: PoolId) -> PoolAccount:
        if pool_id not in self._book.ledger.pools:
            raise Missing(f"No pool {pool_id} was opened in these contracts.", "Check the deployment file.")
        return self._book.ledger.pools[pool_id]

    def _try(self, pool: PoolAccount, number: int | None, receipts: Sequence[Receipt]) -> Trial:
        newest = number if number is not None else pool.epoch
        if all(entry.n != newest for entry in standing(pool)):
            raise Missing(
                f"Epoch {newest} of pool {pool.id} does not stand.", "List them with `creditline epoch list`."
            )
        try:
            return self._trials.trial(pool, newest, receipts)
        except Wrong as fault:
            raise Conflict(
                f"Epoch {newest} cannot be read: {fault}.", "Nothing can be shown in it: dispute it instead."
            ) from fault
