"""Reporting what an image earned, and the receipt for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Header, Path, UploadFile
from pydantic import BaseModel, Field

from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk
from creditline.api.fields import Amount, Hex32
from creditline.api.problems import PROBLEMS
from creditline.api.uploads import read_upload
from creditline.canonical import JSON
from creditline.errors import Invalid
from creditline.ids import Bytes32, PoolId
from creditline.royalties.epoch import place_of
from creditline.royalties.receipt import USAGE_ID_PATTERN, Receipt
from creditline.royalties.reservation import Settlement
from creditline.stamping.stamper import Stamper

router = APIRouter(prefix="/v1/usages", tags=["usages"], responses=PROBLEMS)

UsageId = Annotated[
    str, Header(alias="Idempotency-Key", pattern=USAGE_ID_PATTERN, examples=["generation-8412"])
]


class ReceiptShare(BaseModel):
    work: Hex32
    share: int = Field(description="Parts per million.")


class ReceiptOut(BaseModel):
    """The operator's signed word. Whoever holds a direct one can settle it with `RoyaltyLedger.settle`, like a cheque.

    One for an epoch is paid with it, and turns into a cheque 30 days before its deadline if it never was posted.
    """

    pool: Hex32
    usage_id: str
    output_hash: Hex32
    revenue: Amount
    nonce: Amount
    epoch: int | None = Field(description="The epoch that will pay it; null for direct settlement.")
    index: int | None = Field(description="Its place in that epoch.")
    report_hash: Hex32
    report_cid: str
    shares: list[ReceiptShare]
    unattributed: int = Field(description="Parts per million that no registered work explains.")
    deadline: int
    signature: str


class StampedOut(BaseModel):
    """The image with the receipt in its C2PA manifest. `output_hash` stays that of the bytes before."""

    cid: str
    path: str = Field(description="Where this service's gateway has it.", examples=["/ipfs/bafkrei…"])
    media_type: str


class ReportedOut(ReceiptOut):
    stamped: StampedOut | None = Field(None, description="Only where it was asked for.")


@router.post(
    "",
    summary="Report a usage",
    status_code=201,
    response_model_exclude_unset=True,
    dependencies=[Depends(Allowed(Scope.REPORT))],
)
def report_usage(  # noqa: PLR0913, PLR0917 - the fields of one request
    picture: UploadFile,
    pool: Annotated[Hex32, Form()],
    revenue: Annotated[Amount, Form(description="In the smallest unit of the pool's token.")],
    signature: Annotated[
        str, Form(max_length=16384, description="The integrator's, of the Usage typed data.")
    ],
    usage_id: UsageId,
    desk: AtDesk,
    settlement: Annotated[
        Settlement, Form(description="With many others in an epoch, or by a transaction of its own.")
    ] = Settlement.EPOCH,
    stamp: Annotated[
        bool, Form(description="Give the image back too, with the receipt in its C2PA manifest.")
    ] = False,
) -> ReportedOut:
    """Safe to repeat: the same key with the same picture and revenue gives the same receipt, another body is refused."""
    data = read_upload(picture, desk.picture_bytes_max)
    stamper = _stamper(desk) if stamp else None
    receipt = desk.receipts.issue(
        data, PoolId(Bytes32(pool)), usage_id, int(revenue), signature, settlement=settlement
    )
    document = _receipt(desk, receipt).model_dump()
    reported = ReportedOut(**document)
    if stamper:
        reported.stamped = _stamp(desk, stamper, data, document)
    return reported


@router.get("/{pool}/{usage_id}", summary="Show a receipt")
def show(pool: Hex32, usage_id: Annotated[str, Path(pattern=USAGE_ID_PATTERN)], desk: AtDesk) -> ReceiptOut:
    return _receipt(desk, desk.receipts.find(PoolId(Bytes32(pool)), usage_id))


def _stamper(desk: AtDesk) -> Stamper:
    """Asked for before anything is promised."""
    if desk.stamper is None:
        raise Invalid(
            "This service stamps no images: it has no certificate to seal them with.",
            "Report without `stamp`, or ask its operator to set CREDITLINE_STAMP_CERTIFICATE and CREDITLINE_STAMP_KEY.",
        )
    return desk.stamper


def _stamp(desk: AtDesk, stamper: Stamper, picture: bytes, receipt: JSON) -> StampedOut:
    stamped = stamper.stamp(picture, receipt)
    cid = desk.library.put(stamped.data).cid
    return StampedOut(cid=cid, path=f"/ipfs/{cid}", media_type=stamped.media_type)


def shares_out(receipt: Receipt) -> list[ReceiptShare]:
    return [ReceiptShare(work=work, share=share) for work, share in receipt.shares]


def _receipt(desk: AtDesk, receipt: Receipt) -> ReceiptOut:
    epoch, index = place_of(receipt.nonce)
    return ReceiptOut(
        pool=receipt.usage.pool_id,
        usage_id=receipt.usage.usage_id,
        output_hash=receipt.usage.output_hash,
        revenue=str(receipt.usage.revenue),
        nonce=str(receipt.nonce),
        epoch=epoch or None,
        index=index if epoch else None,
        report_hash=receipt.report_hash,
        report_cid=desk.contents.raw_cid(receipt.report_hash),
        shares=shares_out(receipt),
        unattributed=receipt.unattributed,
        deadline=receipt.deadline,
        signature=receipt.signature,
    )
