"""Content identifiers: CIDv1, sha2-256, codec raw or dag-pb, spelled in base32 (`bafkrei…`, `bafybei…`).

One spelling inside Creditline, so that two CIDs are equal exactly when their strings are. Other spellings of the same
CID (CIDv0 `Qm…`, base58 `z…`, base16 `f…`) are read and converted; other hashes and codecs are refused, because
nobody here could check or walk them.
"""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple

from aleph_cid import CidHasher

from creditline.errors import Corrupt, Invalid

RAW = 0x55
DAG_PB = 0x70
DIGEST_BYTES = 32
BINARY_BYTES = 36
TEXT_CHARS_MAX = 128

_VERSION_0 = b"\x12\x20"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ASK = "Give a CIDv1 in base32 (bafkrei… or bafybei…), or a CIDv0 (Qm…)."


class Parts(NamedTuple):
    """What a CID says: how to read the block, and its SHA-256."""

    codec: int
    digest: bytes


def cid_of(data: bytes) -> str:
    """What `ipfs add --cid-version=1 --raw-leaves` prints for a file of these bytes."""
    hasher = CidHasher.for_ipfs_v1_raw_leaves()
    hasher.update(data)
    return str(hasher.finalize())


def raw_cid(digest: bytes) -> str:
    """The CID of a block of plain bytes. Raises `Invalid` unless `digest` has 32 bytes."""
    return _spell(Parts(RAW, digest))


def dag_pb_cid(digest: bytes) -> str:
    """The CID of a node that links to other blocks. Raises `Invalid` unless `digest` has 32 bytes."""
    return _spell(Parts(DAG_PB, digest))


def digest_of(cid: str) -> bytes:
    """The SHA-256 within, which is what the chain stores. Raises `Invalid`, as `parse` does."""
    return parse(cid).digest


def normal(cid: str) -> str:
    """The one spelling of this CID. Raises `Invalid`, as `parse` does."""
    return _spell(parse(cid))


def binary(cid: str) -> bytes:
    """The 36 bytes of the CIDv1, as CAR files and links hold them. Raises `Invalid`, as `parse` does."""
    return _pack(parse(cid))


def parse(text: str) -> Parts:
    """Read any spelling of a CID. Raises `Invalid` for what is none, or names another hash or codec."""
    if len(text) > TEXT_CHARS_MAX:
        raise Invalid(f"A CID of {len(text)} characters is none of ours.", _ASK)
    try:
        return parse_binary(_decode_text(text))
    except (ValueError, Invalid) as error:
        raise Invalid(f"{text!a} is not a CID that Creditline reads.", _ASK) from error


def parse_binary(data: bytes) -> Parts:
    """Read a binary CID of version 0 or 1. Raises `Invalid` unless it is sha2-256 and raw or dag-pb."""
    if len(data) == 34 and data.startswith(_VERSION_0):
        return Parts(DAG_PB, data[2:])
    # All four prefix numbers are below 128, so each is one byte and no varint has to be read.
    sound = (
        len(data) == BINARY_BYTES and data[0] == 1 and data[1] in (RAW, DAG_PB) and data[2:4] == _VERSION_0
    )
    if not sound:
        raise Invalid("A binary CID is not version 1, sha2-256 and raw or dag-pb.", _ASK)
    return Parts(data[1], data[4:])


def from_binary(data: bytes) -> str:
    """The one spelling of a binary CID. Raises `Invalid`, as `parse_binary` does."""
    return _spell(parse_binary(data))


def check(cid: str, block: bytes, source: str) -> bytes:
    """Return `block` if its hash is the one that `cid` names. Raises `Corrupt`, and says who handed it over."""
    if hashlib.sha256(block).digest() != digest_of(cid):
        raise Corrupt(
            f"{source} gave {len(block)} bytes for {cid} that have another hash.",
            "Ask another source, and stop trusting this one.",
        )
    return block


def _pack(parts: Parts) -> bytes:
    if len(parts.digest) != DIGEST_BYTES:
        raise Invalid(f"A digest has {DIGEST_BYTES} bytes, not {len(parts.digest)}.", "Give a SHA-256.")
    return bytes((1, parts.codec)) + _VERSION_0 + parts.digest


def _spell(parts: Parts) -> str:
    return "b" + base64.b32encode(_pack(parts)).decode().rstrip("=").lower()


def _decode_text(text: str) -> bytes:
    base, rest = text[:1], text[1:]
    if text.startswith("Qm"):
        return _decode_base58(text)
    if base == "z":
        return _decode_base58(rest)
    if base == "f" and rest == rest.lower():
        return bytes.fromhex(rest) if rest.isalnum() else b""
    if base != "b" or rest != rest.lower():
        raise ValueError(base)
    data = base64.b32decode(rest.upper() + "=" * (-len(rest) % 8))
    # Python ignores the spare bits of the last letter; two spellings of one CID must not both pass.
    if base64.b32encode(data).decode().rstrip("=").lower() != rest:
        raise ValueError(rest)
    return data


def _decode_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    # Neither a CIDv0 (0x12…) nor a CIDv1 (0x01…) begins with a zero byte, so leading ones are never part of one.
    if text.startswith("1"):
        raise ValueError(text)
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
