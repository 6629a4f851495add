"""Registering works: send pictures, prepare, sign once, watch."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from creditline import canonical
from creditline.access.key import Scope
from creditline.api.caller import Allowed
from creditline.api.desk import AtDesk, Desk
from creditline.api.fields import EXAMPLE_ADDRESS, Hex32, Wallet
from creditline.api.problems import PROBLEMS
from creditline.api.uploads import RawBody
from creditline.ids import Address, Bytes32, ContentHash
from creditline.works.batch import WORKS_MAX, Leaf
from creditline.works.record import CREDIT_MAX, RECORD_BYTES_MAX, TITLE_MAX
from creditline.works.registration import (
    Picture,
    Registration,
    RegistrationRequest,
    WorkRequest,
)
from creditline.works.terms import LICENCE_MAX, Terms, Training

router = APIRouter(prefix="/v1", tags=["registrations"], responses=PROBLEMS)


class PictureOut(BaseModel):
    content_hash: Hex32
    pixel_hash: Hex32
    media_type: str = Field(examples=["image/png"])
    width: int
    height: int
    cid: str | None = Field(description="Where the bytes are published; null if they are kept private.")


class AddressIn(BaseModel):
    url: str = Field(max_length=2_000, examples=["https://example.org/red-panda.png"])
    publish: bool = Field(True, description="Publish the bytes by CID, so that auditors can recompute.")


class WorkIn(BaseModel):
    content_hash: Hex32
    title: str = Field(min_length=1, max_length=TITLE_MAX, examples=["Red panda"])
    author: str = Field(
        "", max_length=CREDIT_MAX, examples=["Aiko Tanaka"], description="The name to credit."
    )


class TermsIn(BaseModel):
    licence: str = Field(min_length=1, max_length=LICENCE_MAX, examples=["CC-BY-SA-4.0"])
    training: Training = Training.ALLOWED


class RegistrationIn(BaseModel):
    """A folder of works by one creator."""

    creator: Wallet
    payee: Wallet | None = Field(
        None, description="Who is paid; the creator if left out.", examples=[EXAMPLE_ADDRESS]
    )
    terms: TermsIn
    works: list[WorkIn] = Field(min_length=1, max_length=WORKS_MAX)


class LikenessOut(BaseModel):
    """One of the works shows the same pixels as a work that somebody registered before."""

    content_hash: Hex32
    registered: Hex32
    creator: Wallet


class LeafOut(BaseModel):
    """One claim as the tree holds it, so that a wallet can check the root before it signs."""

    work: Hex32
    content_hash: Hex32
    record_hash: Hex32
    terms_hash: Hex32 = Field(description="Digest of the terms in the record.")
    payee: Wallet
    salt: Hex32
    record: dict[str, Any] | None = Field(description="The record behind `record_hash`, until it is signed.")


class RegistrationOut(BaseModel):
    id: Hex32 = Field(description="The root of the batch.")
    status: str = Field(examples=["prepared"], description="prepared, sent, anchored (final) or failed")
    creator: Wallet
    count: int
    deadline: int = Field(description="Unix second by which the root must be anchored.")
    leaves: list[LeafOut] = Field(description="In the order of the tree.")
    likenesses: list[LikenessOut]
    typed_data: dict[str, Any] | None = Field(
        description="What the creator's wallet signs (eth_signTypedData_v4)."
    )
    transaction: str | None
    problem: str


class SignatureIn(BaseModel):
    signature: str = Field(pattern=r"^0x[0-9a-fA-F]{2,8192}$", examples=["0x" + "1b" * 65])


@router.post(
    "/pictures", summary="Send one picture", status_code=201, dependencies=[Depends(Allowed(Scope.REGISTER))]
)
def add_picture(
    data: RawBody,
    desk: AtDesk,
    publish: Annotated[
        bool, Query(description="Publish the bytes by CID, so that auditors can recompute.")
    ] = True,
) -> PictureOut:
    """The body is the picture itself: PNG, JPEG or WebP. Sending it again has no effect."""
    return _picture(desk.registrar.add_picture(data, desk.engine.describe(data), publish=publish))


@router.post(
    "/pictures/fetch",
    summary="Fetch one picture from its address",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REGISTER))],
)
def fetch_picture(body: AddressIn, desk: AtDesk) -> PictureOut:
    """From a public http or https address, on its usual port, over at most three redirects."""
    data = desk.fetch(body.url, desk.picture_bytes_max)
    return _picture(desk.registrar.add_picture(data, desk.engine.describe(data), publish=body.publish))


@router.post(
    "/registrations",
    summary="Prepare a registration to sign",
    status_code=201,
    dependencies=[Depends(Allowed(Scope.REGISTER))],
)
def prepare(body: RegistrationIn, desk: AtDesk) -> RegistrationOut:
    """Writes the records and the tree. Preparing the same works again finds the same registration."""
    request = RegistrationRequest(
        creator=Address(body.creator),
        payee=Address(body.payee or body.creator),
        terms=Terms(body.terms.licence, body.terms.training),
        works=tuple(
            WorkRequest(ContentHash(Bytes32(work.content_hash)), work.title, work.author)
            for work in body.works
        ),
    )
    return _registration(desk, desk.registrar.prepare(request))


@router.post(
    "/registrations/{id}/signature",
    summary="Relay the creator's signature",
    status_code=202,
    dependencies=[Depends(Allowed(Scope.REGISTER))],
)
def sign(id: Hex32, body: SignatureIn, desk: AtDesk) -> RegistrationOut:
    """The operator anchors the root and pays the gas. Relaying twice has no effect."""
    return _registration(desk, desk.registrar.sign(Bytes32(id), body.signature))


@router.get("/registrations/{id}", summary="Watch a registration")
def show(id: Hex32, desk: AtDesk) -> RegistrationOut:
    return _registration(desk, desk.registrar.show(Bytes32(id)))


def _picture(picture: Picture) -> PictureOut:
    facts = picture.facts
    return PictureOut(
        content_hash=facts.content_hash,
        pixel_hash=facts.pixel_hash,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        cid=picture.cid,
    )


def _registration(desk: Desk, registration: Registration) -> RegistrationOut:
    registrar, batch, prepared = desk.registrar, registration.batch, registration.status == "prepared"
    likenesses = registrar.likenesses(registration) if prepared else []
    terms = registration.terms.digest()
    return RegistrationOut(
        id=registration.id,
        status=registration.status,
        creator=batch.creator,
        count=len(batch.leaves),
        deadline=batch.deadline,
        leaves=[_leaf(leaf, terms, _record(desk, leaf) if prepared else None) for leaf in batch.leaves],
        likenesses=[LikenessOut(**vars(likeness)) for likeness in likenesses],
        typed_data=_printable(registrar.typed_data(registration)) if prepared else None,
        transaction=registration.transaction,
        problem=registration.problem,
    )


def _record(desk: Desk, leaf: Leaf) -> canonical.JSON:
    return canonical.decode(desk.library.fetch(leaf.record_hash, RECORD_BYTES_MAX))


def _leaf(leaf: Leaf, terms: Bytes32, record: canonical.JSON | None) -> LeafOut:
    return LeafOut(
        work=leaf.work_id,
        content_hash=leaf.content_hash,
        record_hash=leaf.record_hash,
        terms_hash=terms,
        payee=leaf.payee,
        salt=leaf.salt,
        record=record,
    )


def _printable(value: Any) -> Any:
    """Typed data for a wallet: bytes as 0x-hex."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, list) else value
