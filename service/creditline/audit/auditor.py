"""The audit: replay the logs, then examine what they name, kind by kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from creditline.audit.account import PoolAccount
from creditline.audit.anchors import Anchors
from creditline.audit.book import Book
from creditline.audit.datasets import Datasets
from creditline.audit.distributions import Distributions
from creditline.audit.documents import Documents
from creditline.audit.evidence import Chain, Event
from creditline.audit.money import Money
from creditline.audit.pixels import Pixels, Recompute
from creditline.audit.sampling import Sampling
from creditline.audit.settlements import Settlements
from creditline.audit.step import END, Check, Outcome, Step
from creditline.audit.trials import Image, Trials, standing
from creditline.audit.verdict import Progress, Tally, Verdict, count_figures
from creditline.audit.works import Works
from creditline.ids import Address, DatasetId, PoolId
from creditline.library import Archive


@dataclass(frozen=True)
class Options:
    """`pools` and `operator` limit the audit to some pools, or those that one operator runs, and what they rest on.

    None is all of them. Whatever is chosen, all events are replayed and all of the contracts' storage is compared; but
    only the tokens of those pools can be wrong, because a stranger's token may say what it likes. `works_max` bounds the works of all data
    sets together, `findings_max` what is kept to be shown.
    """

    pools: frozenset[PoolId] | None = None
    operator: Address | None = None
    pictures: Sampling = field(default_factory=Sampling)
    works_max: int = 2_000_000
    findings_max: int = 1_000


def verify(
    chain: Chain,
    library: Archive,
    *,
    recompute: Recompute | None = None,
    progress: Progress | None = None,
    options: Options | None = None,
) -> Verdict:
    """Recompute everything. `progress` is told of every step; `recompute` is the engine, for the deep check.

    Raises `Unavailable` when the node does not give its events: then there is nothing to judge.
    """
    options = options or Options()
    tally = Tally(progress, options.findings_max)
    book, events = Book(), list(chain.events())
    for event in events:
        tally.add(book.apply(event))
    tally.add(Step(Check.LOGS, f"{len(events)} events", Outcome.OK, "", END))
    audit = Audit(chain, library, book, options)
    for step in audit.examine(events, recompute):
        tally.add(step)
    return tally.close(count_figures(book, len(events), set(audit.anchors.claims)))


class _Scope:
    """What the chosen pools rest on. Where there are no pools yet, everything matters."""

    def __init__(self, book: Book, chosen: frozenset[PoolId] | None, operator: Address | None) -> None:
        named = [pool for name, pool in book.ledger.pools.items() if chosen is None or name in chosen]
        pools = [pool for pool in named if operator in (None, pool.params.operator)]
        self.pools: set[PoolId] = {pool.id for pool in pools}
        self.operators: set[Address] = {pool.params.operator for pool in pools}
        self.idle = operator if operator and not pools else None
        models = {pool.params.model_id for pool in pools} & set(book.registry.models)
        self.datasets: set[DatasetId] = {
            name for model in models for name in book.registry.models[model].datasets
        }
        self.everything = not book.ledger.pools
        self.others = chosen is None and operator is None
        self.unknown: dict[PoolId, str] = {
            name: "another operator runs it" if name in book.ledger.pools else "it was never opened"
            for name in sorted(set(chosen or ()) - self.pools)
        }


class Audit:
    """One audit under way: the examinations in the order in which they need each other."""

    def __init__(self, chain: Chain, library: Archive, book: Book, options: Options) -> None:
        self._book = book
        self._scope = _Scope(book, options.pools, options.operator)
        self._documents = Documents(library)
        self._works = Works(self._documents, options.pictures)
        self._datasets = Datasets(self._documents, book.registry, options.works_max)
        self._trained = self._datasets.works_of(self._scope.datasets)
        # What matters is read first, so that data sets of strangers cannot use up the limit.
        others = self._datasets.works_of(book.registry.datasets) if self._scope.others else set()
        self.anchors = Anchors(chain, self._documents, book.registry, self._trained | others)
        shared = Distributions(chain, book, self._documents, self._datasets, self.anchors)
        self._settlements = Settlements(
            book, self._documents, self._datasets, options.pictures, shared.is_base
        )
        self.trials = Trials(chain, book, self._documents, self._datasets, self._settlements, shared)
        self._money = Money(chain, book.ledger, self._scope.pools)

    def examine(self, events: list[Event], recompute: Recompute | None) -> Iterator[Step]:
        for name, fault in self._scope.unknown.items():
            yield Step(Check.POOLS, f"pool {name}", Outcome.WRONG, fault, END)
        if self._scope.idle:  # else the answer to a misspelled address would be yes
            nothing = "could not be checked: none of the pools is run by it"
            yield Step(Check.POOLS, f"operator {self._scope.idle}", Outcome.UNCHECKED, nothing, END)
        yield from self.examine_works()
        yield from self._examine_datasets()
        settled = [
            event for event in events if event.name == "Settled" and event.args["poolId"] in self._scope.pools
        ]
        for event in settled:
            yield from self._settlements.examine(event)
        for pool in self._pools():
            yield from self.trials.examine(pool)
        if recompute is not None:
            yield from self.examine_pixels([*settled, *self._reported()], recompute)
        yield from self._money.examine()

    def _pools(self) -> list[PoolAccount]:
        return [pool for pool in self._book.ledger.pools.values() if pool.id in self._scope.pools]

    def _reported(self) -> Iterator[Image]:
        for pool in self._pools():
            for entry in standing(pool):
                yield from self.trials.images(pool, entry)

    def examine_works(self) -> Iterator[Step]:
        scope = self._scope
        for root, announced in self._book.registry.anchors.items():
            relayed = scope.everything or any(anchoring.by in scope.operators for anchoring in announced)
            step, claims = self.anchors.examine(root, matters=relayed)
            yield step
            for claim in claims:
                matters = relayed or claim.leaf.work_id in self._trained
                yield from self._works.examine_claim(claim, matters=matters)
        for work in self._book.registry.works.values():
            matters = scope.everything or work.id in self._trained
            yield from self._works.examine_registered(work, self.anchors, matters=matters)

    def _examine_datasets(self) -> Iterator[Step]:
        scope = self._scope
        for entry in self._book.registry.datasets.values():
            matters = scope.everything or entry.id in scope.datasets
            if matters or scope.others:
                yield self._datasets.examine(entry, self.anchors, self._works.reserved, matters=matters)

    def examine_pixels(self, settled: Sequence[Event | Image], recompute: Recompute) -> Iterator[Step]:
        pixels = Pixels(
            book=self._book,
            documents=self._documents,
            anchors=self.anchors,
            works=self._works,
            datasets=self._datasets,
            settlements=self._settlements,
            recompute=recompute,
        )
        for event in settled:
            yield pixels.examine(event)
