"""The operator's key: where it comes from, and the two things that it signs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount

from creditline.errors import Misconfigured
from creditline.ids import Address, Bytes32, address
from creditline.typed_data import TypedData, sign

DEVELOPMENT_CHAIN_ID = 31337


class OperatorKey:
    """Signs and names its address. The key itself leaves this object in no text: not in repr, not in an error."""

    def __init__(self, private_key: bytes) -> None:
        self._account: LocalAccount = Account.from_key(private_key)
        self.address: Address = address(self._account.address)

    def __repr__(self) -> str:
        return f"OperatorKey({self.address})"

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("An operator key is not copied or pickled.")

    def sign_transaction(self, fields: dict[str, Any]) -> tuple[Bytes32, bytes]:
        """The hash and the bytes to broadcast of an EIP-1559 transaction. Signing twice gives the same bytes."""
        signed = self._account.sign_transaction(fields)
        return Bytes32("0x" + bytes(signed.hash).hex()), bytes(signed.raw_transaction)

    def sign_typed(self, data: TypedData) -> str:
        """65 bytes as 0x-hex."""
        return sign(data, bytes(self._account.key))


def load_keystore(path: Path, password: str) -> OperatorKey:
    """Open an encrypted keystore (Web3 Secret Storage). Raises `Misconfigured`; refuses a file that others may read."""
    try:
        mode = path.stat().st_mode & 0o777
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(
            f"The keystore {path} cannot be read: {type(error).__name__}.",
            "Point CREDITLINE_OPERATOR_KEYSTORE at the JSON file that your wallet exported.",
        ) from None
    if mode & 0o077:
        raise Misconfigured(
            f"Others on this machine may read the keystore {path} (mode {mode:o}).", f"Run: chmod 600 {path}"
        )
    try:
        return OperatorKey(bytes(Account.decrypt(document, password)))
    except (ValueError, KeyError, TypeError, NotImplementedError):
        # The cause is dropped on purpose: decryption errors of some libraries show what they worked on.
        raise Misconfigured(
            f"The password does not open the keystore {path}.", "Check the password and the file."
        ) from None


def load_development_key(value: str, chain_id: int) -> OperatorKey:
    """A key given as plain text. Raises `Misconfigured` on any chain but the local development chain."""
    if chain_id != DEVELOPMENT_CHAIN_ID:
        raise Misconfigured(
            f"A plain operator key is set, but the chain is {chain_id}, where money is real.",
            "Use an encrypted keystore (CREDITLINE_OPERATOR_KEYSTORE).",
        )
    try:
        return OperatorKey(bytes.fromhex(value.strip().removeprefix("0x")))
    except Exception:  # noqa: BLE001 - eth_keys raises its own classes, some of which quote the key
        raise Misconfigured("The operator key is not 32 bytes of hex.", "Copy it whole.") from None
