"""Contract wallets in a few bytes."""


def wallet_code(magic):
    """A contract that answers every call with these 32 bytes."""
    return "0x7f" + magic.ljust(64, "0") + "5f5260205ff3"
