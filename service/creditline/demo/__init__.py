"""The main job as a short story on a local chain: real pictures, real contracts, a real service, and play money.

It acts through the public client as creators, a developer and a generation service would; only the wallets' own
transactions go to the chain directly. Every key here is published, so nothing here is safe for real money.
"""
