"""One thing that was examined, and how it came out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from creditline.errors import CreditlineError, Invalid

DETAIL_CHARS_MAX = 400


class Check(StrEnum):
    """What is examined, by kind."""

    LOGS = "logs"
    ANCHORS = "anchors"
    WORKS = "works"
    DATASETS = "datasets"
    MODELS = "models"
    POOLS = "pools"
    AMOUNTS = "amounts"
    PAYOUTS = "payouts"
    SETTLEMENTS = "settlements"
    EPOCHS = "epochs"
    PICTURES = "pictures"
    SUMS = "sums"
    STORAGE = "storage"
    BALANCES = "balances"
    PIXELS = "pixels"


class Outcome(StrEnum):
    """`NOTED` is right, or nobody's money rests on it, and worth knowing. `UNCHECKED` is neither right nor wrong."""

    OK = "ok"
    NOTED = "noted"
    UNCHECKED = "unchecked"
    WRONG = "wrong"


@dataclass(frozen=True, order=True)
class Place:
    """Where in the chain something was said; `END` is after everything."""

    block: int
    log_index: int


END = Place(2**63, 0)


@dataclass(frozen=True)
class Step:
    """`subject` names the thing, `detail` says what is wrong or worth knowing about it; empty when nothing is."""

    name: Check
    subject: str
    outcome: Outcome
    detail: str
    place: Place

    @property
    def ok(self) -> bool:
        return self.outcome in (Outcome.OK, Outcome.NOTED)

    def as_json(self) -> dict[str, Any]:
        at_end = self.place == END
        return {
            "check": self.name.value,
            "subject": self.subject,
            "outcome": self.outcome.value,
            "ok": self.ok,
            "detail": self.detail,
            "block": None if at_end else self.place.block,
            "log_index": None if at_end else self.place.log_index,
        }


class Wrong(Exception):
    """A lie, or a mistake that looks like one. Stays in this room: `examine` turns it into a step."""


def require(holds: bool, fault: str) -> None:
    if not holds:
        raise Wrong(fault)


def examine(
    name: Check, subject: str, place: Place, question: Callable[[], str | None], *, matters: bool = True
) -> Step:
    """Ask one question. Its answer is worth noting if it is not empty.

    What does not matter, because no pool in question rests on it, is noted instead of failed: these contracts are open to everyone,
    and a stranger who writes rubbish into them must not be able to spoil the verdict on others.
    """
    try:
        detail = question() or ""
        outcome = Outcome.NOTED if detail else Outcome.OK
    except Wrong as error:
        outcome, detail = Outcome.WRONG, str(error)
    except Invalid as error:
        outcome, detail = Outcome.WRONG, error.what
    except CreditlineError as error:
        # A node or a gateway that fails, however it fails, proves nothing about what it was asked for.
        outcome, detail = Outcome.UNCHECKED, f"could not be checked: {error.what}"
    except Exception as error:  # noqa: BLE001 - whatever one thing makes us stumble over, the others are still examined
        outcome, detail = Outcome.UNCHECKED, f"could not be checked: the auditor stumbles over it, {error!r}"
    if not matters and outcome in (Outcome.WRONG, Outcome.UNCHECKED):
        outcome, detail = Outcome.NOTED, f"ignored, no pool in question rests on it: {detail}"
    return Step(name, subject, outcome, detail[:DETAIL_CHARS_MAX], place)
