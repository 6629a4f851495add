"""Wallets that are signed in. Implements `access.sign_in.Sessions`."""

from __future__ import annotations

from sqlalchemy import delete, select

from creditline.ids import Address
from creditline.store.access_tables import sessions, spent_nonces
from creditline.store.database import Database
from creditline.store.upsert import insert_new_one


class Sessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, digest: str, wallet: Address, expires_at: int, nonce: str, now: int) -> bool:
        """Begin a session and spend the nonce, both or neither: False where it is spent. What has expired is forgotten."""
        with self._database.write() as connection:
            for table in (sessions, spent_nonces):
                connection.execute(delete(table).where(table.c.expires_at <= now))
            if not insert_new_one(connection, spent_nonces, {"nonce": nonce, "expires_at": expires_at}):
                return False
            row = {"digest": digest, "wallet": wallet, "expires_at": expires_at}
            connection.execute(sessions.insert(), row)
        return True

    def find(self, digest: str) -> tuple[Address, int] | None:
        """The wallet, and when the session expires."""
        with self._database.read() as connection:
            row = connection.execute(select(sessions).where(sessions.c.digest == digest)).first()
        return None if row is None else (Address(row.wallet), row.expires_at)

    def end(self, digest: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest))

    def end_all(self, wallet: Address) -> None:
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.wallet == wallet))
