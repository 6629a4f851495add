"""Alembic runs this file. The connection comes from `Database.migrate`, inside its transaction."""

from __future__ import annotations

from alembic import context

from creditline.store import access_tables, chain_tables, service_tables
from creditline.store.schema import metadata

for tables in (chain_tables.events, service_tables.outbox, access_tables.api_keys):
    assert tables.metadata is metadata  # importing them is what fills the metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
