"""Types of request fields that several routes share."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BaseModel, Field

from creditline import ids
from creditline.errors import Invalid
from creditline.transactions import Transaction


def _hex32(value: str) -> str:
    try:
        return ids.bytes32(value)
    except Invalid as error:
        raise ValueError(str(error)) from error


def _address(value: str) -> str:
    try:
        return ids.address(value)
    except Invalid as error:
        raise ValueError(str(error)) from error


def _amount(value: str) -> str:
    if not (value.isascii() and value.isdigit() and len(value) <= 39):
        raise ValueError("an amount is a decimal string in the token's smallest unit, without sign or point")
    return value


EXAMPLE_ID = "0x7f3c" + "0" * 56 + "9a1e"
EXAMPLE_ADDRESS = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"

Hex32 = Annotated[str, AfterValidator(_hex32), Field(examples=[EXAMPLE_ID], max_length=66)]
Wallet = Annotated[str, AfterValidator(_address), Field(examples=[EXAMPLE_ADDRESS], max_length=42)]
Amount = Annotated[str, AfterValidator(_amount), Field(examples=["1500000"], max_length=39)]
Limit = Annotated[int, Query(ge=1, le=200, description="Rows on a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="`next` of the page before.")]


class ReadyTransaction(BaseModel):
    """A transaction for the reader's own wallet to sign and send."""

    to: Wallet
    data: str = Field(examples=["0x5f6f5d3a"])
    value: Amount
    chain_id: int
    purpose: str


def ready(transaction: Transaction, chain_id: int) -> ReadyTransaction:
    return ReadyTransaction(
        to=transaction.to,
        data="0x" + transaction.data.hex(),
        value=str(transaction.value),
        chain_id=chain_id,
        purpose=transaction.purpose,
    )
