"""A trustless gateway: content by CID, as files, blocks or CAR, so that auditors need nothing else of this service."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import StreamingResponse

from creditline.api.desk import AtDesk
from creditline.api.problems import PROBLEMS

router = APIRouter(tags=["content"], responses=PROBLEMS)


@router.get("/ipfs/{cid}", summary="Content by CID", response_class=StreamingResponse)
def fetch(
    cid: Annotated[str, Path(max_length=120)],
    desk: AtDesk,
    format: Annotated[
        str | None, Query(pattern="^(raw|car)$", description="raw: one block; car: all blocks.")
    ] = None,
    accept: Annotated[str, Header()] = "",
) -> StreamingResponse:
    """As the IPFS trustless gateway specification has it. Check what you get against its CID."""
    answer = desk.contents.respond(cid, format, accept)
    # Content is public and named by its hash: any page may read it, as the specification asks of gateways.
    headers = {**answer.headers, "Content-Security-Policy": "sandbox", "Access-Control-Allow-Origin": "*"}
    return StreamingResponse(answer.body, answer.status, headers)
