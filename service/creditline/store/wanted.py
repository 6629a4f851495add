"""Documents that rows wait for. Projecting never waits for a document: it notes it here and goes on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Connection, delete, select, update

from creditline.ids import Bytes32
from creditline.store.chain_tables import wanted
from creditline.store.upsert import insert_new

PAUSE_MAX_S = 60


class Kind(StrEnum):
    BATCH = "batch"
    DATASET = "dataset"
    RECORD = "record"
    TERMS = "terms"


class Fetched(StrEnum):
    """How far the document behind a row is."""

    WAITING = "waiting"
    LOADED = "loaded"
    INVALID = "invalid"


def want(connection: Connection, kind: Kind, digests: Iterable[str]) -> None:
    """Ask for documents. Asking twice has no effect."""
    rows = [{"kind": kind, "digest": digest, "attempts": 0, "due": 0} for digest in sorted(set(digests))]
    insert_new(connection, wanted, rows)


def due(connection: Connection, now: int, limit: int) -> list[tuple[Kind, Bytes32]]:
    """What to ask for now, the least often refused first, so that one lost document delays no other."""
    rows = connection.execute(
        select(wanted.c.kind, wanted.c.digest)
        .where(wanted.c.due <= now)
        .order_by(wanted.c.attempts, wanted.c.kind, wanted.c.digest)
        .limit(limit)
    )
    return [(Kind(row.kind), Bytes32(row.digest)) for row in rows]


def postpone(connection: Connection, kind: Kind, digest: Bytes32, now: int) -> None:
    """It is not to be had now: ask again after 1, 2, 4 … seconds, at most a minute."""
    this = (wanted.c.kind == kind) & (wanted.c.digest == digest)
    attempts = connection.scalar(select(wanted.c.attempts).where(this)) or 0
    pause = min(2 ** min(attempts, 16), PAUSE_MAX_S)
    connection.execute(update(wanted).where(this).values(attempts=attempts + 1, due=now + pause))


def forget(connection: Connection, kind: Kind, digest: Bytes32) -> None:
    """It is here, or can never be right."""
    connection.execute(delete(wanted).where(wanted.c.kind == kind, wanted.c.digest == digest))
