"""One page of a long list, and the opaque cursor to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page(Generic[Item]):
    """`next` is None on the last page."""

    items: tuple[Item, ...]
    next: str | None
