"""What the logs say of works, batches, data sets and models.

Each method takes one event, and raises `Wrong` for one that the contract cannot have emitted after the ones before: then
the node left something out, or made something up. Names and fields are those of the contracts' interfaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from creditline import ids
from creditline.audit.evidence import Event
from creditline.audit.step import Place, Wrong, require
from creditline.ids import Address, Bytes32, DatasetId, ModelId, WorkId

NO_ANCHOR = Bytes32("0x" + "0" * 64)


@dataclass
class Work:
    """A work on chain. `opt_outs` are its changes of mind about training, `payees` those who were named later, in order."""

    id: WorkId
    creator: Address
    content_hash: Bytes32
    record_hash: Bytes32
    terms_hash: Bytes32
    first_payee: Address
    payee: Address
    at: int
    anchor: Bytes32
    place: Place
    opt_outs: list[tuple[int, bool]] = field(default_factory=list)
    payees: list[tuple[int, Address]] = field(default_factory=list)

    def payee_at(self, time: int) -> Address | None:
        """Equal to `WorkRegistry.payeeAt`; None before the work was registered."""
        if time < self.at:
            return None
        later = [payee for since, payee in self.payees if since <= time]
        return later[-1] if later else self.first_payee

    def opted_out(self, time: int) -> bool:
        """Equal to `WorkRegistry.optedOut`: the last word up to that second counts."""
        said = [out for at, out in self.opt_outs if at <= time]
        return bool(said) and said[-1]


@dataclass(frozen=True)
class Anchoring:
    """One announcement of a root. Anyone may announce any root again, with any manifest."""

    by: Address
    count: int
    manifest: Bytes32
    at: int
    place: Place


@dataclass(frozen=True)
class DatasetEntry:
    id: DatasetId
    by: Address
    root: Bytes32
    count: int
    cutoff: int
    manifest: Bytes32
    place: Place
    breaches: dict[WorkId, int] = field(default_factory=dict)  # proved on chain, with the index


@dataclass(frozen=True)
class ModelEntry:
    id: ModelId
    developer: Address
    weights: Bytes32
    algorithm: Bytes32
    datasets: tuple[DatasetId, ...]
    place: Place


class Registry:
    """Works by id, announcements by root, data sets and models by id, all in chain order."""

    def __init__(self) -> None:
        self.works: dict[WorkId, Work] = {}
        self.anchors: dict[Bytes32, list[Anchoring]] = {}
        self.datasets: dict[DatasetId, DatasetEntry] = {}
        self.models: dict[ModelId, ModelEntry] = {}

    def work_registered(self, event: Event, place: Place) -> None:
        args = event.args
        work = Work(
            id=args["workId"],
            creator=args["creator"],
            content_hash=args["contentHash"],
            record_hash=args["recordHash"],
            terms_hash=args["termsHash"],
            first_payee=args["payee"],
            payee=args["payee"],
            at=args["at"],
            anchor=args["anchor"],
            place=place,
        )
        require(
            work.id == ids.work_id(work.creator, work.content_hash), "its id does not follow from its claim"
        )
        require(work.id not in self.works, "it was registered before")
        if work.anchor == NO_ANCHOR:
            require(work.at == event.block_time, "it is not dated by its block")
        else:
            require(work.anchor in self.anchors, f"its batch {work.anchor} was never anchored")
            require(work.at == self.anchors[work.anchor][0].at, "it is not dated by its batch")
        self.works[work.id] = work

    def anchored(self, event: Event, place: Place) -> None:
        args = event.args
        earlier = self.anchors.get(args["root"], [])
        first_at = earlier[0].at if earlier else event.block_time
        require(args["at"] == first_at, "it is not dated by its first block")
        anchoring = Anchoring(args["by"], args["count"], args["manifest"], args["at"], place)
        self.anchors.setdefault(args["root"], []).append(anchoring)

    def payee_set(self, event: Event, _: Place) -> None:
        work = self._work(event)
        work.payee = event.args["payee"]
        work.payees.append((event.block_time, work.payee))

    def training_opt_out_set(self, event: Event, _: Place) -> None:
        work, out = self._work(event), event.args["out"]
        require(event.args["at"] == event.block_time, "its opt-out is not dated by its block")
        require(out != (bool(work.opt_outs) and work.opt_outs[-1][1]), "its opt-out changes nothing")
        work.opt_outs.append((event.args["at"], out))

    def work_changed(self, event: Event, _: Place) -> None:
        """Offered or transferred rights and new terms: they move no money, a new payee is announced apart."""
        self._work(event)

    def dataset_registered(self, event: Event, place: Place) -> None:
        args = event.args
        facts = (args["by"], args["root"], args["count"], args["cutoff"], args["manifest"])
        by, root, count, cutoff, manifest = facts
        named = ids.dataset_id(by, ids.raw(root), count, cutoff, ids.raw(manifest))
        require(args["datasetId"] == named, "its id does not follow from its claim")
        require(named not in self.datasets, "it was registered before")
        self.datasets[named] = DatasetEntry(named, *facts, place)

    def model_registered(self, event: Event, place: Place) -> None:
        args = event.args
        datasets: Sequence[DatasetId] = args["datasetIds"]
        named = ids.model_id(args["developer"], args["weightsHash"], args["algorithmHash"], list(datasets))
        require(args["modelId"] == named, "its id does not follow from its claim")
        require(named not in self.models, "it was registered before")
        unknown = [dataset for dataset in datasets if dataset not in self.datasets]
        require(not unknown, f"its data set {unknown[:1]} was never registered")
        require(list(datasets) == sorted(set(datasets)), "its data sets do not ascend")
        self.models[named] = ModelEntry(
            named, args["developer"], args["weightsHash"], args["algorithmHash"], tuple(datasets), place
        )

    def opt_out_breached(self, event: Event, _: Place) -> None:
        args = event.args
        dataset = self.datasets.get(args["datasetId"])
        work = self.works.get(args["workId"])
        if dataset is None or work is None:
            raise Wrong(f"work {args['workId']} or the data set was never registered")
        require(work.opted_out(dataset.cutoff), f"work {work.id} was not opted out at the cutoff")
        require(work.id not in dataset.breaches, f"the breach of {work.id} was proved before")
        dataset.breaches[work.id] = args["index"]

    def _work(self, event: Event) -> Work:
        work_id = event.args["workId"]
        require(work_id in self.works, "it changed before it was registered")
        return self.works[work_id]
