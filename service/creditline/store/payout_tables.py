"""What the published documents of posted epochs say about each payee. It follows from the chain and from content alone."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table

from creditline.store.columns import Amount
from creditline.store.schema import ADDRESS, HASH, metadata


def _epoch() -> tuple[Column[str], Column[int], Column[int]]:
    return (
        Column("pool_id", HASH, primary_key=True),
        Column("n", Integer, primary_key=True),
        Column("attempt", Integer, primary_key=True),
    )


# A row for each epoch whose document has been read, void since or not.
read_epochs = Table("read_epochs", metadata, *_epoch())

# A payee's total over all epochs up to `n`. Only where it differs from the epoch before: the last row below counts.
payouts = Table(
    "payouts",
    metadata,
    *_epoch(),
    Column("payee_index", BigInteger, primary_key=True),
    Column("payee", ADDRESS, nullable=False),
    Column("amount", Amount, nullable=False),
    Index(None, "payee"),
    Index(None, "pool_id", "payee_index"),
)

# `report` and `entry` as in the credit; `work_id` is null for what no work explains. Credits of nothing are left out.
epoch_credits = Table(
    "epoch_credits",
    metadata,
    *_epoch(),
    Column("position", BigInteger, primary_key=True),
    Column("payee", ADDRESS, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("report", BigInteger, nullable=False),
    Column("output_hash", HASH),
    Column("work_id", HASH),
    Column("share", Integer),
    Index(None, "payee"),
)

FROM_DOCUMENTS = (read_epochs, payouts, epoch_credits)
