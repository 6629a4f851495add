"""An epoch on trial: what the chain says of it, what was published of it, and what the registries know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from creditline.audit.registry import ModelEntry
from creditline.ids import Address, DatasetId, PoolId, WorkId
from creditline.royalties.closing import Closing
from creditline.royalties.epoch import Epoch
from creditline.royalties.pool import PoolParams
from creditline.royalties.receipt import Receipt
from creditline.typed_data import Domain


@dataclass(frozen=True)
class PostedEpoch:
    """`epoch` is what was posted, `closing` what was published. The two need not agree."""

    number: int
    epoch: Epoch
    closing: Closing


class Facts(Protocol):
    """What the contract would find out for itself, at the block that the audit looks at."""

    def payee_at(self, work: WorkId, second: int) -> Address | None:
        """None where the registry does not know the work by then."""

    def works_of(self, dataset: DatasetId) -> Sequence[WorkId]:
        """The works of a registered data set, in order. Raises `Unavailable` where they cannot be had."""

    def nonce_used(self, nonce: int) -> bool:
        """Has a receipt of the pool with that nonce been settled directly?"""

    def has_code(self, who: Address) -> bool:
        """Is `who` a contract, whose answer about a signature may change?"""


@dataclass(frozen=True)
class Trial:
    """`earlier` are the epochs of the pool before, in order, without void ones. `receipts` are what a holder brings along."""

    pool_id: PoolId
    params: PoolParams
    domain: Domain
    model: ModelEntry
    posted: PostedEpoch
    earlier: Sequence[PostedEpoch]
    facts: Facts
    receipts: Sequence[Receipt] = field(default=())

    @property
    def number(self) -> int:
        return self.posted.number

    @property
    def closing(self) -> Closing:
        return self.posted.closing

    @property
    def previous(self) -> PostedEpoch | None:
        return self.earlier[-1] if self.earlier else None
