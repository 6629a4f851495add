"""Answers that are given again. Implements `access.repeats.Answers`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, delete, select, update

from creditline.access.repeats import KEPT_S, Answer, Found, Place
from creditline.store.access_tables import answers
from creditline.store.database import Database
from creditline.store.upsert import insert_new


class Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

    def lease(self, place: Place, fingerprint: str, token: str, until: int, now: int) -> Found:
        """Forget what has expired, take the place if it is free or its lease is over, and say what lies there."""
        mine = {"fingerprint": fingerprint, "token": token, "leased_until": until, "expires_at": now + KEPT_S}
        with self._database.write() as connection:
            connection.execute(delete(answers).where(answers.c.expires_at <= now))
            insert_new(connection, answers, [{**vars(place), **mine}])
            over = (
                _at(place)
                & answers.c.status.is_(None)
                & (answers.c.leased_until <= now)
                & (answers.c.fingerprint == fingerprint)
            )
            connection.execute(update(answers).where(over).values(mine))
            row = connection.execute(select(answers).where(_at(place))).one()
        return Found(row.fingerprint, row.token, row.leased_until, _answer(row))

    def renew(self, place: Place, token: str, until: int) -> None:
        with self._database.write() as connection:
            connection.execute(update(answers).where(_held(place, token)).values(leased_until=until))

    def keep(self, place: Place, token: str, answer: Answer, expires_at: int) -> None:
        values = {**vars(answer), "expires_at": expires_at}
        with self._database.write() as connection:
            connection.execute(update(answers).where(_held(place, token)).values(values))

    def release(self, place: Place, token: str) -> None:
        with self._database.write() as connection:
            connection.execute(delete(answers).where(_held(place, token)))


def _at(place: Place) -> ColumnElement[bool]:
    return (answers.c.caller == place.caller) & (answers.c.key == place.key)


def _held(place: Place, token: str) -> ColumnElement[bool]:
    """Once an answer is kept nobody changes it, whatever they held before."""
    return _at(place) & (answers.c.token == token) & answers.c.status.is_(None)


def _answer(row: Any) -> Answer | None:
    return None if row.status is None else Answer(row.status, row.content_type, row.body)
