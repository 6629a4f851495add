"""The engine in a process of its own, so that a hostile picture or a crash costs one request and not the service."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from creditline.attribution.training import TrainingSet
from creditline.canonical import JSON
from creditline.errors import CreditlineError


@dataclass(frozen=True)
class Description:
    """What registration needs to know of a picture. Its features lie in the cache by then."""

    content_hash: bytes  # SHA-256 of the exact bytes
    pixel_hash: bytes  # SHA-256 of size and canonical RGB pixels: equal for two encodings of the same pixels
    width: int
    height: int
    media_type: str
    fingerprints: tuple[
        bytes, ...
    ]  # 256-bit PDQ codes, upright first, then the seven turned and mirrored forms
    quality: int  # 0 to 100; below 50 a fingerprint says little (blank or nearly so)


@dataclass(frozen=True)
class Attribution:
    """The canonical report of one picture. `report.read` gives it as an object."""

    report: JSON


class AttributionWorker:
    """One supervised child with an `Engine`. Thread-safe; nothing heavy loads before the first call."""

    def __init__(self, cache: Path, *, encoder: str = "embedded", queue_max: int = 32) -> None:
        """`cache` is a folder of its own. `encoder` is "embedded" or an open_clip "MODEL/WEIGHTS"."""
        raise NotImplementedError

    def describe(self, picture: bytes) -> Description:
        """Decode, fingerprint and describe. Raises `NotAPicture`, `TooLarge`, `Busy`."""
        raise NotImplementedError

    def describe_many(
        self, pictures: Iterable[bytes], progress: Callable[[int], None] | None = None
    ) -> list[Description | CreditlineError]:
        """As `describe`, many in parallel, in the order given; a picture that fails leaves its error in its place."""
        raise NotImplementedError

    def attribute(
        self, picture: bytes, training_set: TrainingSet, pictures: Callable[[bytes], bytes]
    ) -> Attribution:
        """Attribute to the works of one training set. `pictures` gives the bytes of a content hash if asked."""
        raise NotImplementedError

    def overlay(self, picture: bytes, report: JSON) -> bytes:
        """A PNG of the picture with the regions of each paid work outlined and labelled."""
        raise NotImplementedError

    def close(self) -> None:
        """Stop the child. Safe to call twice."""
        raise NotImplementedError
