"""Pools: one model's money in one token. Opened and funded by wallets of their own; shown here as finalised."""

from __future__ import annotations

from typing import Self

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, model_validator

from creditline.access.key import Scope
from creditline.amounts import BASIS_POINTS
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk
from creditline.api.fields import Amount, Cursor, Hex32, Limit, ReadyTransaction, Wallet, ready
from creditline.api.problems import PROBLEMS
from creditline.errors import Invalid, Missing
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, PoolId
from creditline.royalties.pool import Pool, PoolParams, Settlement
from creditline.royalties.statement_csv import clean
from creditline.royalties.usage import WINDOW_MIN_S

router = APIRouter(prefix="/v1/pools", tags=["pools"], responses=PROBLEMS)
tokens = APIRouter(prefix="/v1/tokens", tags=["pools"], responses=PROBLEMS)


class PoolTerms(BaseModel):
    """The terms of a pool. Their hash is its id, so they never change; the treasury takes the rest of the shares."""

    token: Wallet = Field(description="ERC-20 token; the zero address for the chain's own coin.")
    integrator: Wallet = Field(description="Funds the pool and signs the usages.")
    arbiter: Wallet = Field(description="Rules on disputes about epochs.")
    guardian: Wallet = Field(
        ZERO_ADDRESS, description="May stop money from coming in for a while; the zero address for nobody."
    )
    model_id: Hex32
    developer: Wallet
    compute: Wallet = Field(description="The GPU provider.")
    treasury: Wallet
    commons: Wallet = Field(description="Receives what no registered work explains.")
    creator_bps: int = Field(ge=0, le=BASIS_POINTS, examples=[7000], description="Hundredths of a per cent.")
    developer_bps: int = Field(ge=0, le=BASIS_POINTS, examples=[1500])
    compute_bps: int = Field(ge=0, le=BASIS_POINTS, examples=[1000])
    window: int = Field(
        ge=WINDOW_MIN_S,
        lt=2**32,
        examples=[86400],
        description="Notice of a refund, and time to object to an epoch, in seconds.",
    )
    bond: Amount = Field(examples=["1000000"], description="What the operator stakes on its epochs; not 0.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.creator_bps + self.developer_bps + self.compute_bps > BASIS_POINTS:
            raise ValueError("the shares exceed 10,000 basis points")
        if not 0 < int(self.bond) < 2**96:
            raise ValueError("the bond is 1 to 2^96 - 1 units")
        return self


class PoolDraft(BaseModel):
    id: Hex32
    transaction: ReadyTransaction


class PoolOut(PoolTerms):
    id: Hex32
    operator: Wallet
    deposited: Amount
    settled: Amount
    available: Amount
    unattributed: Amount


class PoolPage(BaseModel):
    items: list[PoolOut]
    next: str | None


class TokenOut(BaseModel):
    address: Wallet
    symbol: str = Field(examples=["JPYC"])
    decimals: int | None = Field(description="Null where the contract does not say.")


class FundingIn(BaseModel):
    amount: Amount


class ShareOut(BaseModel):
    work: Hex32
    share: int = Field(description="Parts per million.")
    amount: Amount
    payee: Wallet


class SettlementOut(BaseModel):
    nonce: Amount
    output_hash: Hex32
    report_hash: Hex32
    revenue: Amount
    creator_part: Amount
    unattributed: Amount
    shares: list[ShareOut]
    transaction: str
    settled_at: int


class SettlementPage(BaseModel):
    items: list[SettlementOut]
    next: str | None


@router.post(
    "",
    summary="Prepare the opening of a pool",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REPORT))],
)
def draft(body: PoolTerms, desk: AtDesk) -> PoolDraft:
    """The pool will be run by this service's operator."""
    fields = body.model_dump() | {"bond": int(body.bond), "operator": desk.place.operator}
    params = PoolParams(**fields)
    transaction = desk.drafts.open_pool(params)
    return PoolDraft(id=desk.drafts.pool_id(params), transaction=ready(transaction, desk.place.chain_id))


@router.get("", summary="List pools")
def list_pools(desk: AtDesk, cursor: Cursor = None, limit: Limit = 50) -> PoolPage:
    page = desk.pools.list(cursor, limit)
    return PoolPage(items=[_pool(pool) for pool in page.items], next=page.next)


@tokens.get("/{address}", summary="What a token calls itself")
def token(address: Wallet, desk: AtDesk) -> TokenOut:
    """Its contract's own word: check the address before you believe the name."""
    symbol, decimals = desk.token_of(Address(address))
    return TokenOut(address=address, symbol=clean(symbol), decimals=decimals)


@router.get("/{id}", summary="Show a pool")
def show(id: Hex32, desk: AtDesk) -> PoolOut:
    return _pool(_find(desk, id))


@router.post(
    "/{id}/funding",
    summary="Prepare a deposit",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REPORT))],
)
def fund(id: Hex32, body: FundingIn, desk: AtDesk) -> list[ReadyTransaction]:
    """One or two transactions to send in this order: an ERC-20 token asks for an approval first."""
    pool, amount = _find(desk, id), int(body.amount)
    if amount == 0:
        raise Invalid(
            "A deposit of nothing changes nothing.", "Send a positive amount in the token's smallest unit."
        )
    token = pool.params.token
    steps = [] if int(token, 16) == 0 else [desk.drafts.approve(token, amount)]
    steps.append(desk.drafts.fund(pool.id, token, amount))
    return [ready(step, desk.place.chain_id) for step in steps]


@router.get("/{id}/settlements", summary="List what a pool has settled")
def list_settlements(
    id: Hex32,
    desk: AtDesk,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> SettlementPage:
    page = desk.pools.settlements(_find(desk, id).id, cursor, limit)
    return SettlementPage(items=[_settlement(item) for item in page.items], next=page.next)


def _find(desk: AtDesk, id: str) -> Pool:
    pool = desk.pools.find(PoolId(Bytes32(id)))
    if pool is None:
        raise Missing(f"No pool {id} is open.", "Send its transaction, and wait until that is final.")
    return pool


def _pool(pool: Pool) -> PoolOut:
    params = vars(pool.params) | {"bond": str(pool.params.bond)}
    return PoolOut(
        id=pool.id,
        deposited=str(pool.deposited),
        settled=str(pool.settled),
        available=str(pool.available),
        unattributed=str(pool.unattributed),
        **params,
    )


def _settlement(item: Settlement) -> SettlementOut:
    return SettlementOut(
        nonce=str(item.nonce),
        output_hash=item.output_hash,
        report_hash=item.report_hash,
        revenue=str(item.revenue),
        creator_part=str(item.creator_part),
        unattributed=str(item.unattributed),
        shares=[
            ShareOut(work=work, share=share, amount=str(amount), payee=payee)
            for work, share, amount, payee in item.shares
        ],
        transaction=item.transaction,
        settled_at=item.settled_at,
    )
