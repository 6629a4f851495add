"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchors",
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("size", sa.String(length=78), nullable=False),
        sa.Column("manifest", sa.String(length=66), nullable=False),
        sa.Column("by", sa.String(length=42), nullable=False),
        sa.Column("anchored_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("root", "size", "manifest", name=op.f("pk_anchors")),
    )
    op.create_index(op.f("ix_anchors_manifest"), "anchors", ["manifest"], unique=False)
    op.create_table(
        "breaches",
        sa.Column("dataset_id", sa.String(length=66), nullable=False),
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.Column("leaf_index", sa.String(length=78), nullable=False),
        sa.Column("proved_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "work_id", name=op.f("pk_breaches")),
    )
    op.create_table(
        "credits",
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("credited", sa.String(length=78), nullable=False),
        sa.Column("withdrawn", sa.String(length=78), nullable=False),
        sa.PrimaryKeyConstraint("token", "payee", name=op.f("pk_credits")),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=66), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )
    op.create_table(
        "dataset_works",
        sa.Column("dataset_id", sa.String(length=66), nullable=False),
        sa.Column("leaf_index", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.PrimaryKeyConstraint("dataset_id", "leaf_index", name=op.f("pk_dataset_works")),
    )
    op.create_table(
        "datasets",
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("by", sa.String(length=42), nullable=False),
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("size", sa.String(length=78), nullable=False),
        sa.Column("cutoff", sa.BigInteger(), nullable=False),
        sa.Column("manifest", sa.String(length=66), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
    )
    op.create_index(op.f("ix_datasets_manifest"), "datasets", ["manifest"], unique=False)
    op.create_index(
        op.f("ix_datasets_number_datasets_log_index"), "datasets", ["number", "log_index"], unique=False
    )
    op.create_table(
        "events",
        sa.Column("block_hash", sa.String(length=66), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("contract", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("args", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("block_hash", "log_index", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_number_events_log_index"), "events", ["number", "log_index"], unique=True)
    op.create_table(
        "leaves",
        sa.Column("root", sa.String(length=66), nullable=False),
        sa.Column("leaf_index", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.PrimaryKeyConstraint("root", "leaf_index", name=op.f("pk_leaves")),
    )
    op.create_index(op.f("ix_leaves_work_id"), "leaves", ["work_id"], unique=False)
    op.create_table(
        "model_datasets",
        sa.Column("model_id", sa.String(length=66), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("dataset_id", sa.String(length=66), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "position", name=op.f("pk_model_datasets")),
    )
    op.create_table(
        "models",
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("developer", sa.String(length=42), nullable=False),
        sa.Column("weights_hash", sa.String(length=66), nullable=False),
        sa.Column("algorithm_hash", sa.String(length=66), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_index(
        op.f("ix_models_number_models_log_index"), "models", ["number", "log_index"], unique=False
    )
    op.create_table(
        "opt_outs",
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("out", sa.Boolean(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("work_id", "number", "log_index", name=op.f("pk_opt_outs")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("to", sa.String(length=42), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("value", sa.String(length=78), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sender", sa.String(length=42), nullable=True),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("gas", sa.BigInteger(), nullable=True),
        sa.Column("max_fee", sa.String(length=78), nullable=True),
        sa.Column("tip", sa.String(length=78), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("hashes", sa.Text(), nullable=False),
        sa.Column("sent_block", sa.BigInteger(), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.String(length=66), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sa.UniqueConstraint("sender", "nonce", name=op.f("uq_outbox_sender_nonce")),
    )
    op.create_index(op.f("ix_outbox_state_outbox_id"), "outbox", ["state", "id"], unique=False)
    op.create_table(
        "payees",
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("work_id", "number", "log_index", name=op.f("pk_payees")),
    )
    op.create_table(
        "pictures",
        sa.Column("content_hash", sa.String(length=66), nullable=False),
        sa.Column("pixel_hash", sa.String(length=66), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("pdq", sa.Text(), nullable=False),
        sa.Column("pdq_quality", sa.Integer(), nullable=False),
        sa.Column("cid", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_pictures")),
    )
    op.create_table(
        "pool_accounts",
        sa.Column("pool_id", sa.String(length=66), nullable=False),
        sa.Column("next_nonce", sa.String(length=78), nullable=False),
        sa.Column("promised", sa.String(length=78), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", name=op.f("pk_pool_accounts")),
    )
    op.create_table(
        "pools",
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("token", sa.String(length=42), nullable=False),
        sa.Column("integrator", sa.String(length=42), nullable=False),
        sa.Column("operator", sa.String(length=42), nullable=False),
        sa.Column("arbiter", sa.String(length=42), nullable=False),
        sa.Column("model_id", sa.String(length=66), nullable=False),
        sa.Column("developer", sa.String(length=42), nullable=False),
        sa.Column("compute", sa.String(length=42), nullable=False),
        sa.Column("treasury", sa.String(length=42), nullable=False),
        sa.Column("commons", sa.String(length=42), nullable=False),
        sa.Column("creator_bps", sa.Integer(), nullable=False),
        sa.Column("developer_bps", sa.Integer(), nullable=False),
        sa.Column("compute_bps", sa.Integer(), nullable=False),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("bond", sa.String(length=78), nullable=False),
        sa.Column("deposited", sa.String(length=78), nullable=False),
        sa.Column("settled", sa.String(length=78), nullable=False),
        sa.Column("unattributed", sa.String(length=78), nullable=False),
        sa.Column("paid_developer", sa.String(length=78), nullable=False),
        sa.Column("paid_compute", sa.String(length=78), nullable=False),
        sa.Column("paid_treasury", sa.String(length=78), nullable=False),
        sa.Column("paid_commons", sa.String(length=78), nullable=False),
        sa.Column("refund_requested", sa.String(length=78), nullable=False),
        sa.Column("refundable_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pools")),
    )
    op.create_index(op.f("ix_pools_number_pools_log_index"), "pools", ["number", "log_index"], unique=False)
    op.create_table(
        "records",
        sa.Column("digest", sa.String(length=66), nullable=False),
        sa.Column("creator", sa.String(length=42), nullable=False),
        sa.Column("content_hash", sa.String(length=66), nullable=False),
        sa.Column("pixel_hash", sa.String(length=66), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("picture", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("pdq", sa.Text(), nullable=False),
        sa.Column("pdq_quality", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_records")),
    )
    op.create_index(op.f("ix_records_pixel_hash"), "records", ["pixel_hash"], unique=False)
    op.create_table(
        "registrations",
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("manifest", sa.String(length=66), nullable=True),
        sa.Column("anchor_key", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    op.create_table(
        "settlement_works",
        sa.Column("pool_id", sa.String(length=66), nullable=False),
        sa.Column("nonce", sa.String(length=78), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("amount", sa.String(length=78), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "nonce", "position", name=op.f("pk_settlement_works")),
    )
    op.create_index(op.f("ix_settlement_works_work_id"), "settlement_works", ["work_id"], unique=False)
    op.create_table(
        "settlements",
        sa.Column("pool_id", sa.String(length=66), nullable=False),
        sa.Column("nonce", sa.String(length=78), nullable=False),
        sa.Column("output_hash", sa.String(length=66), nullable=False),
        sa.Column("report_hash", sa.String(length=66), nullable=False),
        sa.Column("revenue", sa.String(length=78), nullable=False),
        sa.Column("creator_part", sa.String(length=78), nullable=False),
        sa.Column("unattributed", sa.String(length=78), nullable=False),
        sa.Column("tx_hash", sa.String(length=66), nullable=False),
        sa.Column("settled_at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "nonce", name=op.f("pk_settlements")),
    )
    op.create_index(
        op.f("ix_settlements_pool_id_settlements_output_hash"),
        "settlements",
        ["pool_id", "output_hash"],
        unique=False,
    )
    op.create_index(
        op.f("ix_settlements_pool_id_settlements_number_settlements_log_index"),
        "settlements",
        ["pool_id", "number", "log_index"],
        unique=False,
    )
    op.create_table(
        "terms",
        sa.Column("digest", sa.String(length=66), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("training", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_terms")),
    )
    op.create_table(
        "usage_works",
        sa.Column("usage", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.String(length=66), nullable=False),
        sa.PrimaryKeyConstraint("usage", "work_id", name=op.f("pk_usage_works")),
    )
    op.create_table(
        "usages",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("pool_id", sa.String(length=66), nullable=False),
        sa.Column("usage_id", sa.String(length=200), nullable=False),
        sa.Column("output_hash", sa.String(length=66), nullable=False),
        sa.Column("revenue", sa.String(length=78), nullable=False),
        sa.Column("nonce", sa.String(length=78), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("report_hash", sa.String(length=66), nullable=True),
        sa.Column("shares", sa.Text(), nullable=True),
        sa.Column("signature", sa.Text(), nullable=True),
        sa.Column("settle_key", sa.String(length=200), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usages")),
        sa.UniqueConstraint("pool_id", "nonce", name=op.f("uq_usages_pool_id_nonce")),
        sa.UniqueConstraint("pool_id", "output_hash", name=op.f("uq_usages_pool_id_output_hash")),
        sa.UniqueConstraint("pool_id", "usage_id", name=op.f("uq_usages_pool_id_usage_id")),
    )
    op.create_index(
        op.f("ix_usages_pool_id_usages_released"), "usages", ["pool_id", "released"], unique=False
    )
    op.create_index(op.f("ix_usages_settle_key"), "usages", ["settle_key"], unique=False)
    op.create_table(
        "wanted",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=66), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_wanted")),
    )
    op.create_index(op.f("ix_wanted_due"), "wanted", ["due"], unique=False)
    op.create_table(
        "works",
        sa.Column("id", sa.String(length=66), nullable=False),
        sa.Column("creator", sa.String(length=42), nullable=False),
        sa.Column("owner", sa.String(length=42), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("content_hash", sa.String(length=66), nullable=False),
        sa.Column("record_hash", sa.String(length=66), nullable=False),
        sa.Column("terms_hash", sa.String(length=66), nullable=False),
        sa.Column("registered_at", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.String(length=66), nullable=True),
        sa.Column("leaf_index", sa.Integer(), nullable=False),
        sa.Column("on_chain", sa.Boolean(), nullable=False),
        sa.Column("opted_out_at", sa.BigInteger(), nullable=True),
        sa.Column("offered_to", sa.String(length=42), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
    )
    op.create_index(op.f("ix_works_creator"), "works", ["creator"], unique=False)
    op.create_index(op.f("ix_works_record_hash"), "works", ["record_hash"], unique=False)
    op.create_index(
        op.f("ix_works_registered_at_works_leaf_index_works_id"),
        "works",
        ["registered_at", "leaf_index", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_works_registered_at_works_leaf_index_works_id"), table_name="works")
    op.drop_index(op.f("ix_works_record_hash"), table_name="works")
    op.drop_index(op.f("ix_works_creator"), table_name="works")
    op.drop_table("works")
    op.drop_index(op.f("ix_wanted_due"), table_name="wanted")
    op.drop_table("wanted")
    op.drop_index(op.f("ix_usages_settle_key"), table_name="usages")
    op.drop_index(op.f("ix_usages_pool_id_usages_released"), table_name="usages")
    op.drop_table("usages")
    op.drop_table("usage_works")
    op.drop_table("terms")
    op.drop_index(
        op.f("ix_settlements_pool_id_settlements_number_settlements_log_index"), table_name="settlements"
    )
    op.drop_table("settlements")
    op.drop_index(op.f("ix_settlement_works_work_id"), table_name="settlement_works")
    op.drop_table("settlement_works")
    op.drop_table("registrations")
    op.drop_index(op.f("ix_records_pixel_hash"), table_name="records")
    op.drop_table("records")
    op.drop_index(op.f("ix_pools_number_pools_log_index"), table_name="pools")
    op.drop_table("pools")
    op.drop_table("pool_accounts")
    op.drop_table("pictures")
    op.drop_table("payees")
    op.drop_index(op.f("ix_outbox_state_outbox_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("opt_outs")
    op.drop_index(op.f("ix_models_number_models_log_index"), table_name="models")
    op.drop_table("models")
    op.drop_table("model_datasets")
    op.drop_index(op.f("ix_leaves_work_id"), table_name="leaves")
    op.drop_table("leaves")
    op.drop_index(op.f("ix_events_number_events_log_index"), table_name="events")
    op.drop_table("events")
    op.drop_index(op.f("ix_datasets_number_datasets_log_index"), table_name="datasets")
    op.drop_index(op.f("ix_datasets_manifest"), table_name="datasets")
    op.drop_table("datasets")
    op.drop_table("dataset_works")
    op.drop_table("cursors")
    op.drop_table("credits")
    op.drop_table("breaches")
    op.drop_index(op.f("ix_anchors_manifest"), table_name="anchors")
    op.drop_table("anchors")
