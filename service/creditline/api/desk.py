"""Everything that the routes may reach, handed in by main."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Request

from creditline.canonical import JSON
from creditline.ids import Address, Bytes32, DatasetId, ModelId, PoolId
from creditline.library import Library
from creditline.royalties.claims import Claims
from creditline.royalties.commons import Commons
from creditline.royalties.dispute import Court
from creditline.royalties.keeping import Draft
from creditline.royalties.pool import PoolParams, Pools
from creditline.royalties.receipt import Reports
from creditline.royalties.settlement import Balance, Settler
from creditline.royalties.statement import Statements
from creditline.royalties.statement_csv import Token
from creditline.royalties.usage import ReceiptBook
from creditline.stamping.stamper import Stamper
from creditline.transactions import Transaction
from creditline.works.catalogue import Catalogue
from creditline.works.record import PictureFacts
from creditline.works.registration import Registrar


class Engine(Protocol):
    """The attribution engine, behind a bounded queue. Every method raises `Busy` when that is full."""

    @property
    def policy(self) -> Bytes32: ...
    def describe(self, picture: bytes) -> PictureFacts: ...
    def attribute(self, picture: bytes, model: ModelId) -> JSON: ...
    def overlay(self, picture: bytes, report: JSON) -> bytes: ...
    def thumbnail(self, picture: bytes, side: int) -> bytes: ...


@dataclass(frozen=True)
class Answer:
    """What the gateway answers: an HTTP status, headers, and the body in pieces."""

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]


class Contents(Protocol):
    """Stored content by CID, every byte checked."""

    def get(self, cid: str, limit: int) -> bytes: ...
    def raw_cid(self, digest: Bytes32) -> str: ...
    def respond(self, cid: str, wanted: str | None, accept: str) -> Answer: ...


class Epochs(Protocol):
    """Closed epochs, and the open one."""

    def list(self, pool_id: PoolId, before: int, limit: int) -> Sequence[Draft]:
        """The last `limit` closed epochs of a pool below number `before`, the oldest first."""

    def find(self, pool_id: PoolId, number: int) -> Draft | None: ...
    def open(self, pool_id: PoolId) -> tuple[int, int] | None:
        """The number of the open epoch, and how many receipts it has; None before the first."""

    def close(self, pool_id: PoolId, now: int) -> int | None:
        """Close a pool's open epoch, and return its number; None where it has no receipts."""


class Balances(Protocol):
    def find(self, token: Address, payee: Address) -> Balance:
        """All zero for a payee who never earned anything."""


class Drafts(Protocol):
    """Transactions that a wallet sends by itself, ready but for its signature."""

    def register_dataset(self, root: bytes, count: int, cutoff: int, manifest: Bytes32) -> Transaction: ...
    def register_model(
        self, weights: Bytes32, algorithm: Bytes32, datasets: list[DatasetId]
    ) -> Transaction: ...
    def open_pool(self, params: PoolParams) -> Transaction: ...
    def pool_id(self, params: PoolParams) -> PoolId: ...
    def create_commons(self, terms: PoolParams) -> tuple[Commons, Transaction]: ...
    def approve(self, token: Address, amount: int) -> Transaction: ...
    def fund(self, pool_id: PoolId, token: Address, amount: int) -> Transaction: ...


@dataclass(frozen=True)
class Place:
    """Where this service works. All of it is public."""

    chain_id: int
    work_registry: Address
    model_registry: Address
    royalty_ledger: Address
    fraud_proofs: Address
    operator: Address
    block: int


@dataclass(frozen=True)
class Desk:
    registrar: Registrar
    receipts: ReceiptBook
    reports: Reports
    settler: Settler
    balances: Balances
    claims: Claims
    statements: Statements
    court: Court
    token_of: Callable[[Address], Token]
    catalogue: Catalogue
    pools: Pools
    epochs: Epochs
    engine: Engine
    stamper: Stamper | None
    library: Library
    contents: Contents
    fetch: Callable[[str, int], bytes]
    drafts: Drafts
    place: Place
    picture_bytes_max: int
    health: Callable[[], dict[str, str]]
    measures: Callable[[], dict[str, float]]


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(_desk)]
