"""Tables that follow from finalised events and published documents. Nothing here is worth a backup."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from creditline.store.columns import Amount, Document, Sum
from creditline.store.epoch_tables import claims, disputes, epochs, payments, stakes
from creditline.store.movement_tables import movements
from creditline.store.payout_tables import FROM_DOCUMENTS
from creditline.store.schema import ADDRESS, HASH, metadata, place

cursors = Table(
    "cursors",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", HASH, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("block_hash", HASH, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),
    Column("tx_hash", HASH, nullable=False),
    Column("contract", String(40), nullable=False),
    Column("name", String(40), nullable=False),
    Column("args", Document, nullable=False),
    Index(None, "number", "log_index", unique=True),
)

# One row per announcement that differs: the same root may be announced with a false manifest beside the true one.
anchors = Table(
    "anchors",
    metadata,
    Column("root", HASH, primary_key=True),
    Column("size", Amount, primary_key=True),
    Column("manifest", HASH, primary_key=True),
    Column("by", ADDRESS, nullable=False),
    Column("anchored_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    *place(),
    Index(None, "manifest"),
)

leaves = Table(
    "leaves",
    metadata,
    Column("root", HASH, primary_key=True),
    Column("leaf_index", Integer, primary_key=True),
    Column("work_id", HASH, nullable=False),
    Index(None, "work_id"),
)

works = Table(
    "works",
    metadata,
    Column("id", HASH, primary_key=True),
    Column("creator", ADDRESS, nullable=False),
    Column("owner", ADDRESS, nullable=False),
    Column("payee", ADDRESS, nullable=False),
    Column("content_hash", HASH, nullable=False),
    Column("record_hash", HASH, nullable=False),
    # null while those in the record hold
    Column("new_terms", HASH),
    Column("registered_at", BigInteger, nullable=False),
    Column("anchor", HASH),
    # -1 where the work stands in no batch, or in one whose manifest is not here yet
    Column("leaf_index", Integer, nullable=False),
    Column("on_chain", Boolean, nullable=False),
    Column("opted_out_at", BigInteger),
    Column("offered_to", ADDRESS),
    Index(None, "registered_at", "leaf_index", "id"),
    Index(None, "creator"),
    Index(None, "record_hash"),
    Index(None, "anchor", "on_chain"),
)

payees = Table(
    "payees",
    metadata,
    Column("work_id", HASH, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("payee", ADDRESS, nullable=False),
    Column("since", BigInteger, nullable=False),
)

opt_outs = Table(
    "opt_outs",
    metadata,
    Column("work_id", HASH, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("out", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("digest", HASH, primary_key=True),
    Column("creator", ADDRESS, nullable=False),
    Column("content_hash", HASH, nullable=False),
    Column("pixel_hash", HASH, nullable=False),
    Column("title", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("terms_hash", HASH, nullable=False),
    Column("picture", Text),
    Column("media_type", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("pdq", Text, nullable=False),
    Column("pdq_quality", Integer, nullable=False),
    Index(None, "pixel_hash"),
)

terms = Table(
    "terms",
    metadata,
    Column("digest", HASH, primary_key=True),
    Column("licence", Text, nullable=False),
    Column("training", String(10), nullable=False),
)

datasets = Table(
    "datasets",
    metadata,
    Column("id", HASH, primary_key=True),
    Column("by", ADDRESS, nullable=False),
    Column("root", HASH, nullable=False),
    Column("size", Amount, nullable=False),
    Column("cutoff", BigInteger, nullable=False),
    Column("manifest", HASH, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),
    Column("name", Text),
    *place(),
    Index(None, "manifest"),
    Index(None, "number", "log_index"),
)

dataset_works = Table(
    "dataset_works",
    metadata,
    Column("dataset_id", HASH, primary_key=True),
    Column("leaf_index", Integer, primary_key=True),
    Column("work_id", HASH, nullable=False),
)

breaches = Table(
    "breaches",
    metadata,
    Column("dataset_id", HASH, primary_key=True),
    Column("work_id", HASH, primary_key=True),
    Column("leaf_index", Amount, nullable=False),
    Column("proved_at", BigInteger, nullable=False),
)

models = Table(
    "models",
    metadata,
    Column("id", HASH, primary_key=True),
    Column("developer", ADDRESS, nullable=False),
    Column("weights_hash", HASH, nullable=False),
    Column("algorithm_hash", HASH, nullable=False),
    Column("registered_at", BigInteger, nullable=False),
    *place(),
    Index(None, "number", "log_index"),
)

model_datasets = Table(
    "model_datasets",
    metadata,
    Column("model_id", HASH, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("dataset_id", HASH, nullable=False),
)

pools = Table(
    "pools",
    metadata,
    Column("id", HASH, primary_key=True),
    *(Column(name, ADDRESS, nullable=False) for name in ("token", "integrator", "operator", "arbiter", "guardian")),
    Column("model_id", HASH, nullable=False),
    *(Column(name, ADDRESS, nullable=False) for name in ("developer", "compute", "treasury", "commons")),
    *(Column(name, Integer, nullable=False) for name in ("creator_bps", "developer_bps", "compute_bps")),
    Column("window", BigInteger, nullable=False),
    Column("bond", Amount, nullable=False),
    # As on chain, `settled` for its `direct`; the four `paid_` are by role
    *(
        Column(name, Amount, nullable=False)
        for name in (
            "ceiling", "settled", "unattributed", "reported", "pending", "paid_out",
            "paid_developer", "paid_compute", "paid_treasury", "paid_commons",
        )
    ),
    Column("valid_at", BigInteger, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("staked", Boolean, nullable=False),
    Column("paused_until", Integer, nullable=False),
    Column("refund_requested", Amount, nullable=False),
    Column("refundable_at", BigInteger, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    *place(),
    Index(None, "number", "log_index"),
)  # fmt: skip

settlements = Table(
    "settlements",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("nonce", Amount, primary_key=True),
    Column("output_hash", HASH, nullable=False),
    Column("report_hash", HASH, nullable=False),
    Column("revenue", Amount, nullable=False),
    Column("creator_part", Amount, nullable=False),
    Column("unattributed", Amount, nullable=False),
    Column("tx_hash", HASH, nullable=False),
    Column("settled_at", BigInteger, nullable=False),
    *place(),
    Index(None, "pool_id", "output_hash"),
    Index(None, "pool_id", "number", "log_index"),
)

settlement_works = Table(
    "settlement_works",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("nonce", Amount, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("work_id", HASH, nullable=False),
    Column("share", Integer, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("payee", ADDRESS, nullable=False),
    Index(None, "work_id"),
)

credits_ = Table(
    "credits",
    metadata,
    Column("token", ADDRESS, primary_key=True),
    Column("payee", ADDRESS, primary_key=True),
    Column("credited", Sum, nullable=False),
    Column("withdrawn", Sum, nullable=False),
)

# Documents that the rows above still wait for. `due` is a unix second.
wanted = Table(
    "wanted",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("digest", HASH, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("due", BigInteger, nullable=False),
    Index(None, "due"),
)

PROJECTION = (
    events, anchors, leaves, works, payees, opt_outs, records, terms, datasets, dataset_works, breaches, models,
    model_datasets, pools, settlements, settlement_works, credits_, epochs, disputes, claims, payments, stakes, movements,
)  # fmt: skip
"""Equal after every rebuild, row for row."""

FROM_CHAIN = (*PROJECTION, *FROM_DOCUMENTS, wanted, cursors)
"""What a rebuild empties."""
