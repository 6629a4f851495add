"""Transactions to send, and how far each is. The sender in the chain room moves them along; see its drawing of the states."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.exc import IntegrityError

from creditline.errors import Conflict
from creditline.ids import Address, Bytes32
from creditline.store.database import Database
from creditline.store.service_tables import outbox
from creditline.store.upsert import insert_new
from creditline.transactions import Transaction

QUEUED, SIGNED, MINED, FINAL, FAILED = "queued", "signed", "mined", "final", "failed"


@dataclass(frozen=True)
class Entry:
    """One transaction as kept. `reason` says why it failed. Prices in wei per gas."""

    key: str
    to: Address
    data: bytes
    value: int
    purpose: str
    state: str
    reason: str
    nonce: int | None
    gas: int | None
    max_fee: int | None
    tip: int | None
    raw: bytes | None
    hashes: tuple[Bytes32, ...]
    sent_block: int | None
    block_number: int | None
    block_hash: Bytes32 | None


class Attempt(Protocol):
    """A signed version of a transaction."""

    @property
    def sender(self) -> Address: ...
    @property
    def nonce(self) -> int: ...
    @property
    def tx_hash(self) -> Bytes32: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def gas(self) -> int: ...
    @property
    def max_fee(self) -> int: ...
    @property
    def tip(self) -> int: ...
    @property
    def sent_block(self) -> int: ...


class Outbox:
    """Every method is one transaction. `wake` is set after something was enqueued."""

    def __init__(self, database: Database, wake: threading.Event | None = None) -> None:
        self._database = database
        self.wake = wake or threading.Event()

    def enqueue(self, transaction: Transaction) -> None:
        """Enqueuing a key again has no effect. Raises `Conflict` where the key stands for something else."""
        with self._database.write() as connection:
            enqueue_in(connection, transaction)
        self.wake.set()

    def find(self, key: str) -> Entry | None:
        with self._database.read() as connection:
            row = connection.execute(select(outbox).where(outbox.c.key == key)).first()
        return None if row is None else _entry(row)

    def failure(self, key: str) -> str | None:
        """Why a transaction failed; None while it has not."""
        entry = self.find(key)
        return entry.reason if entry is not None and entry.state == FAILED else None

    def queued(self, limit: int) -> Sequence[Entry]:
        """In the order in which they were enqueued."""
        return self._list(outbox.c.state == QUEUED, by=outbox.c.id, limit=limit)

    def in_flight(self, sender: Address) -> Sequence[Entry]:
        """Signed or mined, by nonce."""
        is_out = outbox.c.state.in_((SIGNED, MINED)) & (outbox.c.sender == sender)
        return self._list(is_out, by=outbox.c.nonce, limit=None)

    def highest_nonce(self, sender: Address) -> int | None:
        with self._database.read() as connection:
            highest = select(func.max(outbox.c.nonce)).where(outbox.c.sender == sender)
            nonce: int | None = connection.scalar(highest)
        return nonce

    def count_by_state(self) -> dict[str, int]:
        """For health and metrics."""
        statement = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
        with self._database.read() as connection:
            return {row.state: row.number for row in connection.execute(statement)}

    def sign(self, key: str, attempt: Attempt) -> None:
        """Keep a signed version before it is broadcast. Raises `Conflict` when its nonce is given out already."""
        values = {"state": SIGNED, "sender": attempt.sender, "nonce": attempt.nonce}
        hashes = {"hashes": [attempt.tx_hash]}
        try:
            self._move(key, (QUEUED,), **values, hashes=hashes, **_signed(attempt))
        except IntegrityError as error:
            raise Conflict(
                f"Nonce {attempt.nonce} of {attempt.sender} is given out already.", "Run one sender per key."
            ) from error

    def replace(self, key: str, attempt: Attempt) -> None:
        """Another price for the same nonce. The earlier hash is remembered: it may still be the one that is mined."""
        entry = self.find(key)
        assert entry is not None, "only an entry that exists is replaced"
        assert entry.nonce == attempt.nonce, "a replacement keeps the nonce"
        hashes = {"hashes": [attempt.tx_hash, *entry.hashes]}
        self._move(key, (SIGNED,), hashes=hashes, **_signed(attempt))

    def mine(self, key: str, tx_hash: Bytes32, block_number: int, block_hash: Bytes32) -> None:
        self._move(key, (SIGNED,), state=MINED, **self._block(key, tx_hash, block_number, block_hash))

    def unmine(self, key: str) -> None:
        self._move(key, (MINED,), state=SIGNED, block_number=None, block_hash=None)

    def requeue(self, key: str) -> None:
        """Its nonce went to somebody else's transaction: it takes another one."""
        nothing = dict.fromkeys(("sender", "nonce", "gas", "max_fee", "tip", "raw", "sent_block"))
        self._move(key, (SIGNED,), state=QUEUED, hashes={"hashes": []}, **nothing)

    def finish(self, key: str, tx_hash: Bytes32, block_number: int, block_hash: Bytes32) -> None:
        self._move(key, (MINED,), state=FINAL, **self._block(key, tx_hash, block_number, block_hash))

    def fail(self, key: str, reason: str) -> None:
        self._move(key, (QUEUED, MINED), state=FAILED, reason=reason)

    def _block(self, key: str, tx_hash: Bytes32, number: int, block_hash: Bytes32) -> dict[str, Any]:
        """The version that was mined comes first from now on: it is what people look up."""
        entry = self.find(key)
        others = [] if entry is None else [known for known in entry.hashes if known != tx_hash]
        return {"hashes": {"hashes": [tx_hash, *others]}, "block_number": number, "block_hash": block_hash}

    def _move(self, key: str, states: tuple[str, ...], **values: Any) -> None:
        this = (outbox.c.key == key) & outbox.c.state.in_(states)
        with self._database.write() as connection:
            moved = connection.execute(update(outbox).where(this).values(**values))
            if moved.rowcount != 1:
                raise Conflict(
                    f"Transaction {key} is not {' or '.join(states)} any more.", "Run one sender per key."
                )

    def _list(self, where: ColumnElement[bool], by: ColumnElement[Any], limit: int | None) -> list[Entry]:
        with self._database.read() as connection:
            rows = connection.execute(select(outbox).where(where).order_by(by).limit(limit)).all()
        return [_entry(row) for row in rows]


