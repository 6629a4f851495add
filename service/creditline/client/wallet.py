"""A wallet that signs typed data. The key stays in this process and is never printed."""

from __future__ import annotations

from eth_account import Account

from creditline.errors import Invalid
from creditline.ids import Address, address
from creditline.typed_data import TypedData, sign


class Wallet:
    """An externally owned account."""

    def __init__(self, private_key: bytes) -> None:
        """Raises `Invalid` unless the key is 32 bytes that are a private key."""
        try:
            self.address: Address = address(Account.from_key(private_key).address)
        except Exception:  # noqa: BLE001 - eth_keys raises several classes, some quoting the key
            raise Invalid(
                "This is no private key.", "A key is 32 bytes of hex; export it from your wallet."
            ) from None
        self.private_key = private_key

    @classmethod
    def from_hex(cls, text: str) -> Wallet:
        try:
            return cls(bytes.fromhex(text.strip().removeprefix("0x")))
        except ValueError:
            raise Invalid(
                "This is no private key.", "A key is 64 hex digits; export it from your wallet."
            ) from None

    def sign(self, data: TypedData) -> str:
        return sign(data, self.private_key)

    def __repr__(self) -> str:
        return f"Wallet({self.address})"
