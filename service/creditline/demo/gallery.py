"""The rendered pictures of the story, kept on disk so that a second run need not draw them again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

GROUPS = ("works", "outsiders", "strangers")


@dataclass(frozen=True)
class Exhibit:
    """One picture: its key among all, title, author, and PNG bytes."""

    key: str
    title: str
    author: str
    png: bytes


@dataclass(frozen=True)
class Gallery:
    """`works` are registered and trained on, `outsiders` registered only, `strangers` neither."""

    works: tuple[Exhibit, ...]
    outsiders: tuple[Exhibit, ...]
    strangers: tuple[Exhibit, ...]

    @property
    def registered(self) -> tuple[Exhibit, ...]:
        return self.works + self.outsiders

    @property
    def authors(self) -> list[str]:
        return sorted({exhibit.author for exhibit in self.registered})


def open_gallery(folder: Path, openmoji: Path, progress: Callable[[int, int], None]) -> Gallery:
    """Read the kept pictures, or draw and keep them. `progress` hears how many of how many are done."""
    index = folder / "index.json"
    if not index.exists():
        _draw(folder, openmoji, progress)
    rows = json.loads(index.read_text("utf-8"))
    groups = {group: tuple(_read(folder, row) for row in rows if row["group"] == group) for group in GROUPS}
    return Gallery(**groups)


def _read(folder: Path, row: dict[str, str]) -> Exhibit:
    return Exhibit(row["key"], row["title"], row["author"], (folder / f"{row['key']}.png").read_bytes())


def _draw(folder: Path, openmoji: Path, progress: Callable[[int, int], None]) -> None:
    """The index is written last: a run that is killed midway draws again."""
    from creditline.demo.pictures import render, select

    folder.mkdir(parents=True, exist_ok=True)
    selection = select(openmoji)
    cast = [(group, artwork) for group in GROUPS for artwork in getattr(selection, group)]
    rows = []
    for done, (group, artwork) in enumerate(cast, 1):
        (folder / f"{artwork.code}.png").write_bytes(render(artwork))
        rows.append({"group": group, "key": artwork.code, "title": artwork.title, "author": artwork.author})
        progress(done, len(cast))
    draft = folder / "index.part"
    draft.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    draft.replace(folder / "index.json")
