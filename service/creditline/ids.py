"""Identifiers as the chain spells them: lower-case 0x-hex of 32 bytes, and checksummed addresses.

Each kind is its own type, so that a content hash cannot be passed where a work id is meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NewType

from eth_abi.abi import encode as abi_encode
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from creditline.errors import Invalid

Bytes32 = NewType("Bytes32", str)
WorkId = NewType("WorkId", Bytes32)
DatasetId = NewType("DatasetId", Bytes32)
ModelId = NewType("ModelId", Bytes32)
PoolId = NewType("PoolId", Bytes32)
ContentHash = NewType("ContentHash", Bytes32)
Address = NewType("Address", str)

ZERO_ADDRESS = Address("0x" + "0" * 40)
_BYTES32 = re.compile(r"0x[0-9a-fA-F]{64}")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


def bytes32(value: str | bytes, what: str = "The id") -> Bytes32:
    """Normalise to lower-case 0x-hex. Raises `Invalid` for anything but 32 bytes."""
    text = "0x" + value.hex() if isinstance(value, bytes) else value
    if not _BYTES32.fullmatch(text):
        raise Invalid(f"{what} {text[:80]!r} is not 32 bytes of 0x-hex.", "Copy it whole, with its 0x.")
    return Bytes32(text.lower())


def address(value: str, what: str = "The address") -> Address:
    """Checksum an address (EIP-55). Raises `Invalid` for anything but 20 bytes, and for a broken checksum."""
    if not _ADDRESS.fullmatch(value):
        raise Invalid(f"{what} {value[:60]!r} is not 20 bytes of 0x-hex.", "Copy it from your wallet.")
    checksummed = str(to_checksum_address(value))
    mixed_case = value[2:] not in (value[2:].lower(), value[2:].upper())
    if mixed_case and value != checksummed:
        raise Invalid(
            f"{what} {value} has a broken checksum (EIP-55).", "A digit is mistyped: copy it again."
        )
    return Address(checksummed)


def raw(value: str) -> bytes:
    """The bytes behind a 0x-hex string that has been validated already."""
    return bytes.fromhex(value.removeprefix("0x"))


def work_id(creator: Address, content_hash: Bytes32) -> WorkId:
    """Equal to `WorkRegistry.workIdOf`: copying a hash makes another id, never a takeover."""
    return WorkId(_hash_of(["address", "bytes32"], [creator, raw(content_hash)]))


def dataset_id(by: Address, root: bytes, count: int, cutoff: int, manifest: bytes) -> DatasetId:
    """Equal to what `ModelRegistry.registerDataset` returns."""
    return DatasetId(
        _hash_of(["address", "bytes32", "uint64", "uint40", "bytes32"], [by, root, count, cutoff, manifest])
    )


def model_id(developer: Address, weights: Bytes32, algorithm: Bytes32, datasets: list[DatasetId]) -> ModelId:
    """Equal to what `ModelRegistry.registerModel` returns."""
    values = [developer, raw(weights), raw(algorithm), [raw(dataset) for dataset in datasets]]
    return ModelId(_hash_of(["address", "bytes32", "bytes32", "bytes32[]"], values))


def _hash_of(types: list[str], values: Sequence[object]) -> Bytes32:
    return Bytes32("0x" + keccak(abi_encode(types, values)).hex())
