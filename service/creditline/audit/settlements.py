"""Settled images: every paid share follows from a published report, and every paid work was trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from creditline import canonical
from creditline.attribution import report as reports
from creditline.attribution.report import Report
from creditline.audit.account import PoolAccount
from creditline.audit.book import Book, place_of, subject_of
from creditline.audit.datasets import Datasets
from creditline.audit.documents import Documents, parse
from creditline.audit.evidence import Event
from creditline.audit.sampling import Sampling
from creditline.audit.step import Check, Step, Wrong, examine, require
from creditline.audit.works import PICTURE_BYTES_MAX
from creditline.ids import Bytes32, DatasetId
from creditline.royalties.epoch import INDEX_BITS
from creditline.royalties.receipt import pack_shares


class Settlements:
    """Holds each `Settled` against its report. The amounts are the ledger's to recompute."""

    def __init__(
        self,
        book: Book,
        documents: Documents,
        datasets: Datasets,
        sampling: Sampling,
        is_base_pool: Callable[[PoolAccount], bool],
    ) -> None:
        self._is_base_pool = is_base_pool
        self._book = book
        self._documents = documents
        self._datasets = datasets
        self._sampling = sampling
        self._last: tuple[Bytes32, Report] | None = None

    def examine(self, event: Event) -> Iterator[Step]:
        subject, place = subject_of(event), place_of(event)
        step = examine(Check.SETTLEMENTS, subject, place, lambda: self._check(event))
        yield step
        if step.ok and self._sampling.draws(event.args["outputHash"]):
            yield examine(Check.PICTURES, subject, place, lambda: self._check_picture(event))

    def read_report(self, event: Event) -> Report:
        """The report that the chain names, well formed. Raises `Invalid`, `Wrong` and `Unavailable`."""
        digest: Bytes32 = event.args["reportHash"]
        # Reading one takes most of an audit's time, and each is asked for twice in a row.
        if self._last is None or self._last[0] != digest:
            data = self._documents.fetch_block(digest, reports.BYTES_MAX)
            self._last = (digest, parse("report", lambda text: reports.read(canonical.decode(text)), data))
        return self._last[1]

    def fetch_output(self, event: Event, report: Report) -> bytes:
        """The generated picture."""
        cid = (report.usage or {}).get("picture")
        if not isinstance(cid, str):
            raise Wrong("its report does not say where the picture is")
        return self._documents.fetch_picture(cid, event.args["outputHash"], PICTURE_BYTES_MAX)

    def _check(self, event: Event) -> str:
        pool = self._book.ledger.pools.get(event.args["poolId"])
        if pool is None:
            raise Wrong("its pool was never opened")
        require(not self._is_base_pool(pool), "a base pool pays nobody but by distributions")
        report = self.read_report(event)
        _check_usage(event, report)
        self._check_model(pool, report)
        self._check_works(report)
        _check_shares(event, report)
        first = pool.outputs.get(event.args["outputHash"], event.args["nonce"])
        again = first != event.args["nonce"]
        return f"the same picture was settled before, as image {first}" if again else ""

    def _check_model(self, pool: PoolAccount, report: Report) -> None:
        named = pool.params.model_id
        require(report.model == named, f"its report is about another model, {report.model}")
        model = self._book.registry.models.get(named)
        if model is None:
            raise Wrong(f"its model {named} was never registered")
        followed = report.policy == model.algorithm
        require(
            followed, f"its report follows the policy {report.policy}, and the model's is {model.algorithm}"
        )
        looked = sorted(report.datasets) == sorted(model.datasets)
        require(looked, "its report does not look at the data sets of the model, each once")

    def _check_works(self, report: Report) -> None:
        for finding in report.works:
            there = self._datasets.stands_at(finding.work, _dataset(finding.dataset), finding.index)
            place = f"{finding.index} of data set {finding.dataset}"
            require(there, f"it pays work {finding.work}, which does not stand at {place}")

    def _check_picture(self, event: Event) -> str:
        self.fetch_output(event, self.read_report(event))
        return ""


def _check_usage(event: Event, report: Report) -> None:
    args: Any = event.args
    usage = report.usage or {}
    expected = [("pool", args["poolId"]), ("revenue", str(args["revenue"]))]
    if args["nonce"] >> INDEX_BITS == 0:
        # A receipt of an epoch that is settled as a cheque has a number that is younger than its report.
        expected.append(("nonce", str(args["nonce"])))
    for field, value in expected:
        said = usage.get(field)
        require(said == value, f"its report says {field} {str(said)[:80]!r}, and the chain {value}")
    deadline = usage.get("deadline")
    in_time = isinstance(deadline, int) and deadline >= event.block_time
    require(in_time, f"it was settled after the deadline {str(deadline)[:20]!r} of its report")
    pictured = report.picture.content_hash
    require(pictured == args["outputHash"], f"its report is of another picture, {pictured}")


def _check_shares(event: Event, report: Report) -> None:
    split = reports.recompute_shares(report)
    for finding in report.works:
        due = split.shares[finding.work]
        require(
            finding.share == due,
            f"work {finding.work} has a share of {finding.share}, and the evidence gives {due}",
        )
    # The rest is unattributed: a report whose parts do not add up would not have been read.
    paid = [str(work) for work in event.args["workIds"]]
    require(paid == [finding.work for finding in report.works], "it pays other works than its report names")
    packed = pack_shares([finding.share for finding in report.works])
    require(event.args["weights"] == packed, "it pays other weights than the shares of its report")


def _dataset(name: str) -> DatasetId:
    return DatasetId(Bytes32(name))  # spelled as the chain spells it, or the report would not have been read
