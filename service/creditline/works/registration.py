"""Registering a folder of pictures: prepare, sign once, anchor.

A registration is named by its root, which follows from the works, so preparing the same folder again finds the same
registration wherever the first attempt stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from creditline.errors import Conflict, Invalid, Missing, WrongSignature
from creditline.ids import Address, Bytes32, ContentHash, WorkId, bytes32, work_id
from creditline.library import Library
from creditline.transactions import Transaction
from creditline.typed_data import Domain, TypedData
from creditline.works.batch import Batch, SignatureCheck, compose_batch
from creditline.works.record import PictureFacts, WorkRecord
from creditline.works.terms import Terms

SIGNING_PERIOD_S = 7 * 24 * 3600


class Status(StrEnum):
    """How far a registration is. `ANCHORED` means: in a finalised block."""

    PREPARED = "prepared"
    SENT = "sent"
    ANCHORED = "anchored"
    FAILED = "failed"


@dataclass(frozen=True)
class Picture:
    """A picture that was sent in: its facts, and its CID if its creator lets it be published."""

    facts: PictureFacts
    cid: str | None


@dataclass(frozen=True)
class WorkRequest:
    """One work that a creator wants to register."""

    content_hash: ContentHash
    title: str
    author: str


@dataclass(frozen=True)
class RegistrationRequest:
    creator: Address
    payee: Address
    terms: Terms
    works: tuple[WorkRequest, ...]


@dataclass(frozen=True)
class Likeness:
    """A registered work that shows the same pixels as one about to be registered."""

    content_hash: Bytes32
    registered: WorkId
    creator: Address


@dataclass(frozen=True)
class Registration:
    """`terms` are those of all its works. `problem` says why it failed, else it is empty.

    `transaction` is the hash of the anchoring transaction.
    """

    id: Bytes32
    batch: Batch
    terms: Terms
    status: Status
    manifest: Bytes32 | None = None
    problem: str = ""
    transaction: str | None = None


class Pictures(Protocol):
    """Pictures sent in, by content hash."""

    def save(self, picture: Picture) -> None: ...
    def find(self, content_hash: Bytes32) -> Picture | None: ...


class Registrations(Protocol):
    """Registrations, by root."""

    def find(self, id: Bytes32) -> Registration | None: ...
    def save_prepared(self, registration: Registration, now: int) -> None:
        """Keep a prepared registration. Has no effect where the id is known, unless its time to sign ran out by `now`."""

    def save_signed(self, registration: Registration, anchor: Transaction) -> None:
        """In one transaction: keep the signature and the manifest, and put `anchor` into the outbox."""


class RegisteredWorks(Protocol):
    """What finalised blocks say is registered."""

    def are_registered(self, works: Sequence[WorkId]) -> set[WorkId]: ...
    def with_pixels(self, pixel_hashes: Sequence[Bytes32]) -> dict[Bytes32, tuple[WorkId, Address]]:
        """For each pixel hash that is known: the work that was registered first with it."""


EncodeAnchor = Callable[[bytes, int, Bytes32], Transaction]


class Registrar:
    """Prepares registrations, checks what creators sign, and has the roots anchored."""

    def __init__(  # noqa: PLR0913 - one argument per party it works with
        self,
        *,
        library: Library,
        pictures: Pictures,
        registrations: Registrations,
        registered: RegisteredWorks,
        domain: Domain,
        is_signed: SignatureCheck,
        encode_anchor: EncodeAnchor,
        salt_key: bytes,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._library = library
        self._pictures = pictures
        self._registrations = registrations
        self._registered = registered
        self._domain = domain
        self._is_signed = is_signed
        self._encode_anchor = encode_anchor
        self._salt_key = salt_key
        self._clock = clock

    def add_picture(self, data: bytes, facts: PictureFacts, *, publish: bool) -> Picture:
        """Keep a described picture until it is registered, and publish its bytes if its creator wants that."""
        picture = Picture(facts, self._library.put(data).cid if publish else None)
        self._pictures.save(picture)
        return picture

    def find_picture(self, content_hash: Bytes32) -> Picture | None:
        return self._pictures.find(content_hash)

    def prepare(self, request: RegistrationRequest) -> Registration:
        """Write the records and the tree. Raises `Missing` for a picture not sent, `Conflict` for a work registered already."""
        records = [self._record(request, work) for work in request.works]
        already = self._registered.are_registered([record.work_id for record in records])
        if already:
            raise Conflict(
                f"{len(already)} of these works are registered already by {request.creator}, first {min(already)}.",
                "Leave them out; a work registers once and keeps its first date.",
            )
        now = int(self._clock())
        batch = compose_batch(records, request.payee, now + SIGNING_PERIOD_S, self._salt_key)
        for record in records:
            self._library.put(record.encode())
            self._library.put(record.terms.encode())
        registration = Registration(bytes32(batch.tree().root), batch, request.terms, Status.PREPARED)
        self._registrations.save_prepared(registration, now)
        return self.show(registration.id)

    def likenesses(self, registration: Registration) -> list[Likeness]:
        """Which of its works show the same pixels as a work that somebody registered before."""
        found = []
        hashes = {
            leaf.content_hash: self._sent(leaf.content_hash).facts.pixel_hash
            for leaf in registration.batch.leaves
        }
        known = self._registered.with_pixels(list(hashes.values()))
        for content_hash, pixels in hashes.items():
            if pixels in known and known[pixels][0] != work_id(registration.batch.creator, content_hash):
                found.append(Likeness(content_hash, *known[pixels]))
        return found

    def typed_data(self, registration: Registration) -> TypedData:
        return registration.batch.typed_data(self._domain)

    def sign(self, id: Bytes32, signature: str) -> Registration:
        """Check the creator's signature, publish the manifest and send the anchor. Signing twice has no effect."""
        registration = self.show(id)
        if registration.status is not Status.PREPARED:
            return registration
        if registration.batch.deadline <= self._clock():
            raise Invalid(
                "The time to sign this registration is over.", "Prepare it again: the works are still here."
            )
        creator, message = registration.batch.creator, self.typed_data(registration)
        if not self._is_signed(creator, message, signature):
            raise WrongSignature(
                f"This is not {creator}'s signature of this registration.",
                "Sign the typed data with the creator's wallet, on the chain that it names.",
            )
        batch = registration.batch.signed(signature)
        stored = self._library.put(batch.manifest(self._domain))
        anchor = self._encode_anchor(batch.tree().root, len(batch.leaves), stored.digest)
        signed = replace(registration, batch=batch, status=Status.SENT, manifest=stored.digest)
        self._registrations.save_signed(signed, anchor)
        return self.show(id)

    def show(self, id: Bytes32) -> Registration:
        registration = self._registrations.find(id)
        if registration is None:
            raise Missing(
                f"No registration {id} is known.", "Prepare it first; its id is the root in the answer."
            )
        return registration

    def _record(self, request: RegistrationRequest, work: WorkRequest) -> WorkRecord:
        picture = self._sent(work.content_hash)
        return WorkRecord(request.creator, work.title, work.author, picture.facts, request.terms, picture.cid)

    def _sent(self, content_hash: Bytes32) -> Picture:
        picture = self._pictures.find(content_hash)
        if picture is None:
            raise Missing(
                f"The picture {content_hash} has not been sent.",
                "POST its bytes to /v1/pictures, then prepare again.",
            )
        return picture
