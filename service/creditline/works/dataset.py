"""A training set: an ordered list of work ids, its Merkle root, and the manifest that lists it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from creditline import canonical, merkle
from creditline.errors import Invalid
from creditline.ids import WorkId, bytes32
from creditline.text import require_line

TYPE = "creditline/dataset/1"
WORKS_MAX = 500_000
NAME_MAX = 200
DATASET_BYTES_MAX = 64 * 1024 * 1024


@dataclass(frozen=True)
class Dataset:
    """`works` stand in ascending order of their ids; a position in it is a position in the tree."""

    name: str
    works: tuple[WorkId, ...]

    def __post_init__(self) -> None:
        require_line(self.name, "The name of a data set", NAME_MAX)
        if not 1 <= len(self.works) <= WORKS_MAX:
            raise Invalid(
                f"A data set holds 1 to {WORKS_MAX:,} works, not {len(self.works)}.",
                "Split it, or add works.",
            )
        if list(self.works) != sorted(set(self.works)):
            raise Invalid(
                "The works of a data set are not in ascending order, each once.", "Sort them by id."
            )

    def tree(self) -> merkle.Tree:
        return merkle.Tree([merkle.dataset_leaf(work) for work in self.works])

    def manifest(self) -> bytes:
        root = "0x" + self.tree().root.hex()
        return canonical.encode({"type": TYPE, "name": self.name, "root": root, "works": list(self.works)})


def compose_dataset(name: str, works: Iterable[WorkId]) -> Dataset:
    return Dataset(name, tuple(sorted(set(works))))


def read_dataset(data: bytes) -> Dataset:
    """Raises `Invalid` unless the manifest is canonical and its root follows from its works."""
    document = canonical.decode(data)
    try:
        if document["type"] != TYPE:
            raise Invalid(f"Unknown data set type {document['type']!r}.", f"This version reads {TYPE}.")
        dataset = Dataset(str(document["name"]), tuple(WorkId(bytes32(work)) for work in document["works"]))
    except (KeyError, TypeError) as error:
        raise Invalid(
            f"The data set manifest is malformed: {error!r}.", f"Compare it with a {TYPE} manifest."
        ) from error
    if dataset.manifest() != data:
        raise Invalid(
            "The data set's root does not follow from its works.", "Ask its developer for the original."
        )
    return dataset
