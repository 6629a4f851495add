"""Whether a wallet signed: the same answer that the contracts would give."""

from __future__ import annotations

from eth_account.messages import SignableMessage, encode_defunct

from creditline.chain.node import Node
from creditline.ids import ZERO_ADDRESS, Address
from creditline.typed_data import TypedData, digest_of, signable, signer_of_message

_RECOVERY_IDS = (27, 28)  # libraries read 0 and 1 as well, the chain does not
_HIGHEST_BIT = 1 << 255


class SignatureVerifier:
    """As `Signature.isBy` on chain: the wallet's key is tried first, then its code, if it has some (ERC-1271).

    So a wallet that delegates to code (EIP-7702) may still sign with its key.
    """

    def __init__(self, node: Node) -> None:
        self._node = node

    def __call__(self, who: Address, data: TypedData, signature: str) -> bool:
        return self._is_by(who, signable(data), signature)

    def is_text_signed(self, who: Address, text: str, signature: str) -> bool:
        """As above, for a text that a wallet shows as it is (EIP-191, `personal_sign`)."""
        return self._is_by(who, encode_defunct(text=text), signature)

    def _is_by(self, who: Address, message: SignableMessage, signature: str) -> bool:
        try:
            signed = bytes.fromhex(signature.removeprefix("0x"))
        except ValueError:
            return False
        if who == ZERO_ADDRESS:
            return False
        full = _widen(signed)
        if full is not None and signer_of_message(message, "0x" + full.hex()) == who:
            return True
        return bool(self._node.code_at(who)) and self._node.is_valid_signature(
            who, digest_of(message), signed
        )


def _widen(signed: bytes) -> bytes | None:
    """A key's signature with r, s and v, also of the 64 bytes that hold v in the highest bit of s (EIP-2098)."""
    if len(signed) == 64:
        packed = int.from_bytes(signed[32:], "big")
        v = _RECOVERY_IDS[packed >> 255]
        return signed[:32] + (packed % _HIGHEST_BIT).to_bytes(32, "big") + bytes([v])
    return signed if len(signed) == 65 and signed[-1] in _RECOVERY_IDS else None
