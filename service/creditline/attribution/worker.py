"""The engine in a process of its own, so that a hostile picture or a crash costs one request and not the service."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creditline.attribution.child import Child, ChildDied, Limits
from creditline.attribution.decoder import Decoder
from creditline.attribution.policy import default
from creditline.attribution.training import TrainingSet
from creditline.attribution.turns import Turns
from creditline.calling import caller
from creditline.canonical import JSON
from creditline.errors import Busy, Corrupt, CreditlineError, Unavailable

if TYPE_CHECKING:
    from creditline.attribution.pictures import Picture

EMBEDDED = "embedded"
MODULE = "creditline.attribution.worker_child"
MEMORY_BYTES = 12 * 2**30
SECONDS = 300.0

_ATTACHMENT_BYTES = 3 * 40_000_000
_BATCH = 16


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
    """One supervised child with an `Engine`. Thread-safe; nothing heavy loads before the first call.

    A child that dies is replaced at the next call; the call that it died in raises `Unavailable`. Callers take turns at it, so
    that one with many pictures does not hold up another with one.
    """

    def __init__(
        self,
        cache: Path,
        *,
        encoder: str = EMBEDDED,
        queue_max: int = 32,
        seconds: float = SECONDS,
        module: str = MODULE,
    ) -> None:
        """`cache` is a folder of its own. `encoder` is "embedded" or an open_clip "MODEL/WEIGHTS"."""
        limits = Limits(MEMORY_BYTES, _ATTACHMENT_BYTES, writes_files=True)
        self._child = Child(module, (str(cache), encoder), limits)
        self._decoder = Decoder(waiting_max=queue_max)
        self._turns = Turns()
        self._room = threading.BoundedSemaphore(queue_max)
        self._seconds = seconds
        # With an encoder of its own the policy depends on weights that only the child has read.
        self._policy = default().hash if encoder == EMBEDDED else ""

    @property
    def policy(self) -> str:
        """0x and the hash of the rules that it attributes by: the `algorithmHash` of a model that it can serve."""
        if not self._policy:
            with _Place(self._room):
                self._policy = str(self._ask({"ask": "policy"}, [])["policy"])
        return self._policy

    def describe(self, picture: bytes) -> Description:
        """Decode, fingerprint and describe. Raises `NotAPicture`, `TooLarge`, `Busy`."""
        with _Place(self._room):
            (result,) = self._describe([self._decoder.decode(picture)])
        return result

    def describe_many(
        self, pictures: Iterable[bytes], progress: Callable[[int], None] | None = None
    ) -> list[Description | CreditlineError]:
        """As `describe`, many in parallel, in the order given; a picture that fails leaves its error in its place.

        `progress` hears after each batch how many are done.
        """
        results: list[Description | CreditlineError] = []
        with _Place(self._room), ThreadPoolExecutor(2) as decoding:
            for batch in _batches(pictures, _BATCH):
                decoded = list(decoding.map(self._try_decode, batch))
                described = iter(
                    self._describe([each for each in decoded if not isinstance(each, CreditlineError)])
                )
                results += [
                    each if isinstance(each, CreditlineError) else next(described) for each in decoded
                ]
                if progress is not None:
                    progress(len(results))
        return results

    def attribute(
        self, picture: bytes, training_set: TrainingSet, pictures: Callable[[bytes], bytes]
    ) -> Attribution:
        """Attribute to the works of one training set.

        `pictures` gives the bytes of a content hash; it is asked for works that were never described here. Raises
        `NotAPicture`, `TooLarge`, `Busy`, `Unavailable`, and `Corrupt` where `pictures` gives other bytes.
        """
        with _Place(self._room):
            decoded = self._decoder.decode(picture)
            question = {"ask": "attribute", "picture": _head(decoded), "set": _key(training_set)}
            while True:
                answer = self._ask(question, [_body(decoded)])
                if "report" in answer:
                    return Attribution(answer["report"])
                self._load(training_set, pictures)

    def overlay(self, picture: bytes, report: JSON) -> bytes:
        """A PNG of the picture with the regions of each paid work outlined and labelled."""
        with _Place(self._room):
            decoded = self._decoder.decode(picture)
            question = {"ask": "overlay", "picture": _head(decoded), "report": report}
            return self._ask_for_data(question, [_body(decoded)])

    def thumbnail(self, picture: bytes, side: int) -> bytes:
        """A PNG of the canonical pixels whose longer side is at most `side`: safe to show, whatever came in."""
        with _Place(self._room):
            decoded = self._decoder.decode(picture)
            question = {"ask": "thumbnail", "picture": _head(decoded), "side": side}
            return self._ask_for_data(question, [_body(decoded)])

    def close(self) -> None:
        """Stop the children. Safe to call twice."""
        with self._turns.take(caller.get()):
            self._child.close()
        self._decoder.close()

    def _load(self, training_set: TrainingSet, pictures: Callable[[bytes], bytes]) -> None:
        works = [
            [work.work_id, work.dataset, work.index, work.content_hash.hex()] for work in training_set.works
        ]
        question = {
            "ask": "load",
            "set": _key(training_set),
            "model": training_set.model,
            "datasets": list(training_set.dataset_ids),
            "works": works,
        }
        while (answer := self._ask(question, []))["unfinished"]:
            for batch in _batches((bytes.fromhex(name) for name in answer["missing"]), _BATCH):
                self._describe([self._fetch(content_hash, pictures) for content_hash in batch])

    def _fetch(self, content_hash: bytes, pictures: Callable[[bytes], bytes]) -> Picture:
        data = pictures(content_hash)
        if hashlib.sha256(data).digest() != content_hash:
            raise Corrupt(f"A work's picture is not 0x{content_hash.hex()}.", "Fetch it from another source.")
        return self._decoder.decode(data)

    def _try_decode(self, picture: bytes) -> Picture | CreditlineError:
        try:
            return self._decoder.decode(picture)
        except CreditlineError as error:
            return error

    def _describe(self, decoded: Sequence[Picture]) -> list[Description]:
        question = {"ask": "describe", "pictures": [_head(each) for each in decoded]}
        answer = self._ask(question, [_body(each) for each in decoded])
        return [_read_description(row) for row in answer["descriptions"]]

    def _ask(self, question: JSON, attachments: Sequence[memoryview]) -> JSON:
        return self._exchange(question, attachments)[0]

    def _ask_for_data(self, question: JSON, attachments: Sequence[memoryview]) -> bytes:
        _answer, (data,) = self._exchange(question, attachments)
        return data

    def _exchange(self, question: JSON, attachments: Sequence[memoryview]) -> tuple[JSON, list[bytes]]:
        try:
            with self._turns.take(caller.get()):
                return self._child.ask(question, attachments, self._seconds)
        except ChildDied as death:
            what = f"took longer than {self._seconds:g} s" if death.timed_out else "stopped"
            raise Unavailable(
                f"The attribution process {what}; the next call starts it again.", "Try again."
            ) from death


class _Place:
    """A place in the queue. Raises `Busy` at once when all are taken."""

    def __init__(self, room: threading.BoundedSemaphore) -> None:
        self._room = room

    def __enter__(self) -> None:
        if not self._room.acquire(blocking=False):
            raise Busy("Too many pictures wait for attribution.", "Send this one again in a few seconds.")

    def __exit__(self, *_raised: object) -> None:
        self._room.release()


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def _head(picture: Picture) -> JSON:
    return {
        "content_hash": picture.content_hash.hex(),
        "media_type": picture.media_type,
        "width": picture.width,
        "height": picture.height,
    }


def _body(picture: Picture) -> memoryview:
    return picture.pixels.data.cast("B")


def _key(training_set: TrainingSet) -> str:
    """Names a training set to the child, so that it is sent once and not with every picture."""
    parts = (
        training_set.model,
        training_set.dataset_ids,
        [tuple(asdict(work).values()) for work in training_set.works],
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _read_description(row: JSON) -> Description:
    return Description(
        content_hash=bytes.fromhex(row["content_hash"]),
        pixel_hash=bytes.fromhex(row["pixel_hash"]),
        width=row["width"],
        height=row["height"],
        media_type=row["media_type"],
        fingerprints=tuple(bytes.fromhex(code) for code in row["fingerprints"]),
        quality=row["quality"],
    )
