"""What all tables share: one set of names, and the shapes of ids."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, String

# Names for constraints, so that migrations can speak of them on every database.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(column_0_N_label)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

HASH = String(66)
ADDRESS = String(42)


def place() -> tuple[Column[int], Column[int]]:
    """Where in the chain a row comes from."""
    return Column("number", BigInteger, nullable=False), Column("log_index", Integer, nullable=False)
