"""Training sets: the manifest gives the root on chain, and every work in it is somebody's dated claim."""

from __future__ import annotations

import json
from collections.abc import Collection

from creditline.audit.anchors import Anchors
from creditline.audit.documents import Documents, parse
from creditline.audit.registry import DatasetEntry, Registry
from creditline.audit.step import Check, Step, Wrong, examine, require
from creditline.errors import CreditlineError, Unavailable
from creditline.ids import DatasetId, WorkId
from creditline.works.dataset import DATASET_BYTES_MAX, Dataset, read_dataset

NAMED_MAX = 5


class Datasets:
    """Reads each data set once. `works_max` bounds the memory that manifests of strangers can take."""

    def __init__(self, documents: Documents, registry: Registry, works_max: int) -> None:
        self._documents = documents
        self._registry = registry
        self._works_left = works_max
        self._read: dict[DatasetId, Dataset | Wrong | CreditlineError] = {}

    def find(self, name: DatasetId) -> Dataset:
        """A data set that is what the chain says. Raises `Wrong`, `Invalid` or `Unavailable`, each time the same."""
        if name not in self._read:
            self._read[name] = self._try_to_read(name)
        found = self._read[name]
        if isinstance(found, Dataset):
            return found
        raise found.with_traceback(None)  # else each time would add to what the last one kept

    def works_of(self, names: Collection[DatasetId]) -> set[WorkId]:
        """The works of those that can be read."""
        works: set[WorkId] = set()
        for name in names:
            try:
                works.update(self.find(name).works)
            except (Wrong, CreditlineError):
                continue
        return works

    def stands_at(self, work: str, name: DatasetId, index: int) -> bool:
        """Is that the work at that position? The whole tree gave the root on chain, which is more than one proof."""
        works = self.find(name).works
        return index < len(works) and works[index] == work

    def examine(self, entry: DatasetEntry, anchors: Anchors, reserved: set[WorkId], *, matters: bool) -> Step:
        return examine(
            Check.DATASETS,
            f"data set {entry.id}",
            entry.place,
            lambda: self._check(entry, anchors, reserved),
            matters=matters,
        )

    def _try_to_read(self, name: DatasetId) -> Dataset | Wrong | CreditlineError:
        entry = self._registry.datasets.get(name)
        if entry is None:
            return Wrong(f"data set {name} was never registered")
        if entry.count > self._works_left:
            return Unavailable(f"Data set {name} has {entry.count:,} works.", "Raise the limit of works.")
        try:
            dataset = self._load(entry)
        except (Wrong, CreditlineError) as fault:
            return fault
        self._works_left -= entry.count
        return dataset

    def _load(self, entry: DatasetEntry) -> Dataset:
        data = self._documents.fetch(entry.manifest, DATASET_BYTES_MAX)
        dataset = parse("data set manifest", read_dataset, data)
        # Reading has proved that this root follows from the works.
        proved = json.loads(data)["root"]
        require(proved == entry.root, f"its manifest is that of another data set, with root {proved}")
        count = len(dataset.works)
        require(
            count == entry.count, f"it was registered with {entry.count} works and its manifest holds {count}"
        )
        return dataset

    def _check(self, entry: DatasetEntry, anchors: Anchors, reserved: set[WorkId]) -> str:
        dataset = self.find(entry.id)
        for work, index in entry.breaches.items():
            proved = index < entry.count and dataset.works[index] == work
            require(proved, f"a breach was proved for {work}, which does not stand at {index}")
        registered = self._registry.works
        unproved = [work for work in dataset.works if work not in registered and work not in anchors.claims]
        nobodys = [work for work in unproved if work not in anchors.doubted]
        if nobodys and anchors.unread:
            raise Unavailable(
                f"{_name(nobodys)} may stand in a batch whose manifest could not be had.",
                "Ask another gateway.",
            )
        require(not nobodys, f"{_name(nobodys)}, neither registered nor in a signed batch")
        remarks = [self._judge_breaches(entry, dataset)]
        if taken := [work for work in dataset.works if work in reserved]:
            remarks.append(f"it holds works whose terms forbid training: {_name(taken)}")
        if doubted := [work for work in unproved if work in anchors.doubted]:
            remarks.append(f"it holds works whose contract wallets answer otherwise today: {_name(doubted)}")
        return "; ".join(filter(None, remarks))

    def _judge_breaches(self, entry: DatasetEntry, dataset: Dataset) -> str:
        """A breach that stands on chain is the developer's known fault; one that does not is a false promise."""
        registered = self._registry.works
        breached = [
            work for work in dataset.works if work in registered and registered[work].opted_out(entry.cutoff)
        ]
        hidden = [work for work in breached if work not in entry.breaches]
        require(not hidden, f"it breaches opt-outs, which nobody has proved on chain: {_name(hidden)}")
        return f"it breaches opt-outs, proved on chain: {_name(breached)}" if breached else ""


def _name(works: list[WorkId]) -> str:
    more = f" and {len(works) - NAMED_MAX} more" if len(works) > NAMED_MAX else ""
    return f"work {', '.join(works[:NAMED_MAX])}{more}"
