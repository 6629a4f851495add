"""What an audit found: yes, or the first thing that is wrong, and how much else was looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from creditline.audit.book import Book
from creditline.audit.step import Check, Outcome, Place, Step
from creditline.ids import Address

Progress = Callable[[Step], None]


@dataclass(frozen=True)
class TokenFigures:
    """In the token's smallest unit.

    `revenue` was settled directly; `to_works` and `unattributed` are the creators' part of it. `reported` is the revenue of
    epochs that stand, final or not. `paid` left the ledger for payees and roles.
    """

    deposited: int
    revenue: int
    to_works: int
    unattributed: int
    reported: int
    paid: int


@dataclass(frozen=True)
class Figures:
    """How much there is.

    `works` counts claims: on chain, or in a batch that its creator signed. `images` were settled directly. `epochs` stand.
    """

    events: int
    works: int
    batches: int
    datasets: int
    models: int
    pools: int
    images: int
    epochs: int
    voided_epochs: int
    payees: int
    tokens: dict[Address, TokenFigures]

    def as_json(self) -> dict[str, Any]:
        tokens = {
            token: {name: str(amount) for name, amount in asdict(figures).items()}
            for token, figures in self.tokens.items()
        }
        return {**asdict(self), "tokens": tokens}


@dataclass(frozen=True)
class Verdict:
    """`findings` is all that is not plainly right, in chain order; `omitted` is how many more there were.

    `counts` has an entry for each kind of check that was made at all.
    """

    counts: dict[Check, dict[Outcome, int]]
    first_wrong: Step | None
    findings: tuple[Step, ...]
    omitted: int
    figures: Figures

    @property
    def ok(self) -> bool:
        return self.first_wrong is None

    @property
    def wrong(self) -> int:
        return self._count(Outcome.WRONG)

    @property
    def unchecked(self) -> int:
        return self._count(Outcome.UNCHECKED)

    @property
    def answer(self) -> str:
        """`yes`, `no`, or `incomplete` where nothing is wrong and something could not be checked."""
        if self.wrong:
            return "no"
        return "incomplete" if self.unchecked else "yes"

    def as_json(self) -> dict[str, Any]:
        return {
            "answer": self.answer,
            "ok": self.ok,
            "first_wrong": self.first_wrong.as_json() if self.first_wrong else None,
            "wrong": self.wrong,
            "unchecked": self.unchecked,
            "checks": {
                check.value: {outcome.value: count for outcome, count in sorted(counts.items())}
                for check, counts in self.counts.items()
            },
            "findings": [step.as_json() for step in self.findings],
            "omitted": self.omitted,
            "figures": self.figures.as_json(),
        }

    def _count(self, outcome: Outcome) -> int:
        return sum(counts.get(outcome, 0) for counts in self.counts.values())


class Tally:
    """Counts steps as they come, in whatever order, and remembers at most `findings_max` of those worth showing."""

    def __init__(self, progress: Progress | None, findings_max: int) -> None:
        self._progress = progress
        self._findings_max = findings_max
        self._counts: dict[Check, Counter[Outcome]] = {check: Counter() for check in Check}
        self._findings: list[Step] = []
        self._omitted = 0
        self._first: dict[Outcome, Step] = {}

    def add(self, step: Step) -> None:
        self._counts[step.name][step.outcome] += 1
        if step.outcome is not Outcome.OK:
            self._keep(step)
        if self._progress:
            self._progress(step)

    def close(self, figures: Figures) -> Verdict:
        # What is wrong for certain is named before what is only unknown, wherever it stands.
        first = self._first.get(Outcome.WRONG) or self._first.get(Outcome.UNCHECKED)
        findings = tuple(sorted(self._findings, key=_by_place))
        counts = {check: dict(counts) for check, counts in self._counts.items() if counts}
        return Verdict(counts, first, findings, self._omitted, figures)

    def _keep(self, step: Step) -> None:
        first = self._first.setdefault(step.outcome, step)
        if step.place < first.place:
            self._first[step.outcome] = step
        if len(self._findings) < self._findings_max:
            self._findings.append(step)
        else:
            self._omitted += 1


def count_figures(book: Book, events: int, claims: set[str]) -> Figures:
    registry, ledger = book.registry, book.ledger
    pools = list(ledger.pools.values())
    tokens = {}
    for token in sorted({pool.params.token for pool in pools}):
        mine = [pool for pool in pools if pool.params.token == token]
        tokens[token] = TokenFigures(
            deposited=sum(pool.deposited for pool in mine),
            revenue=sum(pool.settled for pool in mine),
            to_works=sum(pool.to_works for pool in mine),
            unattributed=sum(pool.unattributed for pool in mine),
            reported=sum(pool.reported + pool.pending for pool in mine),
            paid=sum(sum(pool.paid) + pool.paid_out for pool in mine) + ledger.withdrawn.get(token, 0),
        )
    return Figures(
        events=events,
        works=len(claims | set(registry.works)),
        batches=len(registry.anchors),
        datasets=len(registry.datasets),
        models=len(registry.models),
        pools=len(pools),
        images=sum(pool.images for pool in pools),
        epochs=sum(pool.epoch for pool in pools),
        voided_epochs=sum(1 for pool in pools for epoch in pool.epochs if epoch.voided_by),
        payees=len({who for _, who in ledger.credits}),
        tokens=tokens,
    )


def _by_place(step: Step) -> Place:
    return step.place
