"""Tables of the front door: who may call."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, String, Table, Text

from creditline.store.schema import metadata

# `digest` is a keyed hash of the key, `scopes` are words with spaces between.
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("last_used_at", BigInteger),
    Index(None, "holder"),
)
