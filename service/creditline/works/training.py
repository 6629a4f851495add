"""Composing a training set out of registered works, failing closed: a work that may not be learned from is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from creditline.errors import Conflict, Missing
from creditline.ids import Bytes32, WorkId
from creditline.works.catalogue import RegisteredWork
from creditline.works.dataset import Dataset, compose_dataset
from creditline.works.terms import Training

FindWorks = Callable[[Sequence[WorkId]], Mapping[WorkId, RegisteredWork]]
WasOptedOut = Callable[[Sequence[WorkId], int], set[WorkId]]


def compose_training_set(
    name: str, ids: Sequence[WorkId], find_works: FindWorks, was_opted_out: WasOptedOut, cutoff: int
) -> Dataset:
    """Raises `Missing` for works not registered, `Conflict` for reserved works and for second copies of the same pixels."""
    works = find_works(ids)
    if unknown := [id_ for id_ in ids if id_ not in works]:
        raise Missing(
            f"{_some(unknown)} not registered.", "Register them first, and wait until that is final."
        )
    opted_out = was_opted_out(ids, cutoff)
    forbidden = {work.id for work in works.values() if work.training is Training.FORBIDDEN}
    if reserved := sorted(opted_out | forbidden):
        raise Conflict(f"{_some(reserved)} reserved by their creators against training.", "Leave them out.")
    if copies := _later_copies(list(works.values())):
        raise Conflict(
            f"{_some(copies)} equal, pixel by pixel, to works of this set that were registered earlier.",
            "Leave them out.",
        )
    return compose_dataset(name, ids)


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
