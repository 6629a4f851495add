"""Alembic runs this file. The connection comes from `Database.migrate`, inside its transaction."""

from __future__ import annotations

from alembic import context

from creditline.store import service_tables
from creditline.store.chain_tables import metadata

assert service_tables.outbox.metadata is metadata  # importing it is what fills the metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
