"""Composing a training set out of registered works, failing closed: a work that may not be learned from is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from creditline.errors import Conflict, Missing
from creditline.ids import Bytes32, WorkId
from creditline.works.catalogue import RegisteredWork
from creditline.works.dataset import Dataset, compose_dataset
from creditline.works.terms import Training


def compose_training_set(
    name: str, ids: Sequence[WorkId], find: Callable[[WorkId], RegisteredWork | None], cutoff: int
) -> Dataset:
    """Raises `Missing` for works not registered, `Conflict` for reserved works and for second copies of the same pixels."""
    works = {id_: find(id_) for id_ in ids}
    if unknown := [id_ for id_, work in works.items() if work is None]:
        raise Missing(
            f"{_some(unknown)} not registered.", "Register them first, and wait until that is final."
        )
    known = [work for work in works.values() if work is not None]
    if reserved := [work.id for work in known if _is_reserved(work, cutoff)]:
        raise Conflict(f"{_some(reserved)} reserved by their creators against training.", "Leave them out.")
    if copies := _later_copies(known):
        raise Conflict(
            f"{_some(copies)} copies of works in this set that were registered earlier.",
            "Leave the copies out.",
        )
    return compose_dataset(name, ids)


def _is_reserved(work: RegisteredWork, cutoff: int) -> bool:
    opted_out = work.opted_out_at is not None and work.opted_out_at <= cutoff
    return opted_out or work.training is Training.FORBIDDEN


def _later_copies(works: Sequence[RegisteredWork]) -> list[WorkId]:
    """Works whose pixels another work of the set holds that was registered before: they would be paid for nothing new."""
    first: dict[Bytes32, WorkId] = {}
    for work in sorted(works, key=lambda work: (work.registered_at, work.id)):
        first.setdefault(work.pixel_hash, work.id)
    return [work.id for work in works if first[work.pixel_hash] != work.id]


def _some(ids: Sequence[WorkId]) -> str:
    shown = ", ".join(ids[:5])
    more = f" and {len(ids) - 5} more" if len(ids) > 5 else ""
    return f"{shown}{more} {'is' if len(ids) == 1 else 'are'}"
