"""Terms follow from records, and one signature serves a batch."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FROM_CHAIN = (
    "events", "anchors", "leaves", "works", "payees", "opt_outs", "records", "terms", "datasets", "dataset_works",
    "breaches", "models", "model_datasets", "pools", "settlements", "settlement_works", "credits", "wanted", "cursors",
)  # fmt: skip


def upgrade() -> None:
    _forget_other_contracts()
    with op.batch_alter_table("works") as works:
        works.drop_column("terms_hash")
        works.add_column(sa.Column("new_terms", sa.String(length=66), nullable=True))
        works.create_index(op.f("ix_works_anchor_works_on_chain"), ["anchor", "on_chain"], unique=False)
    _add_column("records", "terms_hash")


def downgrade() -> None:
    _forget_other_contracts()
    with op.batch_alter_table("records") as records:
        records.drop_column("terms_hash")
    with op.batch_alter_table("works") as works:
        works.drop_index(op.f("ix_works_anchor_works_on_chain"))
        works.drop_column("new_terms")
    _add_column("works", "terms_hash")


def _forget_other_contracts() -> None:
    """The registry has other events and other trees: what was read of a former one, or prepared for it, is void."""
    for name in (*_FROM_CHAIN, "registrations"):
        op.execute(sa.delete(sa.table(name)))


def _add_column(table: str, name: str) -> None:
    """A copy of the table, because SQLite adds no column that cannot be null."""
    with op.batch_alter_table(table, recreate="always" if _is_sqlite() else "never") as changed:
        changed.add_column(sa.Column(name, sa.String(length=66), nullable=False))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
