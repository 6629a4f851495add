"""What creators have coming over all pools and tokens, and every way to get it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk
from creditline.api.fields import Amount, Hex32, ReadyTransaction, Wallet, ready
from creditline.api.problems import PROBLEMS
from creditline.ids import Address, Bytes32, PoolId
from creditline.royalties.claims import Claimable, Due, Pending, Role

router = APIRouter(prefix="/v1", tags=["claims"], responses=PROBLEMS)
To = Annotated[
    Wallet | None, Query(description="Where the money goes instead. Only the payee can send that.")
]


class TokenBalance(BaseModel):
    """What direct settlement credited: `POST /v1/withdrawals` pays it out."""

    token: Wallet
    credited: Amount
    withdrawn: Amount
    claimable: Amount


class DueOut(BaseModel):
    """What final epochs of a pool owe: `POST /v1/claims` pays it out."""

    pool: Hex32
    token: Wallet
    n: int = Field(description="The last final epoch that credited the payee.")
    index: int = Field(description="The payee's place in the pool's payouts, for ever.")
    total: Amount = Field(description="Over all epochs up to it.")
    claimed: Amount
    due: Amount


class PendingOut(BaseModel):
    """What an epoch adds that can still be voided."""

    pool: Hex32
    token: Wallet
    n: int
    amount: Amount
    valid_at: int = Field(description="Unix second from which it is final, unless it is disputed or voided.")
    disputed: bool


class RoleOut(BaseModel):
    """What a fixed role of a pool has earned: `POST /v1/claims` with `role` pays it out."""

    pool: Hex32
    token: Wallet
    role: int = Field(description="0 developer, 1 compute, 2 treasury, 3 commons.")
    name: str
    earned: Amount
    paid: Amount
    due: Amount


class ClaimableOut(BaseModel):
    payee: Wallet
    at: int = Field(description="Second of the finalised block by which this is told.")
    balances: list[TokenBalance]
    epochs: list[DueOut]
    pending: list[PendingOut]
    roles: list[RoleOut]


class ProofOut(BaseModel):
    """Everything that `RoyaltyLedger.claim` takes, in its order; then what it would pay."""

    pool: Hex32
    n: int
    rest_hash: Hex32
    count: int
    payee: Wallet
    index: int
    amount: Amount
    proof: str = Field(description="Siblings from the leaf upwards, 48 bytes each: hash and sum.")
    claimed: Amount
    due: Amount


class ClaimIn(BaseModel):
    payee: Wallet
    pool: Hex32
    role: int | None = Field(
        default=None, ge=0, le=3, description="A fixed role of the pool instead of its epochs."
    )


class RelayedOut(BaseModel):
    """A payment on its way, in the token's smallest unit. `key` names its transaction: asking again gives the same."""

    key: str
    purpose: str
    token: Wallet
    amount: Amount


@router.get("/creators/{payee}/claimable", summary="What a creator has coming")
def claimable(payee: Wallet, desk: AtDesk) -> ClaimableOut:
    """Over all pools and tokens, by finalised blocks. What is pending is not in what is due."""
    return _claimable(desk.claims.claimable(Address(payee)))


@router.get("/creators/{payee}/claims/{pool}", summary="The proof that a creator shows to be paid")
def proof(payee: Wallet, pool: Hex32, desk: AtDesk) -> ProofOut:
    due, claim = desk.claims.proof(Address(payee), PoolId(Bytes32(pool)))
    return ProofOut(
        pool=claim.pool_id,
        n=claim.n,
        rest_hash=claim.rest_hash,
        count=claim.count,
        payee=claim.payee,
        index=claim.index,
        amount=str(claim.amount),
        proof="0x" + claim.proof.hex(),
        claimed=str(due.claimed),
        due=str(due.due),
    )


@router.get("/creators/{payee}/transactions", summary="Be paid everything without the operator")
def transactions(payee: Wallet, desk: AtDesk, to: To = None) -> list[ReadyTransaction]:
    """One for all epochs, one for each token, one for each role; empty where nothing is due."""
    found = desk.claims.all_at_once(Address(payee), Address(to) if to else None)
    return [ready(each, desk.place.chain_id) for each in found]


@router.get("/creators/{payee}/transactions/{pool}", summary="Be paid by one pool without the operator")
def pool_transactions(payee: Wallet, pool: Hex32, desk: AtDesk, to: To = None) -> list[ReadyTransaction]:
    found = desk.claims.transactions(Address(payee), PoolId(Bytes32(pool)), Address(to) if to else None)
    return [ready(each, desk.place.chain_id) for each in found]


@router.post(
    "/claims",
    summary="Pay a creator what epochs owe",
    status_code=202,
    dependencies=[Depends(Allowed(Scope.PAY))],
)
def claim(body: ClaimIn, desk: AtDesk) -> RelayedOut:
    """Anyone may ask: the money goes to the payee and nowhere else. Asking twice pays once.

    The gas is the operator's, within a daily budget; above it the answer is 429, and says how to send it yourself.
    """
    payee, pool = Address(body.payee), PoolId(Bytes32(body.pool))
    claims = desk.claims
    sent = claims.relay_claim(payee, pool) if body.role is None else claims.relay_role(payee, pool, body.role)
    return RelayedOut(key=sent.key, purpose=sent.purpose, token=sent.token, amount=str(sent.amount))


def _claimable(found: Claimable) -> ClaimableOut:
    return ClaimableOut(
        payee=found.payee,
        at=found.at,
        balances=[
            TokenBalance(
                token=balance.token,
                credited=str(balance.credited),
                withdrawn=str(balance.withdrawn),
                claimable=str(balance.claimable),
            )
            for balance in found.balances
        ],
        epochs=[_due(each) for each in found.due],
        pending=[_pending(each) for each in found.pending],
        roles=[_role(each) for each in found.roles],
    )


def _due(each: Due) -> DueOut:
    return DueOut(
        pool=each.pool_id,
        token=each.token,
        n=each.n,
        index=each.index,
        total=str(each.total),
        claimed=str(each.claimed),
        due=str(each.due),
    )


def _pending(each: Pending) -> PendingOut:
    return PendingOut(
        pool=each.pool_id,
        token=each.token,
        n=each.n,
        amount=str(each.amount),
        valid_at=each.valid_at,
        disputed=each.is_disputed,
    )


def _role(each: Role) -> RoleOut:
    return RoleOut(
        pool=each.pool_id,
        token=each.token,
        role=each.number,
        name=each.name,
        earned=str(each.earned),
        paid=str(each.paid),
        due=str(each.due),
    )
