"""Disputes about epochs: prepared here, sent by the disputer's own wallet, decided by the pool's arbiter."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk, Desk
from creditline.api.fields import Amount, Cursor, Hex32, Limit, ReadyTransaction, Wallet, ready
from creditline.api.problems import PROBLEMS
from creditline.ids import Bytes32, PoolId
from creditline.royalties.dispute import EVIDENCE_BYTES_MAX, Dispute

router = APIRouter(prefix="/v1", tags=["disputes"], responses=PROBLEMS)


class DisputeOut(BaseModel):
    pool: Hex32
    n: int
    state: str = Field(description="open, valid, void, lapsed, or overtaken by a challenge.")
    by: Wallet
    reason: Hex32 = Field(description="Digest of the published evidence.")
    evidence: str = Field(description="Path of the evidence, where this service has it.")
    disputed_at: int
    rule_by: int = Field(description="The last second in which the arbiter may rule.")
    ended_at: int | None


class DisputePage(BaseModel):
    items: list[DisputeOut]
    next: str | None


class DisputeState(DisputeOut):
    transactions: dict[str, ReadyTransaction] = Field(
        description="What ends it now: valid and void for the arbiter, lapse for anyone once the arbiter was silent."
    )


class DisputeIn(BaseModel):
    pool: Hex32
    n: int = Field(ge=1, lt=2**24, description="Number of the epoch.")
    evidence: str = Field(
        min_length=2,
        max_length=EVIDENCE_BYTES_MAX,
        description="Canonical JSON (RFC 8785), as text: its bytes are what is published.",
    )


class PreparedOut(BaseModel):
    """`transactions` go out in this order, from the disputer's wallet, which puts up `bond` in the pool's token."""

    reason: Hex32
    cid: str
    bond: Amount
    transactions: list[ReadyTransaction]


@router.get("/pools/{id}/disputes", summary="List a pool's disputes")
def list_disputes(id: Hex32, desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> DisputePage:
    page = desk.court.list(PoolId(Bytes32(id)), cursor, limit)
    return DisputePage(items=[DisputeOut(**_fields(desk, item)) for item in page.items], next=page.next)


@router.get("/pools/{id}/epochs/{n}/dispute", summary="Show the latest dispute about an epoch")
def show(id: Hex32, n: Annotated[int, Path(ge=1, lt=2**24)], desk: AtDesk) -> DisputeState:
    dispute = desk.court.find(PoolId(Bytes32(id)), n)
    endings = desk.court.endings(dispute)
    return DisputeState(
        **_fields(desk, dispute),
        transactions={name: ready(each, desk.place.chain_id) for name, each in endings.items()},
    )


@router.post(
    "/disputes/prepare",
    summary="Prepare a dispute",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.PAY))],
)
def prepare(body: DisputeIn, desk: AtDesk) -> PreparedOut:
    """Publishes the evidence. Nothing is disputed until the transactions are sent; preparing again changes nothing."""
    prepared = desk.court.prepare(PoolId(Bytes32(body.pool)), body.n, body.evidence.encode())
    return PreparedOut(
        reason=prepared.evidence.digest,
        cid=prepared.evidence.cid,
        bond=str(prepared.bond),
        transactions=[ready(each, desk.place.chain_id) for each in prepared.transactions],
    )


def _fields(desk: Desk, dispute: Dispute) -> dict[str, Any]:
    return {
        "pool": dispute.pool_id,
        "n": dispute.n,
        "state": dispute.outcome or "open",
        "by": dispute.by,
        "reason": dispute.reason,
        "evidence": f"/ipfs/{desk.contents.raw_cid(dispute.reason)}",
        "disputed_at": dispute.disputed_at,
        "rule_by": dispute.rule_by,
        "ended_at": dispute.ended_at,
    }
