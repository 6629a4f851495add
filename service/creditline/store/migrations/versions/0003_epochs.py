"""Epochs, bonds and the book of movements. What older contracts said is read no more: the chain is read again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from creditline.errors import Misconfigured

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_HASH, _ADDRESS, _AMOUNT = sa.String(length=66), sa.String(length=42), sa.String(length=78)
_SUM, _ACCOUNT, _WORD = sa.String(length=156), sa.String(length=160), sa.String(length=10)

# What 0001 made of the events of the ledger that had no epochs.
_FROM_CHAIN = (
    "events", "anchors", "leaves", "works", "payees", "opt_outs", "records", "terms", "datasets", "dataset_works", "breaches",
    "models", "model_datasets", "settlements", "settlement_works", "credits", "wanted", "cursors",
)  # fmt: skip


def upgrade() -> None:
    for table in _FROM_CHAIN:
        op.execute(sa.delete(sa.table(table)))
    op.drop_table("pools")
    _make_pools()
    with op.batch_alter_table("credits") as credits_:
        for name in ("credited", "withdrawn"):
            credits_.alter_column(name, existing_type=_AMOUNT, type_=_SUM, existing_nullable=False)
    _make_epochs()
    _make_claims()
    _make_bonds()
    _make_movements()


def downgrade() -> None:
    raise Misconfigured("Older versions do not know these contracts.", "Restore a backup instead.")


def _make_pools() -> None:
    parties = ("token", "integrator", "operator", "arbiter", "guardian")
    takers = ("developer", "compute", "treasury", "commons")
    counters = (
        "ceiling", "settled", "unattributed", "reported", "pending", "paid_out",
        "paid_developer", "paid_compute", "paid_treasury", "paid_commons",
    )  # fmt: skip
    op.create_table(
        "pools",
        sa.Column("id", _HASH, nullable=False),
        *(sa.Column(name, _ADDRESS, nullable=False) for name in parties),
        sa.Column("model_id", _HASH, nullable=False),
        *(sa.Column(name, _ADDRESS, nullable=False) for name in takers),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("creator_bps", "developer_bps", "compute_bps")
        ),
        sa.Column("window", sa.BigInteger(), nullable=False),
        sa.Column("bond", _AMOUNT, nullable=False),
        *(sa.Column(name, _AMOUNT, nullable=False) for name in counters),
        sa.Column("valid_at", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("staked", sa.Boolean(), nullable=False),
        sa.Column("paused_until", sa.Integer(), nullable=False),
        sa.Column("refund_requested", _AMOUNT, nullable=False),
        sa.Column("refundable_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        *_place(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pools")),
    )
    op.create_index(op.f("ix_pools_number_pools_log_index"), "pools", ["number", "log_index"])


def _make_epochs() -> None:
    op.create_table(
        "epochs",
        *_attempt(),
        sa.Column("payouts", _HASH, nullable=False),
        sa.Column("payout_sum", _AMOUNT, nullable=False),
        sa.Column("reports", _HASH, nullable=False),
        sa.Column("credits", _HASH, nullable=False),
        sa.Column("revenue_before", _AMOUNT, nullable=False),
        sa.Column("revenue", _AMOUNT, nullable=False),
        sa.Column("cutoff", sa.BigInteger(), nullable=False),
        sa.Column("data", _HASH, nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.Column("valid_at", sa.BigInteger(), nullable=False),
        sa.Column("divided", sa.Boolean(), nullable=False),
        sa.Column("voided_by", _WORD, nullable=True),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.Column("fraud", sa.Integer(), nullable=True),
        sa.Column("challenger", _ADDRESS, nullable=True),
        sa.Column("tx_hash", _HASH, nullable=False),
        *_place(),
        sa.PrimaryKeyConstraint("pool_id", "n", "attempt", name=op.f("pk_epochs")),
    )
    op.create_index(op.f("ix_epochs_number_epochs_log_index"), "epochs", ["number", "log_index"])
    op.create_table(
        "disputes",
        *_attempt(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by", _ADDRESS, nullable=False),
        sa.Column("reason", _HASH, nullable=False),
        sa.Column("disputed_at", sa.BigInteger(), nullable=False),
        sa.Column("rule_by", sa.BigInteger(), nullable=False),
        sa.Column("outcome", _WORD, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        *_place(),
        sa.PrimaryKeyConstraint("pool_id", "n", "attempt", "position", name=op.f("pk_disputes")),
    )


def _make_claims() -> None:
    op.create_table(
        "claims",
        sa.Column("pool_id", _HASH, nullable=False),
        sa.Column("payee_index", _AMOUNT, nullable=False),
        sa.Column("payee", _ADDRESS, nullable=False),
        sa.Column("total", _AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("pool_id", "payee_index", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_payee"), "claims", ["payee"])
    op.create_table(
        "payments",
        *_place(),
        sa.Column("pool_id", _HASH, nullable=False),
        sa.Column("payee_index", _AMOUNT, nullable=False),
        sa.Column("payee", _ADDRESS, nullable=False),
        sa.Column("to", _ADDRESS, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", _AMOUNT, nullable=False),
        sa.Column("amount", _AMOUNT, nullable=False),
        sa.Column("paid_at", sa.BigInteger(), nullable=False),
        sa.Column("tx_hash", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("number", "log_index", name=op.f("pk_payments")),
    )
    op.create_index(op.f("ix_payments_payee"), "payments", ["payee"])
    op.create_index(op.f("ix_payments_pool_id_payments_payee_index"), "payments", ["pool_id", "payee_index"])


def _make_bonds() -> None:
    op.create_table(
        "stakes",
        sa.Column("pool_id", _HASH, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by", _ADDRESS, nullable=False),
        sa.Column("amount", _AMOUNT, nullable=False),
        sa.Column("staked_at", sa.BigInteger(), nullable=False),
        sa.Column("end", _WORD, nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        *_place(),
        sa.PrimaryKeyConstraint("pool_id", "position", name=op.f("pk_stakes")),
    )


def _make_movements() -> None:
    op.create_table(
        "movements",
        *_place(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("token", _ADDRESS, nullable=False),
        sa.Column("source", _ACCOUNT, nullable=False),
        sa.Column("target", _ACCOUNT, nullable=False),
        sa.Column("amount", _AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("number", "log_index", "position", name=op.f("pk_movements")),
        sa.ForeignKeyConstraint(
            ["number", "log_index"],
            ["events.number", "events.log_index"],
            name=op.f("fk_movements_number_log_index"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("source <> target", name=op.f("ck_movements_two_accounts")),
        sa.CheckConstraint(
            "amount <> '' AND trim(amount, '0123456789') = '' AND substr(amount, 1, 1) <> '0'",
            name=op.f("ck_movements_positive"),
        ),
    )
    op.create_index(op.f("ix_movements_source"), "movements", ["source"])
    op.create_index(op.f("ix_movements_target"), "movements", ["target"])
    op.execute(
        "CREATE VIEW entries AS"
        " SELECT number, log_index, position, token, source AS account, '-' || amount AS amount FROM movements"
        " UNION ALL SELECT number, log_index, position, token, target, amount FROM movements"
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in _POSTGRESQL_GUARDS if is_postgresql else _SQLITE_GUARDS:
        op.execute(statement)


_STANDS = (
    "EXISTS (SELECT 1 FROM events WHERE events.number = OLD.number AND events.log_index = OLD.log_index)"
)
_SQLITE_GUARDS = (
    """CREATE TRIGGER movements_are_final BEFORE UPDATE ON movements
    BEGIN SELECT RAISE(ABORT, 'a movement never changes'); END""",
    f"""CREATE TRIGGER movements_stay BEFORE DELETE ON movements WHEN {_STANDS}
    BEGIN SELECT RAISE(ABORT, 'a movement stands as long as its event'); END""",
    # INSERT OR REPLACE would remove the row that is there without asking the trigger above.
    """CREATE TRIGGER movements_are_made_once BEFORE INSERT ON movements WHEN EXISTS (
        SELECT 1 FROM movements AS m
        WHERE m.number = NEW.number AND m.log_index = NEW.log_index AND m.position = NEW.position)
    BEGIN SELECT RAISE(ABORT, 'a movement never changes'); END""",
)
_POSTGRESQL_GUARDS = (
    """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'a movement never changes' USING ERRCODE = 'integrity_constraint_violation';
    END $$""",
    f"""CREATE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF {_STANDS} THEN
        RAISE EXCEPTION 'a movement stands as long as its event' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
    END $$""",
    """CREATE TRIGGER movements_are_final BEFORE UPDATE ON movements
    FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    """CREATE TRIGGER movements_stay BEFORE DELETE ON movements
    FOR EACH ROW EXECUTE FUNCTION refuse_removal()""",
    """CREATE TRIGGER movements_are_kept BEFORE TRUNCATE ON movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()""",
)


def _attempt() -> tuple[sa.Column[str], sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("pool_id", _HASH, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
    )


def _place() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
    )
