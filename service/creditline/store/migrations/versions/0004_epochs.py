"""Receipts of epochs, and epochs on their way to the chain."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("usages") as usages:
        usages.add_column(
            sa.Column("settlement", sa.String(length=6), nullable=False, server_default="direct")
        )
        usages.add_column(sa.Column("epoch", sa.BigInteger(), nullable=True))
        usages.add_column(sa.Column("epoch_index", sa.BigInteger(), nullable=True))
        usages.add_column(sa.Column("usage_signature", sa.Text(), nullable=True))
        usages.alter_column("nonce", existing_type=sa.String(length=78), nullable=True)
    op.drop_index(op.f("ix_usages_pool_id_usages_released"), table_name="usages")
    op.create_index(
        op.f("ix_usages_pool_id_usages_settlement_usages_released"),
        "usages",
        ["pool_id", "settlement", "released"],
        unique=False,
    )
    op.create_index(
        op.f("ix_usages_pool_id_usages_epoch_usages_epoch_index"),
        "usages",
        ["pool_id", "epoch", "epoch_index"],
        unique=False,
    )
    with op.batch_alter_table("pool_accounts") as accounts:
        for name in ("epoch", "first_index", "next_index", "epoch_since"):
            accounts.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
    births = op.create_table(
        "births",
        sa.Column("born_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("born_at", name=op.f("pk_births")),
    )
    op.bulk_insert(births, [{"born_at": int(time.time())}])
    op.create_table(
        "closings",
        sa.Column("pool_id", sa.String(length=66), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=False),
        sa.Column("usages", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=True),
        sa.Column("cid", sa.Text(), nullable=True),
        sa.Column("post_key", sa.String(length=200), nullable=True),
        sa.Column("valid_at", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released", sa.String(length=78), nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "number", name=op.f("pk_closings")),
    )
    op.create_index(op.f("ix_closings_state"), "closings", ["state"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_closings_state"), table_name="closings")
    op.drop_table("closings")
    op.drop_table("births")
    op.drop_index(op.f("ix_usages_pool_id_usages_epoch_usages_epoch_index"), table_name="usages")
    op.drop_index(op.f("ix_usages_pool_id_usages_settlement_usages_released"), table_name="usages")
    op.create_index(
        op.f("ix_usages_pool_id_usages_released"), "usages", ["pool_id", "released"], unique=False
    )
    with op.batch_alter_table("pool_accounts") as accounts:
        for name in ("epoch", "first_index", "next_index", "epoch_since"):
            accounts.drop_column(name)
    op.execute("DELETE FROM usages WHERE settlement <> 'direct'")
    with op.batch_alter_table("usages") as usages:
        for name in ("settlement", "epoch", "epoch_index", "usage_signature"):
            usages.drop_column(name)
        usages.alter_column("nonce", existing_type=sa.String(length=78), nullable=False)
