"""Epochs that stand: what was published gives what was posted, nothing in it can be objected to, and every share has its report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creditline.audit.account import Epoch, PoolAccount
from creditline.audit.book import Book
from creditline.audit.datasets import Datasets
from creditline.audit.distributions import Distributions
from creditline.audit.documents import Documents, parse_rows
from creditline.audit.evidence import Chain
from creditline.audit.objections import objections, unpublished
from creditline.audit.registry import ModelEntry
from creditline.audit.settlements import Settlements
from creditline.audit.step import Check, Step, Wrong, examine, require
from creditline.audit.trial import PostedEpoch, Trial
from creditline.errors import CreditlineError, Unavailable
from creditline.ids import Address, DatasetId, WorkId
from creditline.royalties.epoch import nonce_of
from creditline.royalties.epoch_document import EPOCH_BYTES_MAX, read_epoch
from creditline.royalties.leaves import ReportLeaf
from creditline.royalties.receipt import Receipt
from creditline.typed_data import ledger_domain

NAMED_MAX = 3


@dataclass(frozen=True)
class Image:
    """One report of an epoch, in the shape of the event that would have settled it directly."""

    args: Mapping[str, Any]
    block_number: int
    log_index: int
    name: str = "Reported"
    block_time: int = 0  # a receipt that is past its deadline still belongs into its epoch
    tx_hash: str = ""


class Trials:
    """Reads the document of each epoch once."""

    def __init__(
        self,
        chain: Chain,
        book: Book,
        documents: Documents,
        datasets: Datasets,
        settlements: Settlements,
        distributions: Distributions,
    ) -> None:
        self._chain = chain
        self._book = book
        self._documents = documents
        self._datasets = datasets
        self._settlements = settlements
        self._distributions = distributions
        self._domain = ledger_domain(chain.deployment.chain_id, chain.deployment.ledger)
        self._read: dict[str, PostedEpoch] = {}

    def examine(self, pool: PoolAccount) -> Iterator[Step]:
        """Every epoch that stands, and every image in it."""
        for entry in standing(pool):
            yield from self.examine_epoch(pool, entry)

    def examine_epoch(self, pool: PoolAccount, entry: Epoch) -> Iterator[Step]:
        subject = f"the leaves of epoch {entry.n} of pool {pool.id}"
        step = examine(Check.EPOCHS, subject, entry.place, lambda: self._check(pool, entry))
        yield step
        if not step.ok:
            return
        kind = examine(Check.POOLS, f"pool {pool.id}", entry.place, lambda: self._ask_kind(pool))
        if not kind.ok:
            yield kind
        elif self._distributions.is_base(pool):
            shared = f"the distribution of epoch {entry.n} of pool {pool.id}"
            yield examine(
                Check.SETTLEMENTS, shared, entry.place, lambda: self._check_distribution(pool, entry)
            )
        for image in self.images(pool, entry):
            yield from self._settlements.examine(image)

    def images(self, pool: PoolAccount, entry: Epoch) -> list[Image]:
        """The reports of an epoch that could be read; none of one that could not, or of a distribution, which shows none."""
        posted = self._read.get(entry.hash())
        if posted is None or self._shows_none(pool):
            return []
        leaves = enumerate(posted.closing.reports)
        return [_image(pool, entry, index, leaf) for index, leaf in leaves if leaf]

    def _ask_kind(self, pool: PoolAccount) -> str:
        self._distributions.is_base(pool)
        return ""

    def _shows_none(self, pool: PoolAccount) -> bool:
        """Of a pool that may be a base pool and could not be asked, nothing is said but that."""
        try:
            return self._distributions.is_base(pool)
        except CreditlineError:
            return True

    def _check_distribution(self, pool: PoolAccount, entry: Epoch) -> str:
        return self._distributions.check(pool, entry, self._posted(pool, entry).closing)

    def trial(self, pool: PoolAccount, number: int, receipts: Sequence[Receipt] = ()) -> Trial:
        """Raises `Wrong` for an epoch that does not stand or whose document is malformed, `Unavailable` where it cannot be had."""
        entries = {entry.n: entry for entry in standing(pool)}
        if number not in entries:
            raise Wrong(f"epoch {number} of pool {pool.id} was never posted, or is void")
        posted, *earlier = [self._posted(pool, entries[n]) for n in range(number, 0, -1)]
        model = self._book.registry.models.get(pool.params.model_id)
        if model is None:
            raise Wrong(f"its model {pool.params.model_id} was never registered")
        facts = _Facts(self._chain, self._book, self._datasets, pool, model)
        return Trial(
            pool.id, pool.params, self._domain, model, posted, tuple(reversed(earlier)), facts, receipts
        )

    def _check(self, pool: PoolAccount, entry: Epoch) -> str:
        trial = self.trial(pool, entry.n)
        found = [objection.what for objection in objections(trial)]
        more = f", and {len(found) - NAMED_MAX} more" if len(found) > NAMED_MAX else ""
        require(not found, "; ".join(found[:NAMED_MAX]) + more)
        hidden = unpublished(trial)
        require(not hidden, f"the roots of its {hidden} do not follow from what was published")
        return ""

    def _posted(self, pool: PoolAccount, entry: Epoch) -> PostedEpoch:
        if entry.hash() not in self._read:
            data = self._documents.fetch(entry.data, EPOCH_BYTES_MAX)
            document = parse_rows("epoch", lambda text: read_epoch(text, self._domain, pool.id), data)
            self._read[entry.hash()] = PostedEpoch(entry.n, entry, document.closing)
        return self._read[entry.hash()]


@dataclass(frozen=True)
class _Facts:
    """Implements `trial.Facts` out of the logs."""

    chain: Chain
    book: Book
    datasets: Datasets
    pool: PoolAccount
    model: ModelEntry

    def payee_at(self, work: WorkId, second: int) -> Address | None:
        known = self.book.registry.works.get(work)
        return known.payee_at(second) if known else None

    def works_of(self, dataset: DatasetId) -> Sequence[WorkId]:
        try:
            return self.datasets.find(dataset).works
        except Wrong as fault:
            raise Unavailable(
                f"Data set {dataset} cannot be read: {fault}.", "Ask another gateway."
            ) from fault

    def nonce_used(self, nonce: int) -> bool:
        return nonce in self.pool.nonces

    def has_code(self, who: Address) -> bool:
        return self.chain.has_code(who)


def standing(pool: PoolAccount) -> list[Epoch]:
    """The epochs of a pool that are not void, in order."""
    return [entry for entry in pool.epochs if not entry.voided_by]


def _image(pool: PoolAccount, entry: Epoch, index: int, leaf: ReportLeaf) -> Image:
    args = {
        "poolId": pool.id,
        "nonce": nonce_of(entry.n, index),
        "outputHash": leaf.output_hash,
        "reportHash": leaf.report_hash,
        "revenue": leaf.revenue,
        "weights": leaf.weights,
        "workIds": list(leaf.work_ids),
    }
    return Image(args, entry.place.block, entry.place.log_index)
