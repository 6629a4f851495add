"""Who calls: API keys and what each may do.

It holds no HTTP and no SQL: the front door asks it, and main hands in where its rows are kept. A caller's wallet is proved by
signatures elsewhere; a key says whose limits a call counts against.
"""