def enqueue_in(connection: Connection, transaction: Transaction) -> None:
    """Put a transaction into the outbox together with the change that causes it."""
    row = {name: getattr(transaction, name) for name in ("key", "to", "data", "value", "purpose")}
    insert_new(connection, outbox, [{**row, "state": QUEUED, "reason": "", "hashes": {"hashes": []}}])
    known = select(outbox.c.to, outbox.c.data, outbox.c.value).where(outbox.c.key == transaction.key)
    found = connection.execute(known).one()
    if (found.to, bytes(found.data), found.value) != (transaction.to, transaction.data, transaction.value):
        raise Conflict(
            f"The key {transaction.key} stands for another transaction.", "Give a new transaction a new key."
        )


def _signed(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in ("gas", "max_fee", "tip", "raw", "sent_block")}


def _entry(row: Any) -> Entry:
    return Entry(
        key=row.key,
        to=Address(row.to),
        data=bytes(row.data),
        value=row.value,
        purpose=row.purpose,
        state=row.state,
        reason=row.reason,
        nonce=row.nonce,
        gas=row.gas,
        max_fee=row.max_fee,
        tip=row.tip,
        raw=None if row.raw is None else bytes(row.raw),
        hashes=tuple(Bytes32(each) for each in row.hashes["hashes"]),
        sent_block=row.sent_block,
        block_number=row.block_number,
        block_hash=None if row.block_hash is None else Bytes32(row.block_hash),
    )
