"""API keys. Implements `access.keyring.Keys`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, update

from creditline.access.key import ApiKey, Scope
from creditline.access.keyring import Kept
from creditline.store.access_tables import api_keys
from creditline.store.database import Database
from creditline.store.upsert import insert_new


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, id: str) -> Kept | None:
        with self._database.read() as connection:
            row = connection.execute(select(api_keys).where(api_keys.c.id == id)).first()
        return None if row is None else Kept(_read(row), row.digest)

    def list(self) -> list[ApiKey]:
        """All of them, by holder and age."""
        statement = select(api_keys).order_by(api_keys.c.holder, api_keys.c.created_at, api_keys.c.id)
        with self._database.read() as connection:
            return [_read(row) for row in connection.execute(statement)]

    def add(self, kept: Kept) -> None:
        with self._database.write() as connection:
            connection.execute(api_keys.insert(), _row(kept))

    def replace(self, id: str, kept: Kept, expires_at: int) -> None:
        """Add a key and let another expire, in one transaction."""
        later = or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > expires_at)
        with self._database.write() as connection:
            connection.execute(api_keys.insert(), _row(kept))
            connection.execute(
                update(api_keys).where(api_keys.c.id == id, later).values(expires_at=expires_at)
            )

    def adopt(self, kept: Kept) -> None:
        """Add it, or renew the digest of one that is there and not revoked."""
        living = (api_keys.c.id == kept.key.id) & api_keys.c.revoked_at.is_(None)
        with self._database.write() as connection:
            insert_new(connection, api_keys, [_row(kept)])
            connection.execute(update(api_keys).where(living).values(digest=kept.digest))

    def revoke(self, id: str, at: int) -> None:
        living = (api_keys.c.id == id) & api_keys.c.revoked_at.is_(None)
        with self._database.write() as connection:
            connection.execute(update(api_keys).where(living).values(revoked_at=at))

    def touch(self, id: str, at: int) -> None:
        """Note that it was used."""
        with self._database.write() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == id).values(last_used_at=at))


def _row(kept: Kept) -> dict[str, Any]:
    key = kept.key
    return {
        **vars(key),
        "scopes": " ".join(sorted(key.scopes)),
        "digest": kept.digest,
    }


def _read(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        holder=row.holder,
        scopes=frozenset(Scope(each) for each in row.scopes.split()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
