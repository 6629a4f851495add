"""The generated images of the story, each with its truth: which works it is made of, and how much of each."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from creditline.demo.gallery import Exhibit, Gallery

SEED = 20261123
COLLAGES = (2, 3, 4, 2, 3, 4, 3, 2)
MOSAICS = 3
MOSAIC_WORKS = 120
OUTSIDE = (2, 3)
STRANGE = 2
YEN = 10**6


@dataclass(frozen=True)
class Shot:
    """One generated image. `truth` is parts per million by picture key, of what was in the training set only."""

    id: str
    kind: str
    png: bytes
    truth: dict[str, int]
    revenue: int
    path: Path


@dataclass(frozen=True)
class _Order:
    kind: str
    sources: Sequence[Exhibit]
    seed: int


def shoot(gallery: Gallery, folder: Path, progress: Callable[[int, int], None]) -> list[Shot]:
    """Make the images, or read those that were made before. Always the same ones."""
    folder.mkdir(parents=True, exist_ok=True)
    orders = list(_orders(gallery))
    shots = []
    for number, order in enumerate(orders, 1):
        shots.append(_shoot(order, number, folder))
        progress(number, len(orders))
    return shots


def _orders(gallery: Gallery) -> Iterator[_Order]:
    chooser = random.Random(SEED)  # noqa: S311 - a repeatable choice, not a secret
    for number, count in enumerate(COLLAGES):
        yield _Order("collage", chooser.sample(gallery.works, count), SEED + number)
    for number in range(MOSAICS):
        yield _Order("mosaic", chooser.sample(gallery.works, MOSAIC_WORKS), SEED + 100 + number)
    for number, count in enumerate(OUTSIDE):
        yield _Order("outside", chooser.sample(gallery.outsiders, count), SEED + 200 + number)
    yield _Order("strange", chooser.sample(gallery.strangers, STRANGE), SEED + 300)


def _shoot(order: _Order, number: int, folder: Path) -> Shot:
    sources = {exhibit.key: exhibit.png for exhibit in order.sources}
    id_ = f"{number:02}-{order.kind}"
    path, note = folder / f"{id_}.png", folder / f"{id_}.json"
    if not note.exists():
        png, truth = _generate(order, sources)
        path.write_bytes(png)
        note.write_text(json.dumps({"sha256": hashlib.sha256(png).hexdigest(), "truth": truth}), "utf-8")
    kept = json.loads(note.read_text("utf-8"))
    trained = kept["truth"] if order.kind in ("collage", "mosaic") else {}
    # Whole basis points: what each party gets then does not depend on the order in which the images are settled.
    revenue = 120 * YEN + number * 7_310_000
    return Shot(f"story-{id_}", order.kind, path.read_bytes(), trained, revenue, path)


def _generate(order: _Order, sources: Mapping[str, bytes]) -> tuple[bytes, dict[str, int]]:
    from creditline.demo.generator import NOTHING, collage, mosaic

    made = mosaic(sources, order.seed) if order.kind == "mosaic" else collage(sources, order.seed)
    return made.png, {key: part for key, part in made.truth.items() if key != NOTHING}
