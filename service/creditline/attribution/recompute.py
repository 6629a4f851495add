"""The engine for an auditor: a worker of its own, with features that nobody else computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from creditline.attribution import policy
from creditline.attribution.training import TrainingSet
from creditline.attribution.worker import AttributionWorker
from creditline.canonical import JSON
from creditline.errors import Missing


class Recomputer:
    """Attributes again what a report says was attributed. A context manager, because it holds processes."""

    def __init__(self, features: Path) -> None:
        """`features` is an empty folder: an auditor does not take over what the operator computed."""
        self._worker = AttributionWorker(features)
        self._policy = policy.default().hash

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._worker.close()

    def __call__(
        self, picture: bytes, training: TrainingSet, pictures: Callable[[bytes], bytes], policy: str
    ) -> JSON:
        """The report by the policy with that digest. Raises `Missing` for a policy of another release."""
        if policy != self._policy:
            raise Missing(
                f"This release attributes by policy {self._policy} and the report was made by {policy}.",
                "Verify it with the release that ships that policy.",
            )
        return self._worker.attribute(picture, training, pictures).report
