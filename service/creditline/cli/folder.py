"""A folder of pictures as works to register."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from creditline.client.client import NewWork
from creditline.errors import Invalid
from creditline.works.batch import WORKS_MAX

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}


def read_folder(path: Path, author: str) -> list[NewWork]:
    """Every picture below `path`, or `path` itself; the file name is the title. The same bytes count once.

    Raises `Invalid` for a path without pictures, or with more than one signature can cover.
    """
    works = {work.content_hash: work for work in _read(path, author)}
    if not works:
        raise Invalid(f"There is no picture in {path}.", f"Looked for {', '.join(sorted(SUFFIXES))}.")
    if len(works) > WORKS_MAX:
        raise Invalid(f"{path} holds {len(works)} pictures.", f"Register at most {WORKS_MAX} at a time.")
    return list(works.values())


def _read(path: Path, author: str) -> Iterator[NewWork]:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        if file.is_file() and file.suffix.lower() in SUFFIXES:
            yield NewWork(
                file.read_bytes(), file.stem.replace("_", " ").replace("-", " ").strip() or file.name, author
            )
