"""What a work is: hashes, terms, the record, the typed data to sign, and the trees in which works are registered or trained on.

This room decides and computes. It asks for bytes, rows and transactions through the Protocols beside the code that
needs them, and never imports the rooms that hold them.
"""
