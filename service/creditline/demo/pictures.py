"""The pictures of the demonstration: OpenMoji, drawn by many named authors, CC BY-SA 4.0.

One selection serves the whole story. `works` are registered and the demo model learned from them. `outsiders` are
registered but the model never saw them. `strangers` are never registered; `withheld` neither, and they appear in no
story, so that the gate's error rate is measured on pictures that nothing else was tuned with. The four groups share
no series (OpenMoji's subgroups): members of a series share whole parts, and a fox is no fair test against a fox.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pdqhash
import resvg_py

from creditline.attribution import fingerprints
from creditline.errors import Misconfigured

LICENCE = "CC-BY-SA-4.0"
SIDE = 480
WORKS = 540
PER_AUTHOR_MAX = 30

# Two pictures closer than this show the same thing to a reader of the gallery.
_NEAR_BITS = 72
_PROBE_SIDE = 96

_OUTSIDE_SERIES = ("musical-instrument", "plant-flower", "drink", "award-medal", "tool")
_STRANGE_SERIES = ("sky-weather", "animal-bug", "person-fantasy", "hotel", "transport-water")
_WITHHELD_SERIES = (
    "person-role", "person-activity", "person-sport", "person-gesture", "person", "body-parts", "hand-prop",
    "hand-fingers-open", "face-costume", "face-hat", "emotion", "ui-element", "healthcare", "interaction", "people",
    "smileys-emotion", "religion", "medical", "light-video", "office", "mail", "writing", "phone",
    "science", "hand-single-finger", "hand-fingers-partial",
)  # fmt: skip
# Flags, clocks, letters and signs are one drawing many times over; brands belong to others; the rest borrows whole
# parts from works (a bowl, a nave, a cat's head), so that it is neither a stranger nor a work of its own.
_UNUSED_SERIES = (
    "time", "place-map", "brand", "queer-symbols", "symbol-other", "regional-indicator", "subdivision-flag",
    "emergency", "cat-face", "monkey-face", "gardening", "technology", "food-asian", "place-religious",
)  # fmt: skip
_WORK_GROUPS = (
    "animals-nature", "food-drink", "travel-places", "activities", "objects", "extras-openmoji", "extras-unicode",
)  # fmt: skip


@dataclass(frozen=True)
class Artwork:
    """One drawing: its Unicode code, title, author, series, and the SVG file it is drawn from."""

    code: str
    title: str
    author: str
    series: str
    path: Path


@dataclass(frozen=True)
class Selection:
    """Who plays which part. The four groups are disjoint."""

    works: tuple[Artwork, ...]
    outsiders: tuple[Artwork, ...]
    strangers: tuple[Artwork, ...]
    withheld: tuple[Artwork, ...]


def select(folder: Path) -> Selection:
    """Cast the pictures of an unpacked `openmoji` package, always in the same way. Takes a few seconds.

    Raises `Misconfigured` when the folder holds no OpenMoji.
    """
    catalogue = folder / "data" / "openmoji.json"
    if not catalogue.is_file():
        raise Misconfigured(f"There is no OpenMoji in {folder}.", "Run npm ci in the project's root.")
    drawings = [_read(row, folder) for row in json.loads(catalogue.read_text("utf-8")) if _is_plain(row)]
    seen = _Gallery()
    outsiders = _cast(drawings, seen, lambda art: art.series in _OUTSIDE_SERIES, 30, 6)
    strangers = _cast(drawings, seen, lambda art: art.series in _STRANGE_SERIES, 60, 20)
    withheld = _cast(drawings, seen, lambda art: art.series in _WITHHELD_SERIES, 300, 60)
    taken = {*_OUTSIDE_SERIES, *_STRANGE_SERIES, *_WITHHELD_SERIES, *_UNUSED_SERIES}
    works = _cast(drawings, seen, lambda art: art.series not in taken, WORKS, PER_AUTHOR_MAX)
    return Selection(works, outsiders, strangers, withheld)


def render(artwork: Artwork) -> bytes:
    """Draw on white, `SIDE` pixels square. The same PNG bytes each time."""
    return _draw(artwork, SIDE)


def render_all(
    artworks: Iterable[Artwork], progress: Callable[[int], None] = lambda _done: None
) -> Iterator[tuple[Artwork, bytes]]:
    """Draw one after another; `progress` hears how many are done."""
    for done, artwork in enumerate(artworks, start=1):
        yield artwork, render(artwork)
        progress(done)


class _Gallery:
    """Everything cast so far, by fingerprint."""

    def __init__(self) -> None:
        self._codes: list[bytes] = []

    def admit(self, artwork: Artwork) -> bool:
        """Whether it looks unlike all others; from then on it counts as one of them."""
        codes = _fingerprints(artwork)
        if any(fingerprints.nearest(other, codes) < _NEAR_BITS for other in self._codes):
            return False
        self._codes.append(codes[0])
        return True


def _cast(
    drawings: list[Artwork], seen: _Gallery, fits: Callable[[Artwork], bool], count: int, per_author: int
) -> tuple[Artwork, ...]:
    """Take up to `count`, round by round over the authors, so that everyone is heard before anyone is heard twice."""
    queues: dict[str, list[Artwork]] = {}
    for artwork in drawings:
        if fits(artwork):
            queues.setdefault(artwork.author, []).append(artwork)
    chosen: list[Artwork] = []
    held: Counter[str] = Counter()
    while queues and len(chosen) < count:
        for author in list(queues):
            artwork = queues[author].pop(0)
            if not queues[author]:
                del queues[author]
            if held[author] < per_author and len(chosen) < count and seen.admit(artwork):
                chosen.append(artwork)
                held[author] += 1
    return tuple(chosen)


def _is_plain(row: dict[str, Any]) -> bool:
    """A skin tone or a combination of people is a variant of a picture that is cast already."""
    used = (
        row["subgroups"] in {*_OUTSIDE_SERIES, *_STRANGE_SERIES, *_WITHHELD_SERIES}
        or row["group"] in _WORK_GROUPS
    )
    return used and not row["skintone"] and "\u200d" not in row["emoji"]


def _read(row: dict[str, Any], folder: Path) -> Artwork:
    path = folder / "color" / "svg" / f"{row['hexcode']}.svg"
    return Artwork(row["hexcode"], row["annotation"], row["openmoji_author"], row["subgroups"], path)


def _fingerprints(artwork: Artwork) -> tuple[bytes, ...]:
    import cv2

    pixels = cv2.imdecode(np.frombuffer(_draw(artwork, _PROBE_SIDE), np.uint8), cv2.IMREAD_COLOR_RGB)
    vectors, _quality = pdqhash.compute_dihedral(pixels)
    return tuple(np.packbits(vector).tobytes() for vector in vectors)


def _draw(artwork: Artwork, side: int) -> bytes:
    return bytes(
        resvg_py.svg_to_bytes(
            svg_path=str(artwork.path),
            width=side,
            height=side,
            dpi=96,
            background="#ffffff",
            skip_system_fonts=True,
        )
    )
