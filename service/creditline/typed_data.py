"""What wallets sign (EIP-712). The structs are those of the contracts; a wallet shows their fields by name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_utils.crypto import keccak

from creditline.ids import Address, address

TypedData = dict[str, Any]

# eth_account imports a library that raises the limit to 100,000, deeper than the stack is: a request of nested brackets
# would then end the process instead of failing.
RECURSION_MAX = 1_000
sys.setrecursionlimit(RECURSION_MAX)

_DOMAIN = [
    {"name": "name", "type": "string"},
    {"name": "version", "type": "string"},
    {"name": "chainId", "type": "uint256"},
    {"name": "verifyingContract", "type": "address"},
]
REGISTER = [
    ("address", "creator"), ("bytes32", "contentHash"), ("bytes32", "recordHash"), ("address", "payee"),
    ("uint256", "deadline"),
]  # fmt: skip
BATCH = [("bytes32", "root"), ("uint64", "count"), ("uint256", "deadline")]
REPORT = [
    ("bytes32", "poolId"), ("uint256", "nonce"), ("bytes32", "outputHash"), ("bytes32", "reportHash"),
    ("uint128", "revenue"), ("uint256", "weights"), ("bytes32[]", "workIds"), ("uint256", "deadline"),
]  # fmt: skip
REPORTS = [("bytes32", "poolId"), ("Report[]", "reports")]
USAGE = [
    ("bytes32", "poolId"), ("string", "usageId"), ("bytes32", "outputHash"), ("uint128", "revenue"),
]  # fmt: skip


@dataclass(frozen=True)
class Domain:
    """Which contract on which chain a signature is for: it is worth nothing anywhere else."""

    name: str
    chain_id: int
    contract: Address

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "version": "1",
            "chainId": self.chain_id,
            "verifyingContract": self.contract,
        }


def works_domain(chain_id: int, contract: Address) -> Domain:
    return Domain("Creditline WorkRegistry", chain_id, contract)


def ledger_domain(chain_id: int, contract: Address) -> Domain:
    return Domain("Creditline RoyaltyLedger", chain_id, contract)


def typed_data(
    domain: Domain, primary: str, fields: Sequence[tuple[str, str]], message: dict[str, Any],
    nested: dict[str, Sequence[tuple[str, str]]] | None = None,
) -> TypedData:  # fmt: skip
    """The JSON that `eth_signTypedData_v4` takes."""
    structs = {primary: fields, **(nested or {})}
    types = {
        name: [{"name": field, "type": kind} for kind, field in struct] for name, struct in structs.items()
    }
    return {
        "types": {"EIP712Domain": _DOMAIN, **types},
        "primaryType": primary,
        "domain": domain.as_json(),
        "message": message,
    }


def signable(data: TypedData) -> SignableMessage:
    return encode_typed_data(full_message=data)


def digest(data: TypedData) -> bytes:
    """The 32 bytes that are signed."""
    return digest_of(signable(data))


def digest_of(message: SignableMessage) -> bytes:
    return bytes(keccak(b"\x19" + message.version + message.header + message.body))


def sign(data: TypedData, private_key: bytes) -> str:
    """65 bytes as 0x-hex."""
    signature: bytes = Account.sign_message(signable(data), private_key).signature
    return "0x" + bytes(signature).hex()


def signer_of(data: TypedData, signature: str) -> Address | None:
    """The externally owned account that signed, or None where the bytes are no such signature."""
    try:
        return signer_of_message(signable(data), signature)
    except Exception:  # noqa: BLE001 - values that no struct holds have signed nothing
        return None


def signer_of_message(message: SignableMessage, signature: str) -> Address | None:
    try:
        return address(Account.recover_message(message, signature=signature))
    except Exception:  # noqa: BLE001 - eth_account raises a dozen unrelated classes for malformed bytes
        return None
