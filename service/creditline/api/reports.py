"""Reports for machines and for people: the document, a page that explains it, and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi import Path as PathField
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from creditline import canonical
from creditline.api.desk import AtDesk, Desk
from creditline.api.fields import Hex32
from creditline.api.problems import PROBLEMS
from creditline.attribution.report import BYTES_MAX, Report, read
from creditline.errors import Missing
from creditline.ids import Bytes32, WorkId
from creditline.works.catalogue import RegisteredWork

router = APIRouter(tags=["reports"], responses=PROBLEMS)
templates = Jinja2Templates(Path(__file__).parent / "templates")
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
THUMBNAIL_SIDE = 256

Cid = Annotated[str, PathField(max_length=120, description="CID of the report.")]


@dataclass(frozen=True)
class Line:
    """One paid work as the page shows it. `left` and `share` are parts per million of the bar."""

    letter: str
    work: RegisteredWork | None
    id: str
    share: int
    left: int
    tier: str
    p_value: int
    strength: int


@router.get("/v1/reports/{cid}", summary="Show a report")
def show(cid: Cid, desk: AtDesk) -> dict[str, Any]:
    """The canonical document behind the CID, checked."""
    return _load(desk, cid)[0]


@router.get("/reports/{cid}", summary="A report as a page", response_class=HTMLResponse)
def page(cid: Cid, request: Request, desk: AtDesk) -> Response:
    _, report = _load(desk, cid)
    context = {
        "cid": cid,
        "report": report,
        "lines": _lines(desk, report),
        "has_picture": _picture_cid(desk, report) is not None,
    }
    return templates.TemplateResponse(request, "report.html", context)


@router.get("/reports/{cid}/{kind}.png", summary="The picture, or its heat map", response_class=Response)
def picture(
    cid: Cid, kind: Annotated[str, PathField(pattern="^(picture|heatmap)$")], desk: AtDesk
) -> Response:
    document, report = _load(desk, cid)
    picture_cid = _picture_cid(desk, report)
    if picture_cid is None:
        raise Missing(
            "The picture of this report is not kept here.", "Attribute it again with keep=true to see it."
        )
    data = desk.contents.get(picture_cid, desk.picture_bytes_max)
    image = desk.engine.overlay(data, document) if kind == "heatmap" else desk.engine.thumbnail(data, 1024)
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


def _lines(desk: Desk, report: Report) -> list[Line]:
    """Lettered as in the heat map: by descending share."""
    lines, left = [], 0
    for position, finding in enumerate(
        sorted(report.works, key=lambda finding: (-finding.share, finding.work))
    ):
        lines.append(
            Line(
                letter="ABCDEFGHIJKL"[position],
                work=desk.catalogue.work(WorkId(Bytes32(finding.work))),
                id=finding.work,
                share=finding.share,
                left=left,
                tier=finding.tier,
                p_value=finding.p_value,
                strength=finding.strength,
            )
        )
        left += finding.share
    return lines
