"""Whether a wallet signed: the same answer that the contracts would give."""

from __future__ import annotations

from creditline.chain.node import Node
from creditline.ids import Address
from creditline.typed_data import TypedData, digest, signer_of

_RECOVERY_IDS = (27, 28)  # libraries read 0 and 1 as well, the chain does not


class SignatureVerifier:
    """For people's wallets by recovering the signer, for contract wallets by asking them (ERC-1271)."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def __call__(self, who: Address, data: TypedData, signature: str) -> bool:
        try:
            signed = bytes.fromhex(signature.removeprefix("0x"))
        except ValueError:
            return False
        # A person's wallet may delegate to code (EIP-7702): then the contracts ask the code, and so do we.
        if self._node.code_at(who):
            return self._node.is_valid_signature(who, digest(data), signature)
        return len(signed) == 65 and signed[-1] in _RECOVERY_IDS and signer_of(data, signature) == who
