"""Leaves of an epoch as rows of its published document: written as lists, read strictly.

    report = [outputHash, reportHash, revenue, weights, works, usage id, usage signature, data sets, places, payees, credits]
    credit = [payee, amount, report, entry]
    payout = [payee, amount]

The order is that of the leaves, and `null` stands where there is none. Amounts are decimal strings, weights parts per
million in the order of the works, and data sets are positions in the document's list of them. Whatever an operator posts
can be written like this, right or wrong, so that a wrong epoch can be shown to be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from creditline.amounts import UINT128_MAX
from creditline.canonical import SAFE_INTEGER
from creditline.ids import Bytes32, DatasetId, WorkId, address
from creditline.royalties.leaves import Credit, Payout, ReportLeaf
from creditline.royalties.receipt import SHARE_BITS, SHARE_MASK, USAGE_ID_PATTERN, unpack_shares

Row = list[Any] | None
Read = Callable[[bytes], Any]

UINT256_MAX = 2**256 - 1
Hash = Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$")]
AddressText = Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{40}$")]
Amount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,38})$")]
Count = Annotated[int, Field(ge=0, le=SAFE_INTEGER)]
_Hex = Annotated[str, Field(pattern=r"^0x([0-9a-f]{2})*$")]
_UsageId = Annotated[str, Field(pattern=USAGE_ID_PATTERN)]
_Share = Annotated[int, Field(ge=0, le=SHARE_MASK)]
_Index = Annotated[int, Field(ge=0, lt=2**32)]
_Entry = Annotated[int, Field(ge=0, lt=2**8)]

_ReportRow = tuple[
    Hash, Hash, Amount, list[_Share], list[Hash], _UsageId, _Hex,
    list[_Index], list[Count], list[_Index], list[_Index],
]  # fmt: skip
_REPORT: TypeAdapter[_ReportRow | None] = TypeAdapter(_ReportRow | None)
_CREDIT: TypeAdapter[tuple[_Index, Amount, _Index, _Entry] | None] = TypeAdapter(
    tuple[_Index, Amount, _Index, _Entry] | None
)
_PAYOUT: TypeAdapter[tuple[AddressText, Amount] | None] = TypeAdapter(tuple[AddressText, Amount] | None)


def report_row(leaf: ReportLeaf | None, positions: Mapping[DatasetId, int]) -> Row:
    """`positions`: where each data set stands in the document's list."""
    if leaf is None:
        return None
    # A set bit above the last work would be a fraud, and is written all the same.
    shares = max(len(leaf.work_ids), -(-leaf.weights.bit_length() // SHARE_BITS))
    return [
        leaf.output_hash, leaf.report_hash, str(leaf.revenue), unpack_shares(leaf.weights, shares), leaf.work_ids,
        leaf.usage_id, leaf.usage_signature, [positions[dataset] for dataset in leaf.dataset_ids],
        leaf.places, leaf.payees, leaf.credits,
    ]  # fmt: skip


def credit_row(leaf: Credit | None) -> Row:
    return leaf and [leaf.payee, str(leaf.amount), leaf.report, leaf.entry]


def payout_row(leaf: Payout | None) -> Row:
    return leaf and [leaf.payee, str(leaf.amount)]


def read_report(line: bytes, datasets: Sequence[DatasetId]) -> ReportLeaf | None:
    """Raises `ValueError`, as the two that follow, for a line that is no such row."""
    row = _REPORT.validate_json(line, strict=True)
    if row is None:
        return None
    output, report, revenue, shares, works, usage_id, signature, positions, places, payees, credits_ = row
    weights = sum(share << SHARE_BITS * at for at, share in enumerate(shares))
    if weights > UINT256_MAX or any(position >= len(datasets) for position in positions):
        raise ValueError("the weights do not fit, or a data set is not in the list")
    return ReportLeaf(
        output_hash=Bytes32(output),
        report_hash=Bytes32(report),
        revenue=_amount(revenue),
        weights=weights,
        work_ids=tuple(WorkId(Bytes32(work)) for work in works),
        usage_id=usage_id,
        usage_signature=signature,
        dataset_ids=tuple(datasets[position] for position in positions),
        places=tuple(places),
        payees=tuple(payees),
        credits=tuple(credits_),
    )


def read_credit(line: bytes) -> Credit | None:
    row = _CREDIT.validate_json(line, strict=True)
    return row and Credit(row[0], _amount(row[1]), row[2], row[3])


def read_payout(line: bytes) -> Payout | None:
    row = _PAYOUT.validate_json(line, strict=True)
    return row and Payout(address(row[0]), _amount(row[1]))


def _amount(text: str) -> int:
    amount = int(text)
    if amount > UINT128_MAX:
        raise ValueError("an amount does not fit in 128 bits")
    return amount
