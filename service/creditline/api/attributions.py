"""Attribution without money: picture in, report out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, UploadFile
from pydantic import BaseModel, Field

from creditline import canonical
from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk
from creditline.api.fields import Hex32
from creditline.api.problems import PROBLEMS
from creditline.api.uploads import read_upload
from creditline.ids import Bytes32, ModelId

router = APIRouter(prefix="/v1/attributions", tags=["attributions"], responses=PROBLEMS)


class AttributionOut(BaseModel):
    """`report` is the canonical document behind `report_cid`; shares are parts per million."""

    report_cid: str
    page: str = Field(description="The report for people, below this service's address.")
    report: dict[str, Any] = Field(description="See docs/reference/report.md.")


@router.post(
    "", summary="Attribute a picture", status_code=201, dependencies=[Depends(Allowed(Scope.ATTRIBUTE))]
)
def attribute(
    picture: UploadFile,
    model: Annotated[Hex32, Form(description="A registered model: only its training set can be found.")],
    desk: AtDesk,
    keep: Annotated[
        bool, Form(description="Publish the picture by CID too, so that the report page can show it.")
    ] = False,
) -> AttributionOut:
    """Nothing is paid or promised. The report is kept by CID; the picture only if asked."""
    data = read_upload(picture, desk.picture_bytes_max)
    report = desk.engine.attribute(data, ModelId(Bytes32(model)))
    if keep:
        desk.registrar.add_picture(data, desk.engine.describe(data), publish=True)
    cid = desk.library.put(canonical.encode(report)).cid
    return AttributionOut(report_cid=cid, page=f"/reports/{cid}", report=report)
