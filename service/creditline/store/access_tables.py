"""Tables of the front door: who may call, what was answered, and who is signed in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from creditline.store.schema import ADDRESS, metadata

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

# `key` is the caller's own. `leased_until` counts while `status` and what follows it are null: the call is under way then, made
# by whoever knows `token`.
answers = Table(
    "answers",
    metadata,
    Column("caller", String(120), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("token", String(32), nullable=False),
    Column("leased_until", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("status", Integer),
    Column("content_type", Text),
    Column("body", LargeBinary),
    Index(None, "expires_at"),
)

# `digest` is SHA-256 of the secret in the cookie.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("wallet", ADDRESS, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "wallet"),
    Index(None, "expires_at"),
)

# Nonces that a wallet has signed in with. Kept as long as the session: longer than they could be used again.
spent_nonces = Table(
    "spent_nonces",
    metadata,
    Column("nonce", String(80), primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)
