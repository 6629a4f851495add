"""Who calls, and what they were answered: API keys, wallets that are signed in, and calls that are sent again.

It holds no HTTP and no SQL: the front door asks it, and main hands in where its rows are kept. A key or a session says who
calls; what a wallet has to prove is proved by a signature of its own, elsewhere.
"""
