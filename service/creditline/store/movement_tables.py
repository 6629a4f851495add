"""The book of all money in the ledger: each movement goes from one account to another.

One row names both accounts and one positive amount, so a movement that does not balance cannot be written down at all.
`entries` shows each as two entries that sum to zero. A movement stands as long as the event that tells of it: the database
refuses one without an event, a change of any, and the removal of one while its event is there.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    column,
    table,
)

from creditline.store.columns import Amount
from creditline.store.schema import ADDRESS, metadata

ACCOUNT = String(160)

# An event may move money several times: `position` counts. The condition on `amount` means a decimal number above zero.
movements = Table(
    "movements",
    metadata,
    Column("number", BigInteger, primary_key=True),
    Column("log_index", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("token", ADDRESS, nullable=False),
    Column("source", ACCOUNT, nullable=False),
    Column("target", ACCOUNT, nullable=False),
    Column("amount", Amount, nullable=False),
    ForeignKeyConstraint(["number", "log_index"], ["events.number", "events.log_index"], ondelete="CASCADE"),
    CheckConstraint("source <> target", name="two_accounts"),
    CheckConstraint(
        "amount <> '' AND trim(amount, '0123456789') = '' AND substr(amount, 1, 1) <> '0'", name="positive"
    ),
    Index(None, "source"),
    Index(None, "target"),
)

entries = table(
    "entries",
    *(column(name) for name in ("number", "log_index", "position", "token", "account", "amount")),
)
"""A view: the source's entry is negative. Amounts are decimal text, as in every table."""
