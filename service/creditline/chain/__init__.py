"""The chain: contracts, the follower that reads finalised blocks, and the sender that writes transactions.

The only room that knows web3. It turns calls into bytes and logs into plain Python values, and it decides nothing about
money. Rows are kept by whoever hands in a `Sink` and an `Outbox`; this room opens no database, fetches nothing by CID,
and never logs a key.
"""
