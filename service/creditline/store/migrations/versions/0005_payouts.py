"""What epochs owe to each payee, and the gas that the operator has paid for others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _epoch() -> tuple[sa.Column[str], sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("pool_id", sa.String(length=66), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    key = ("pool_id", "n", "attempt")
    op.create_table("read_epochs", *_epoch(), sa.PrimaryKeyConstraint(*key, name=op.f("pk_read_epochs")))
    op.create_table(
        "payouts",
        *_epoch(),
        sa.Column("payee_index", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.String(length=78), nullable=False),
        sa.PrimaryKeyConstraint(*key, "payee_index", name=op.f("pk_payouts")),
    )
    op.create_index(op.f("ix_payouts_payee"), "payouts", ["payee"], unique=False)
    op.create_index(
        op.f("ix_payouts_pool_id_payouts_payee_index"), "payouts", ["pool_id", "payee_index"], unique=False
    )
    op.create_table(
        "epoch_credits",
        *_epoch(),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.String(length=42), nullable=False),
        sa.Column("amount", sa.String(length=78), nullable=False),
        sa.Column("report", sa.BigInteger(), nullable=False),
        sa.Column("output_hash", sa.String(length=66), nullable=True),
        sa.Column("work_id", sa.String(length=66), nullable=True),
        sa.Column("share", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(*key, "position", name=op.f("pk_epoch_credits")),
    )
    op.create_index(op.f("ix_epoch_credits_payee"), "epoch_credits", ["payee"], unique=False)
    op.create_table(
        "relay_days",
        sa.Column("day", sa.BigInteger(), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_relay_days")),
    )


def downgrade() -> None:
    op.drop_table("relay_days")
    op.drop_index(op.f("ix_epoch_credits_payee"), table_name="epoch_credits")
    op.drop_table("epoch_credits")
    op.drop_index(op.f("ix_payouts_pool_id_payouts_payee_index"), table_name="payouts")
    op.drop_index(op.f("ix_payouts_payee"), table_name="payouts")
    op.drop_table("payouts")
    op.drop_table("read_epochs")
