"""Tables that follow from nothing else: what people sent, and what the service has promised and is sending."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from creditline.store.columns import Amount, Document
from creditline.store.schema import ADDRESS, HASH, metadata

# From `sender` on, columns are null while the transaction is queued. `hashes` lists all versions, the newest first.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String(200), nullable=False),
    Column("to", ADDRESS, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("value", Amount, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("sender", ADDRESS),
    Column("nonce", BigInteger),
    Column("gas", BigInteger),
    Column("max_fee", Amount),
    Column("tip", Amount),
    Column("raw", LargeBinary),
    Column("hashes", Document, nullable=False),
    Column("sent_block", BigInteger),
    Column("block_number", BigInteger),
    Column("block_hash", HASH),
    UniqueConstraint("key"),
    UniqueConstraint("sender", "nonce"),
    Index(None, "state", "id"),
)

pictures = Table(
    "pictures",
    metadata,
    Column("content_hash", HASH, primary_key=True),
    Column("pixel_hash", HASH, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("pdq", Text, nullable=False),
    Column("pdq_quality", Integer, nullable=False),
    Column("cid", Text),
)

# `anchor_key` is null until the creator has signed.
registrations = Table(
    "registrations",
    metadata,
    Column("id", HASH, primary_key=True),
    Column("batch", Document, nullable=False),
    Column("signature", Text, nullable=False),
    Column("manifest", HASH),
    Column("anchor_key", String(200)),
)

# `promised` is the revenue of all usages of the pool that are not `released`.
pool_accounts = Table(
    "pool_accounts",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("next_nonce", Amount, nullable=False),
    Column("promised", Amount, nullable=False),
)

# The receipt's own columns are null until it is signed, `settle_key` while no transaction carries it. `attempts` counts the
# transactions that failed to settle it. `failed_at` is the second in which we gave it up: with a `settle_key` for good,
# without one until its works are on chain after all. `released`: settled, or lost, and no longer counted as promised.
usages = Table(
    "usages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pool_id", HASH, nullable=False),
    Column("usage_id", String(200), nullable=False),
    Column("output_hash", HASH, nullable=False),
    Column("revenue", Amount, nullable=False),
    Column("nonce", Amount, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("report_hash", HASH),
    Column("shares", Document),
    Column("signature", Text),
    Column("settle_key", String(200)),
    Column("attempts", Integer, nullable=False),
    Column("failed_at", BigInteger),
    Column("released", Boolean, nullable=False),
    UniqueConstraint("pool_id", "usage_id"),
    UniqueConstraint("pool_id", "output_hash"),
    UniqueConstraint("pool_id", "nonce"),
    Index(None, "settle_key"),
    Index(None, "pool_id", "released"),
)

# The works that a signed receipt pays, so that the database can tell which receipts are ready. `usage` is `usages.id`.
usage_works = Table(
    "usage_works",
    metadata,
    Column("usage", Integer, primary_key=True),
    Column("work_id", HASH, primary_key=True),
)
