"""A receipt: the operator's signed word for a usage, and a cheque that anyone holding it can settle on chain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from creditline.amounts import PARTS_PER_MILLION
from creditline.canonical import JSON
from creditline.errors import Invalid
from creditline.ids import Bytes32, PoolId, WorkId, bytes32, raw
from creditline.pages import Page
from creditline.typed_data import REPORT, REPORTS, USAGE, Domain, TypedData, typed_data

WORKS_MAX = 12
USAGE_ID_PATTERN = r"^[A-Za-z0-9._:~-]{1,200}$"
SHARE_BITS = 20
SHARE_MASK = 2**SHARE_BITS - 1


@dataclass(frozen=True)
class Usage:
    """One generation that earned something. `usage_id` is the integrator's own, `revenue` in the pool token's smallest unit."""

    pool_id: PoolId
    usage_id: str
    output_hash: Bytes32
    revenue: int

    def __post_init__(self) -> None:
        """A usage id travels in headers, paths and signatures, and must be the same text in all of them."""
        if not re.fullmatch(USAGE_ID_PATTERN, self.usage_id):
            raise Invalid(
                f"{self.usage_id[:80]!a} is no usage id.",
                "Use 1 to 200 letters, digits and . _ : ~ - of your own id of the generation.",
            )

    def typed_data(self, domain: Domain) -> TypedData:
        """What the pool's integrator signs to report it."""
        message = {
            "poolId": raw(self.pool_id),
            "usageId": self.usage_id,
            "outputHash": raw(self.output_hash),
            "revenue": self.revenue,
        }
        return typed_data(domain, "Usage", USAGE, message)


@dataclass(frozen=True)
class Receipt:
    """`shares`: a work id and its parts per million, ascending by id. `report_hash`: digest of the canonical report."""

    usage: Usage
    nonce: int
    report_hash: Bytes32
    shares: tuple[tuple[WorkId, int], ...]
    deadline: int
    signature: str = ""

    @property
    def work_ids(self) -> list[WorkId]:
        return [work for work, _ in self.shares]

    @property
    def unattributed(self) -> int:
        """Parts per million that no registered work explains."""
        return PARTS_PER_MILLION - sum(share for _, share in self.shares)

    @property
    def weights(self) -> int:
        return pack_shares([share for _, share in self.shares])

    def message(self) -> dict[str, object]:
        """The fields of `IRoyaltyLedger.Report`, with its pool."""
        return {
            "poolId": raw(self.usage.pool_id),
            "nonce": self.nonce,
            "outputHash": raw(self.usage.output_hash),
            "reportHash": raw(self.report_hash),
            "revenue": self.usage.revenue,
            "weights": self.weights,
            "workIds": [raw(work) for work in self.work_ids],
            "deadline": self.deadline,
        }

    def typed_data(self, domain: Domain) -> TypedData:
        return typed_data(domain, "Report", REPORT, self.message())


class Reports(Protocol):
    """Signed receipts, whatever became of them."""

    def list(
        self, pool_id: PoolId | None, work: WorkId | None, cursor: str | None, limit: int
    ) -> Page[Receipt]:
        """The newest first: of one pool, that pay one work, or all."""

    def count(self) -> int: ...


def read_receipt(document: JSON) -> Receipt:
    """A receipt as the service answers it. Raises `Invalid` for anything else; the signature is not checked."""
    try:
        usage = Usage(
            PoolId(bytes32(document["pool"])),
            document["usage_id"],
            bytes32(document["output_hash"]),
            int(document["revenue"]),
        )
        shares = tuple((WorkId(bytes32(each["work"])), int(each["share"])) for each in document["shares"])
        report, signature = bytes32(document["report_hash"]), str(document["signature"])
        return Receipt(usage, int(document["nonce"]), report, shares, int(document["deadline"]), signature)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid(
            f"This is no receipt: {error!r}.", "Save the answer of POST /v1/usages as it came."
        ) from error


def reports_typed_data(domain: Domain, receipts: Sequence[Receipt]) -> TypedData:
    """What the operator signs to settle many receipts of one pool in one call."""
    message = {
        "poolId": raw(receipts[0].usage.pool_id),
        "reports": [receipt.message() for receipt in receipts],
    }
    return typed_data(domain, "Reports", REPORTS, message, {"Report": REPORT})


def pack_shares(shares: Sequence[int]) -> int:
    """20 bits a share, the first lowest. Raises `Invalid` above `WORKS_MAX` shares, or for a share outside 1 to 1,000,000."""
    if len(shares) > WORKS_MAX:
        raise Invalid(
            f"A receipt pays at most {WORKS_MAX} works, not {len(shares)}.",
            "Leave the smallest unattributed.",
        )
    if any(not 1 <= share <= PARTS_PER_MILLION for share in shares) or sum(shares) > PARTS_PER_MILLION:
        raise Invalid("Shares are 1 to 1,000,000 and sum to at most 1,000,000.", "Recompute the report.")
    return sum(share << SHARE_BITS * position for position, share in enumerate(shares))


def unpack_shares(weights: int, count: int) -> list[int]:
    return [weights >> SHARE_BITS * position & SHARE_MASK for position in range(count)]
