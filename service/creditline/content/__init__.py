"""The content room: bytes by their CID, from a folder, a Kubo node or HTTP gateways.

It is the only room that fetches by CID or URL, and it believes nobody: every block, wherever it came from, is hashed
before a caller sees it, and every transfer has a limit in bytes and in time. It knows files as `ipfs add
--cid-version=1` makes them and nothing of what they mean. It may touch its own folder, the Kubo RPC and the gateways
that it was given, and public addresses that strangers name; it imports `errors` and `canonical` alone.
"""
