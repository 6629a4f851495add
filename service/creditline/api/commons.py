"""A commons: the contract that a pool may name for what no work explains, and from which that goes on to all creators."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk
from creditline.api.fields import Amount, Hex32, ReadyTransaction, Wallet, ready
from creditline.api.problems import PROBLEMS
from creditline.errors import Invalid
from creditline.ids import ZERO_ADDRESS, Address, Bytes32, ModelId
from creditline.royalties.commons import base_terms
from creditline.royalties.usage import WINDOW_MIN_S

router = APIRouter(prefix="/v1/commons", tags=["pools"], responses=PROBLEMS)


class CommonsTerms(BaseModel):
    """Of the base pool. The same terms are the same contract: its address follows from them."""

    token: Wallet = Field(description="ERC-20 token; the zero address for the chain's own coin.")
    model_id: Hex32 = Field(description="The creators of what this model learned from are paid.")
    arbiter: Wallet = Field(description="Rules on disputes about epochs.")
    guardian: Wallet = Field(
        ZERO_ADDRESS, description="May stop money from coming in for a while; the zero address for nobody."
    )
    window: int = Field(
        ge=WINDOW_MIN_S, lt=2**32, examples=[86400], description="Time to object to an epoch, in seconds."
    )
    bond: Amount = Field(examples=["1000000"], description="What the operator stakes on its epochs; not 0.")


class CommonsDraft(BaseModel):
    address: Wallet = Field(description="What a pool names as its `commons`, once it is created.")
    base_pool: Hex32
    transaction: ReadyTransaction


@router.post(
    "",
    summary="Prepare a commons and its base pool",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REPORT))],
)
def draft(body: CommonsTerms, desk: AtDesk) -> CommonsDraft:
    """The base pool will be run by this service's operator. Anyone may send the transaction, once."""
    bond = int(body.bond)
    if not 0 < bond < 2**96:
        raise Invalid("The bond is 1 to 2^96 - 1 units.", "Send what the operator is to stake.")
    terms = base_terms(
        ModelId(Bytes32(body.model_id)),
        Address(body.token),
        desk.place.operator,
        arbiter=Address(body.arbiter),
        guardian=Address(body.guardian),
        window=body.window,
        bond=bond,
    )
    commons, transaction = desk.drafts.create_commons(terms)
    return CommonsDraft(
        address=commons.address,
        base_pool=desk.drafts.pool_id(commons.base),
        transaction=ready(transaction, desk.place.chain_id),
    )
