"""Reports: the list, the documents, and their pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel, Field

from creditline import canonical
from creditline.api.desk import AtDesk, Desk
from creditline.api.fields import Amount, Cursor, Hex32, Limit
from creditline.api.problems import PROBLEMS
from creditline.api.usages import ReceiptShare, shares_out
from creditline.attribution.report import BYTES_MAX, Report, read
from creditline.errors import Missing
from creditline.ids import Bytes32, PoolId, WorkId
from creditline.royalties.epoch import place_of
from creditline.royalties.receipt import Receipt

router = APIRouter(tags=["reports"], responses=PROBLEMS)
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
THUMBNAIL_SIDE = 256
PICTURE_SIDE = 1024

Cid = Annotated[str, Path(max_length=120, description="CID of the report.")]


class ReportLine(BaseModel):
    """A signed receipt, and where its report is. `epoch` and `index` are null for direct settlement."""

    cid: str
    pool: Hex32
    usage_id: str
    output_hash: Hex32
    revenue: Amount
    epoch: int | None
    index: int | None
    shares: list[ReceiptShare]
    unattributed: int = Field(description="Parts per million that no registered work explains.")


class ReportPage(BaseModel):
    items: list[ReportLine]
    next: str | None


@router.get("/v1/reports", summary="List reports of usages, the newest first")
def list_reports(
    desk: AtDesk,
    pool: Annotated[Hex32 | None, Query(description="Only this pool's.")] = None,
    work: Annotated[Hex32 | None, Query(description="Only those that draw on this work.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> ReportPage:
    page = desk.reports.list(
        PoolId(Bytes32(pool)) if pool else None, WorkId(Bytes32(work)) if work else None, cursor, limit
    )
    return ReportPage(items=[_line(desk, receipt) for receipt in page.items], next=page.next)


@router.get("/v1/reports/{cid}", summary="Show a report")
def show(cid: Cid, desk: AtDesk) -> dict[str, Any]:
    """The canonical document behind the CID, checked."""
    return _load(desk, cid)[0]


@router.get(
    "/reports/{cid}/{kind}.png",
    summary="The picture, small or large, or its heat map",
    response_class=Response,
)
def picture(
    cid: Cid, kind: Annotated[str, Path(pattern="^(picture|thumbnail|heatmap)$")], desk: AtDesk
) -> Response:
    document, report = _load(desk, cid)
    picture_cid = _picture_cid(desk, report)
    if picture_cid is None:
        raise Missing(
            "The picture of this report is not kept here.", "Attribute it again with keep=true to see it."
        )
    data = desk.contents.get(picture_cid, desk.picture_bytes_max)
    side = THUMBNAIL_SIDE if kind == "thumbnail" else PICTURE_SIDE
    image = desk.engine.overlay(data, document) if kind == "heatmap" else desk.engine.thumbnail(data, side)
    return Response(image, media_type="image/png", headers=FOR_EVER)


@router.get("/works/{id}/thumbnail.png", summary="A work, small", response_class=Response, tags=["works"])
def thumbnail(id: Hex32, desk: AtDesk) -> Response:
    work = desk.catalogue.work(WorkId(Bytes32(id)))
    if work is None or work.picture is None:
        raise Missing(f"There is no published picture of work {id}.", "Its creator may keep it private.")
    data = desk.contents.get(work.picture, desk.picture_bytes_max)
    return Response(desk.engine.thumbnail(data, THUMBNAIL_SIDE), media_type="image/png", headers=FOR_EVER)


def _load(desk: Desk, cid: str) -> tuple[canonical.JSON, Report]:
    document = canonical.decode(desk.contents.get(cid, BYTES_MAX))
    return document, read(document)


def _picture_cid(desk: Desk, report: Report) -> str | None:
    if report.usage is not None:
        return str(report.usage["picture"])
    kept = desk.registrar.find_picture(Bytes32(report.picture.content_hash))
    return kept.cid if kept else None


def _line(desk: Desk, receipt: Receipt) -> ReportLine:
    epoch, index = place_of(receipt.nonce)
    return ReportLine(
        cid=desk.contents.raw_cid(receipt.report_hash),
        pool=receipt.usage.pool_id,
        usage_id=receipt.usage.usage_id,
        output_hash=receipt.usage.output_hash,
        revenue=str(receipt.usage.revenue),
        epoch=epoch or None,
        index=index if epoch else None,
        shares=shares_out(receipt),
        unattributed=receipt.unattributed,
    )
