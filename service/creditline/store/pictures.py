"""Pictures that were sent in, by content hash. Implements `works.registration.Pictures`."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select

from creditline.ids import Bytes32
from creditline.store.database import Database
from creditline.store.service_tables import pictures
from creditline.store.upsert import upsert
from creditline.works.record import PictureFacts
from creditline.works.registration import Picture


class Pictures:
    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, picture: Picture) -> None:
        """Sent again, the last wish about publishing counts."""
        with self._database.write() as connection:
            upsert(connection, pictures, [{**asdict(picture.facts), "cid": picture.cid}])

    def find(self, content_hash: Bytes32) -> Picture | None:
        with self._database.read() as connection:
            found = connection.execute(select(pictures).where(pictures.c.content_hash == content_hash))
            row = found.mappings().first()
        if row is None:
            return None
        facts = {name: value for name, value in row.items() if name != "cid"}
        return Picture(PictureFacts(**facts), row["cid"])
