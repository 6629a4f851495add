"""What a stranger can do about one epoch: find what the contract would accept, or write down what an arbiter should see."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from creditline.audit.account import Epoch, PoolAccount
from creditline.audit.auditor import Audit, Options
from creditline.audit.book import Book
from creditline.audit.evidence import Chain
from creditline.audit.fraud import Objection
from creditline.audit.objections import objections, unpublished
from creditline.audit.pixels import Recompute
from creditline.audit.step import Outcome, Wrong
from creditline.audit.trial import Trial
from creditline.audit.trials import Trials
from creditline.canonical import JSON
from creditline.errors import Conflict, Invalid, Missing
from creditline.ids import PoolId
from creditline.library import Archive
from creditline.royalties.receipt import Receipt


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
        self._archive = archive
        self._book = Book()
        for event in chain.events():
            self._book.apply(event)

    def charge(self, pool_id: PoolId, number: int | None, receipts: Sequence[Receipt] = ()) -> Charge:
        """Everything that can be shown against an epoch, by default the newest. `receipts` are those of a holder.

        Raises `Missing` for an epoch that does not stand, `Conflict` for one whose document is malformed.
        """
        pool, entry = self._find(pool_id, number)
        trial = _try(self._audit(pool_id).trials, pool, entry, receipts)
        return Charge(trial, tuple(objections(trial)), unpublished(trial))

    def write_down(self, pool_id: PoolId, number: int | None, recompute: Recompute | None) -> JSON:
        """What was found when an epoch's reports were computed again: the document that a dispute names as its reason."""
        pool, entry = self._find(pool_id, number)
        audit = self._audit(pool_id)
        trial = _try(audit.trials, pool, entry)
        if recompute is not None or pool.may_be_base:
            # Their records say which picture the engine has to ask for, and their batches who created them.
            deque(audit.examine_works(), maxlen=0)
        steps = list(audit.trials.examine_epoch(pool, entry))
        if recompute is not None:
            steps += audit.examine_pixels(audit.trials.images(pool, entry), recompute)
        found = [step for step in steps if step.outcome is not Outcome.OK]
        return {
            "type": "creditline/dispute/1",
            "pool": pool_id,
            "epoch": trial.number,
            "epoch_hash": trial.posted.epoch.hash(),
            "block": getattr(self._chain, "block", 0),
            "recomputed": recompute is not None,
            "images": sum(leaf is not None for leaf in trial.closing.reports),
            "findings": [
                {"subject": step.subject, "outcome": step.outcome.value, "what": step.detail}
                for step in found
            ],
        }

    def _audit(self, pool_id: PoolId) -> Audit:
        return Audit(self._chain, self._archive, self._book, Options(pools=frozenset({pool_id})))

    def _find(self, pool_id: PoolId, number: int | None) -> tuple[PoolAccount, Epoch]:
        pool = self._book.ledger.pools.get(pool_id)
        if pool is None:
            raise Missing(f"No pool {pool_id} was opened in these contracts.", "Check the deployment file.")
        wanted = pool.epoch if number is None else number
        entry = pool.standing(wanted)
        if entry is None:
            raise Missing(
                f"Epoch {wanted} of pool {pool_id} does not stand.", "List them with `creditline epoch list`."
            )
        return pool, entry


def _try(trials: Trials, pool: PoolAccount, entry: Epoch, receipts: Sequence[Receipt] = ()) -> Trial:
    try:
        return trials.trial(pool, entry.n, receipts)
    except (Wrong, Invalid) as fault:
        said = fault.what if isinstance(fault, Invalid) else f"{fault}."
        raise Conflict(
            f"Epoch {entry.n} cannot be read: {said}", "Nothing can be shown in it: dispute it instead."
        ) from fault
