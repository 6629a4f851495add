"""Rows: the event log, what follows from it, and the service's own books. The only room that knows SQL.

Chain tables are a projection of finalised events and published documents: delete them and they come back the same.
Service tables (outbox, pictures, registrations, usages) are ours alone and belong in a backup. This room opens one
database, SQLite or PostgreSQL, asks for documents through a Protocol, and neither speaks to a chain nor fetches by CID.
"""
