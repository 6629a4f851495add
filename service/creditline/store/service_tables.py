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

# `promised` is the revenue of all usages of the pool that are not `released`, less what posted epochs have released. The
# open epoch has receipts at the indexes from `first_index` to below `next_index`, the first since `epoch_since`, a unix
# second; these columns are null until the pool's first receipt for an epoch.
pool_accounts = Table(
    "pool_accounts",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("next_nonce", Amount, nullable=False),
    Column("promised", Amount, nullable=False),
    Column("epoch", BigInteger),
    Column("first_index", BigInteger),
    Column("next_index", BigInteger),
    Column("epoch_since", BigInteger),
)

# When these tables were made: a database that is younger than a pool's stake may have lost receipts.
births = Table("births", metadata, Column("born_at", BigInteger, primary_key=True))

# Epochs that take no more receipts. From `cutoff` to `cid`, columns are null until the epoch is built; `post_key` names the
# transaction that posts it. `due` is the unix second before which nothing is tried again, `reason` what is in the way,
# `released` how much of the pool's promises the posted epoch has taken over.
closings = Table(
    "closings",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("closed_at", BigInteger, nullable=False),
    Column("usages", BigInteger, nullable=False),
    Column("epoch", Document),
    Column("cid", Text),
    Column("post_key", String(200)),
    Column("valid_at", BigInteger),
    Column("due", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("released", Amount, nullable=False),
    Index(None, "state"),
)

# The receipt's own columns are null until it is signed, `settle_key` while no transaction carries it. `attempts` counts the
# transactions that failed to settle it. `failed_at` is the second in which we gave it up: with a `settle_key` for good,
# without one until its works are on chain after all. `released`: settled, or lost, and no longer counted as promised.
# `settlement` is "direct" or "epoch"; a receipt for an epoch has its number, index and nonce once its report is known.
usages = Table(
    "usages",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("pool_id", HASH, nullable=False),
    Column("usage_id", String(200), nullable=False),
    Column("output_hash", HASH, nullable=False),
    Column("revenue", Amount, nullable=False),
    Column("settlement", String(6), nullable=False),
    Column("nonce", Amount),
    Column("epoch", BigInteger),
    Column("epoch_index", BigInteger),
    Column("deadline", BigInteger, nullable=False),
    Column("usage_signature", Text),
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
    Index(None, "pool_id", "epoch", "epoch_index"),
    Index(None, "settle_key"),
    Index(None, "pool_id", "settlement", "released"),
)

# The works that a signed receipt pays, so that the database can tell which receipts are ready. `usage` is `usages.id`.
usage_works = Table(
    "usage_works",
    metadata,
    Column("usage", Integer, primary_key=True),
    Column("work_id", HASH, primary_key=True),
)

# Gas set aside for transactions that others asked the operator to send, by days since 1970.
relay_days = Table(
    "relay_days",
    metadata,
    Column("day", BigInteger, primary_key=True, autoincrement=False),
    Column("gas", BigInteger, nullable=False),
)
