"""Looking up registered works."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from creditline.api.desk import AtDesk
from creditline.api.fields import Cursor, Hex32, Limit, Wallet
from creditline.api.problems import PROBLEMS
from creditline.errors import Missing
from creditline.ids import Address, Bytes32, WorkId
from creditline.works.catalogue import RegisteredWork
from creditline.works.terms import Training

router = APIRouter(prefix="/v1/works", tags=["works"], responses=PROBLEMS)


class WorkOut(BaseModel):
    id: Hex32
    creator: Wallet
    owner: Wallet
    payee: Wallet
    title: str = Field(examples=["Red panda"])
    author: str = Field(examples=["Aiko Tanaka"])
    licence: str = Field(examples=["CC-BY-SA-4.0"])
    training: Training
    content_hash: Hex32
    pixel_hash: Hex32
    record_hash: Hex32
    terms_hash: Hex32
    picture: str | None = Field(description="CID of the bytes, if the creator published them.")
    width: int = Field(description="Pixels, as is `height`.")
    height: int
    registered_at: int = Field(description="Unix second of the block that proves it.")
    anchor: Hex32 | None
    index: int | None
    on_chain: bool
    opted_out_at: int | None


class WorkPage(BaseModel):
    items: list[WorkOut]
    next: str | None


@router.get("", summary="List works in order of registration")
def list_works(
    desk: AtDesk,
    creator: Annotated[Wallet | None, Query(description="Only this creator's.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> WorkPage:
    page = desk.catalogue.works(Address(creator) if creator else None, cursor, limit)
    return WorkPage(items=[work_out(work) for work in page.items], next=page.next)


@router.get("/{id}", summary="Show one work")
def show(id: Hex32, desk: AtDesk) -> WorkOut:
    work = desk.catalogue.work(WorkId(Bytes32(id)))
    if work is None:
        raise Missing(
            f"No work {id} is registered.", "Works appear here once their anchor is in a finalised block."
        )
    return work_out(work)


def work_out(work: RegisteredWork) -> WorkOut:
    return WorkOut(**vars(work))
