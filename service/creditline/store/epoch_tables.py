"""Epochs, what they paid, and the bonds behind them. They follow from finalised events, as `chain_tables` do."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from creditline.store.columns import Amount
from creditline.store.schema import ADDRESS, HASH, metadata, place

# `attempt` counts the void epochs that had the same number before. `valid_at` is when it is, or would have been, final,
# apart from a dispute that is open. `voided_by` is "challenge", "ruling" or "lapse", null while it stands; `fraud` is what
# the challenge showed. `divided`: its revenue is divided in the movements, since an event after `valid_at` was seen.
epochs = Table(
    "epochs",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("payouts", HASH, nullable=False),
    Column("payout_sum", Amount, nullable=False),
    Column("reports", HASH, nullable=False),
    Column("credits", HASH, nullable=False),
    Column("revenue_before", Amount, nullable=False),
    Column("revenue", Amount, nullable=False),
    Column("cutoff", BigInteger, nullable=False),
    Column("data", HASH, nullable=False),
    Column("posted_at", BigInteger, nullable=False),
    Column("valid_at", BigInteger, nullable=False),
    Column("divided", Boolean, nullable=False),
    Column("voided_by", String(10)),
    Column("voided_at", BigInteger),
    Column("fraud", Integer),
    Column("challenger", ADDRESS),
    Column("tx_hash", HASH, nullable=False),
    *place(),
    Index(None, "number", "log_index"),
)

# `outcome` is "valid" or "void" as ruled, "lapsed", or "overtaken" by a challenge; null while it is open.
disputes = Table(
    "disputes",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("by", ADDRESS, nullable=False),
    Column("reason", HASH, nullable=False),
    Column("disputed_at", BigInteger, nullable=False),
    Column("rule_by", BigInteger, nullable=False),
    Column("outcome", String(10)),
    Column("ended_at", BigInteger),
    *place(),
)

# What epochs have paid to each index of a pool's payouts, and every payment of it.
claims = Table(
    "claims",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("payee_index", Amount, primary_key=True),
    Column("payee", ADDRESS, nullable=False),
    Column("total", Amount, nullable=False),
    Index(None, "payee"),
)

payments = Table(
    "payments",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("pool_id", HASH, nullable=False),
    Column("payee_index", Amount, nullable=False),
    Column("payee", ADDRESS, nullable=False),
    Column("to", ADDRESS, nullable=False),
    Column("n", Integer, nullable=False),
    Column("total", Amount, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("paid_at", BigInteger, nullable=False),
    Column("tx_hash", HASH, nullable=False),
    Index(None, "payee"),
    Index(None, "pool_id", "payee_index"),
)

# `end` is "unstaked" or "slashed"; null while the bond is there.
stakes = Table(
    "stakes",
    metadata,
    Column("pool_id", HASH, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("by", ADDRESS, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("staked_at", BigInteger, nullable=False),
    Column("end", String(10)),
    Column("ended_at", BigInteger),
    *place(),
)
