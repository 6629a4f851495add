"""What a model learned from, as far as attribution needs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TrainedWork:
    """One row of a registered data set. `content_hash` is the SHA-256 of the picture's exact bytes."""

    work_id: str  # 0x and 64 lower-case hex digits
    dataset: str  # likewise
    index: int  # position in that data set
    content_hash: bytes


@dataclass(frozen=True)
class TrainingSet:
    """Everything that may be paid for one model's pictures, and nothing else.

    The order of `works` is the order of precedence: of two near-copies, the earlier one is paid. Hand them in by time
    of registration. A work that stands in two data sets is listed once, under the first.
    """

    model: str
    dataset_ids: tuple[str, ...]
    works: tuple[TrainedWork, ...]
