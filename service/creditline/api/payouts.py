"""Settling receipts and paying creators out. The operator pays the gas."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from creditline.access.key import Scope
from creditline.api.caller import Allowed, Required
from creditline.api.desk import AtDesk
from creditline.api.fields import Amount, Wallet
from creditline.api.problems import PROBLEMS
from creditline.ids import Address
from creditline.royalties.settlement import Balance, Progress

router = APIRouter(prefix="/v1", tags=["payouts"], responses=PROBLEMS)


class ProgressOut(BaseModel):
    """Receipts by how far they are. `settled` counts finalised blocks only."""

    waiting: int
    sent: int
    settled: int
    failed: int


class BalanceOut(BaseModel):
    token: Wallet
    payee: Wallet
    credited: Amount
    withdrawn: Amount
    claimable: Amount


class WithdrawalIn(BaseModel):
    token: Wallet
    payee: Wallet


@router.post(
    "/settlements",
    summary="Settle signed receipts",
    status_code=202,
    dependencies=[Depends(Required(Scope.OPERATE))],
)
def settle(desk: AtDesk) -> ProgressOut:
    """For the operator. Repeat it until nothing waits: works must be on chain before the receipts that pay them."""
    return _progress(desk.settler.step())


@router.get("/settlements", summary="How far settlement is")
def progress(desk: AtDesk) -> ProgressOut:
    return _progress(desk.settler.progress())


@router.get("/balances/{token}/{payee}", summary="What a payee can withdraw")
def balance(token: Wallet, payee: Wallet, desk: AtDesk) -> BalanceOut:
    return _balance(desk.balances.find(Address(token), Address(payee)))


@router.post(
    "/withdrawals", summary="Pay a creator out", status_code=202, dependencies=[Depends(Allowed(Scope.PAY))]
)
def withdraw(body: WithdrawalIn, desk: AtDesk) -> BalanceOut:
    """Anyone may ask: the money goes to the payee and nowhere else. Asking twice pays once.

    The gas is the operator's, within the same daily budget as that of claims.
    """
    return _balance(desk.claims.withdraw_for(Address(body.token), Address(body.payee)))


def _progress(progress: Progress) -> ProgressOut:
    return ProgressOut(**vars(progress))


def _balance(balance: Balance) -> BalanceOut:
    return BalanceOut(
        token=balance.token,
        payee=balance.payee,
        credited=str(balance.credited),
        withdrawn=str(balance.withdrawn),
        claimable=str(balance.claimable),
    )
