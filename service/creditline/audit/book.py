"""The state that follows from the logs alone, event by event."""

from __future__ import annotations

from collections.abc import Callable

from creditline.audit.epochs import Epochs
from creditline.audit.evidence import Event
from creditline.audit.ledger import Ledger
from creditline.audit.registry import Registry
from creditline.audit.step import Check, Outcome, Place, Step, examine

Apply = Callable[[Event, Place], None]

SUBJECTS = (("datasetId", "data set"), ("modelId", "model"), ("workId", "work"), ("root", "batch"))


class Book:
    """Feed it every event in chain order."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.ledger = Ledger(self.registry)
        self.epochs = Epochs(self.ledger)
        self._reached = Place(-1, -1)
        self._rules = self._bind()

    def apply(self, event: Event) -> Step:
        """Take one event in, and say whether the contract can have emitted it here."""
        place = place_of(event)
        if place <= self._reached:
            behind = f"the node sent it after block {self._reached.block}, log {self._reached.log_index}"
            return Step(Check.LOGS, subject_of(event), Outcome.WRONG, behind, place)
        self._reached = place
        if event.name not in self._rules:
            unknown = f"could not be checked: this version knows no event {event.name}"
            return Step(Check.LOGS, subject_of(event), Outcome.UNCHECKED, unknown, place)
        check, rule = self._rules[event.name]
        step = examine(check, subject_of(event), place, lambda: rule(event, place))
        self._note(event)
        return step

    def _note(self, event: Event) -> None:
        pool = self.ledger.pools.get(event.args.get("poolId", ""))
        if pool is not None and pool.may_be_base:
            pool.levels.append((event.block_number, pool.available))

    def _bind(self) -> dict[str, tuple[Check, Apply]]:
        registry, ledger, epochs = self.registry, self.ledger, self.epochs
        return {
            "WorkRegistered": (Check.WORKS, registry.work_registered),
            "Anchored": (Check.ANCHORS, registry.anchored),
            "PayeeSet": (Check.WORKS, registry.payee_set),
            "RightsOffered": (Check.WORKS, registry.work_changed),
            "RightsTransferred": (Check.WORKS, registry.work_changed),
            "TermsSet": (Check.WORKS, registry.work_changed),
            "TrainingOptOutSet": (Check.WORKS, registry.training_opt_out_set),
            "DatasetRegistered": (Check.DATASETS, registry.dataset_registered),
            "ModelRegistered": (Check.MODELS, registry.model_registered),
            "OptOutBreached": (Check.DATASETS, registry.opt_out_breached),
            "PoolOpened": (Check.POOLS, ledger.pool_opened),
            "Funded": (Check.POOLS, ledger.funded),
            "Settled": (Check.AMOUNTS, ledger.settled),
            "FixedClaimed": (Check.PAYOUTS, ledger.fixed_claimed),
            "Withdrawn": (Check.PAYOUTS, ledger.withdrawn_by),
            "RefundRequested": (Check.PAYOUTS, ledger.refund_requested),
            "Refunded": (Check.PAYOUTS, ledger.refunded),
            "Staked": (Check.EPOCHS, epochs.staked),
            "Unstaked": (Check.EPOCHS, epochs.unstaked),
            "EpochPosted": (Check.EPOCHS, epochs.posted),
            "Claimed": (Check.PAYOUTS, epochs.claimed),
            "Disputed": (Check.EPOCHS, epochs.disputed),
            "EpochChallenged": (Check.EPOCHS, epochs.challenged),
            "Ruled": (Check.EPOCHS, epochs.ruled),
            "Lapsed": (Check.EPOCHS, epochs.lapsed),
            "EpochVoided": (Check.EPOCHS, epochs.voided),
            "Paused": (Check.POOLS, epochs.paused),
        }


def place_of(event: Event) -> Place:
    return Place(event.block_number, event.log_index)


def subject_of(event: Event) -> str:
    """What an event is about, for a reader of the verdict."""
    args = event.args
    if "outputHash" in args:
        return f"image {args['nonce']} of pool {args['poolId']}"
    if "poolId" in args and "n" in args:
        return f"epoch {args['n']} of pool {args['poolId']}"
    if "poolId" in args:
        return f"pool {args['poolId']}"
    if event.name == "Withdrawn":
        return f"payee {args['who']} in token {args['token']}"
    named = [f"{kind} {args[key]}" for key, kind in SUBJECTS if key in args]
    return named[0] if named else f"{event.name} in {event.tx_hash}"
