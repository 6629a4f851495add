"""Who calls, and what they were answered: API keys, what each may do, and calls that are sent again.

It holds no HTTP and no SQL: the front door asks it, and main hands in where its rows are kept. A caller's wallet is proved by
signatures elsewhere; a key says whose limits a call counts against.
"""
