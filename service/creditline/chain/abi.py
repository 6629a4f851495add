"""The contracts' ABIs, and the only code that turns calls into bytes and bytes into plain Python values.

Plain means: integers, booleans, lower-case 0x-hex for bytes, checksummed addresses, lists, and dicts for structs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from eth_abi.abi import decode as abi_decode
from eth_abi.abi import encode as abi_encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

Entry = dict[str, Any]

WORK_REGISTRY = "WorkRegistry"
MODEL_REGISTRY = "ModelRegistry"
ROYALTY_LEDGER = "RoyaltyLedger"
FRAUD_PROOFS = "FraudProofs"
COMMONS = "Commons"
DEMO_YEN = "DemoYen"
NAMES = (WORK_REGISTRY, MODEL_REGISTRY, ROYALTY_LEDGER, FRAUD_PROOFS, COMMONS, DEMO_YEN)

_ERROR_STRING = bytes.fromhex("08c379a0")  # Error(string), what `require` with a message reverts with
_PANIC = bytes.fromhex("4e487b71")  # Panic(uint256)


@dataclass(frozen=True)
class Interface:
    """One contract's ABI, looked up by name, selector and topic."""

    name: str
    entries: tuple[Entry, ...]
    functions: Mapping[str, Entry] = field(init=False, repr=False)
    events: Mapping[bytes, Entry] = field(init=False, repr=False)
    errors: Mapping[bytes, Entry] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        kinds = {
            kind: [e for e in self.entries if e["type"] == kind] for kind in ("function", "event", "error")
        }
        set_once = object.__setattr__  # the dataclass is frozen
        set_once(self, "functions", {entry["name"]: entry for entry in kinds["function"]})
        set_once(self, "events", {_hash(entry): entry for entry in kinds["event"]})
        set_once(self, "errors", {_hash(entry)[:4]: entry for entry in kinds["error"]})

    def encode_call(self, function: str, arguments: Sequence[Any]) -> bytes:
        """Calldata. Structs are tuples in field order; raises eth_abi's `EncodingError` for a value out of range."""
        entry = self.functions[function]
        return _hash(entry)[:4] + abi_encode([_type(item) for item in entry["inputs"]], list(arguments))

    def decode_result(self, function: str, data: bytes) -> Any:
        """What a view function returned: one plain value, or a list where it returns several."""
        outputs = self.functions[function]["outputs"]
        values = abi_decode([_type(item) for item in outputs], data)
        plain = [_plain(value, item) for value, item in zip(values, outputs, strict=True)]
        return plain[0] if len(plain) == 1 else plain

    def decode_event(self, topics: Sequence[bytes], data: bytes) -> tuple[str, dict[str, Any]] | None:
        """The event's name and arguments, or None for a topic that this version does not know."""
        entry = self.events.get(topics[0]) if topics else None
        if entry is None:
            return None
        unindexed = [item for item in entry["inputs"] if not item["indexed"]]
        rest = iter(abi_decode([_type(item) for item in unindexed], data))
        indexed = iter(topics[1:])
        arguments = {
            item["name"]: _plain(
                abi_decode([_type(item)], next(indexed))[0] if item["indexed"] else next(rest), item
            )
            for item in entry["inputs"]
        }
        return entry["name"], arguments


@cache
def interface(name: str) -> Interface:
    """The checked-in ABI of one of `NAMES`."""
    text = files("creditline.chain").joinpath("abi", f"{name}.json").read_text("utf-8")
    return Interface(name, tuple(json.loads(text)))


@cache
def creation_code(name: str) -> bytes:
    """The checked-in code that creates `COMMONS`, before its arguments. The others are created from the build."""
    text = files("creditline.chain").joinpath("code", f"{name}.json").read_text("utf-8")
    return bytes.fromhex(json.loads(text)["bytecode"].removeprefix("0x"))


def revert_reason(data: bytes) -> str:
    """What a revert says, by the errors of all our contracts: `InsufficientDeposit(available=3, needed=5)`."""
    selector, body = data[:4], data[4:]
    try:
        if selector == _ERROR_STRING:
            return str(abi_decode(["string"], body)[0])
        if selector == _PANIC:
            return f"Panic(code={abi_decode(['uint256'], body)[0]})"
        for name in NAMES:
            entry = interface(name).errors.get(selector)
            if entry is not None:
                return _spell_error(entry, body)
    except DecodingError:
        pass
    return f"an unknown error, 0x{data[:36].hex()}" if data else "no reason given"


def _spell_error(entry: Entry, body: bytes) -> str:
    inputs = entry["inputs"]
    values = abi_decode([_type(item) for item in inputs], body)
    named = (f"{item['name']}={_plain(value, item)}" for item, value in zip(inputs, values, strict=True))
    return f"{entry['name']}({', '.join(named)})"


def _hash(entry: Entry) -> bytes:
    return bytes(keccak(text=f"{entry['name']}({','.join(_type(item) for item in entry['inputs'])})"))


def _type(item: Entry) -> str:
    kind: str = item["type"]
    if not kind.startswith("tuple"):
        return kind
    return f"({','.join(_type(part) for part in item['components'])}){kind.removeprefix('tuple')}"


def _plain(value: Any, item: Entry) -> Any:
    kind: str = item["type"]
    if kind.endswith("]"):
        element = {**item, "type": kind[: kind.rindex("[")]}
        return [_plain(part, element) for part in value]
    if kind == "tuple":
        parts = zip(item["components"], value, strict=True)
        return {part["name"]: _plain(each, part) for part, each in parts}
    if kind == "address":
        return str(to_checksum_address(value))
    return "0x" + value.hex() if isinstance(value, bytes) else value
