"""Epochs of a pool: how far each is, what was posted, and where its leaves are published."""

from __future__ import annotations

import time
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, Field

from creditline.access.key import Scope
from creditline.api.caller import Required
from creditline.api.desk import AtDesk
from creditline.api.fields import Amount, Hex32, Limit
from creditline.api.problems import PROBLEMS
from creditline.errors import Conflict, Missing
from creditline.ids import Bytes32, PoolId
from creditline.royalties.keeping import Draft

router = APIRouter(prefix="/v1/pools", tags=["epochs"], responses=PROBLEMS)

Number = Annotated[int, Path(ge=1, lt=2**24, description="Number of the epoch, from 1.")]


class EpochOut(BaseModel):
    number: int
    state: str = Field(
        examples=["posted"], description="open, closed, built, posting, posted, final or stopped."
    )
    usages: int
    attempt: int = Field(description="How often it was built before, in vain.")
    reason: str = Field(description="What is in its way; empty while nothing is.")
    payouts: Hex32 | None = Field(default=None, description="Root of the totals of all payees.")
    payout_sum: Amount | None = None
    reports: Hex32 | None = None
    credits: Hex32 | None = None
    revenue_before: Amount | None = None
    revenue: Amount | None = None
    cutoff: int | None = Field(default=None, description="The second whose payees are paid.")
    data: Hex32 | None = Field(default=None, description="SHA-256 of the root block of the published leaves.")
    valid_at: int | None = Field(
        default=None, description="When it is final, unless it is voided or disputed."
    )
    cid: str | None = Field(default=None, description="All leaves, as one file.")
    car: str | None = Field(default=None, description="Path of that file as a CAR.")


class EpochList(BaseModel):
    items: list[EpochOut]
    next: int | None = Field(description="`before` of the next page.")


class ClosedOut(BaseModel):
    number: int


@router.get("/{id}/epochs", summary="List a pool's epochs")
def list_epochs(
    id: Hex32,
    desk: AtDesk,
    before: Annotated[int | None, Query(ge=1, lt=2**24, description="Only epochs below this number.")] = None,
    limit: Limit = 200,
) -> EpochList:
    """The newest first. The first may be open: its receipts can still become more."""
    pool = PoolId(Bytes32(id))
    closed = desk.epochs.list(pool, 2**24 if before is None else before, limit)
    first = _open(desk, pool) if before is None else []
    return EpochList(
        items=[*first, *(_epoch(draft) for draft in reversed(closed))],
        next=closed[0].number if len(closed) == limit else None,
    )


@router.get("/{id}/epochs/{number}", summary="Show an epoch")
def show(id: Hex32, number: Number, desk: AtDesk) -> EpochOut:
    pool = PoolId(Bytes32(id))
    draft = desk.epochs.find(pool, number)
    if draft is not None:
        return _epoch(draft)
    found = [epoch for epoch in _open(desk, pool) if epoch.number == number]
    if not found:
        raise Missing(f"Pool {id} has no epoch {number} here.", "GET its epochs to see which there are.")
    return found[0]


@router.post(
    "/{id}/epochs/close",
    summary="Close the open epoch now",
    status_code=202,
    dependencies=[Depends(Required(Scope.OPERATE))],
)
def close(id: Hex32, desk: AtDesk) -> ClosedOut:
    """For the operator. It is built, published and posted by itself from here on."""
    number = desk.epochs.close(PoolId(Bytes32(id)), int(time.time()))
    if number is None:
        raise Conflict(f"The open epoch of pool {id} has no receipts.", "Close it after the next one.")
    return ClosedOut(number=number)


def _open(desk: AtDesk, pool: PoolId) -> list[EpochOut]:
    found = desk.epochs.open(pool)
    if found is None:
        return []
    number, usages = found
    return [EpochOut(number=number, state="open", usages=usages, attempt=0, reason="")]


def _epoch(draft: Draft) -> EpochOut:
    posted: dict[str, Any] = {}
    if draft.epoch is not None:
        fields = vars(draft.epoch)
        amounts = {name: str(fields[name]) for name in ("payout_sum", "revenue_before", "revenue")}
        posted = fields | amounts
    return EpochOut(
        number=draft.number,
        state=draft.stage,
        usages=draft.usages,
        attempt=draft.attempt,
        reason=draft.reason,
        valid_at=draft.valid_at,
        cid=draft.cid,
        car=draft.cid and f"/ipfs/{draft.cid}?format=car",
        **posted,
    )
