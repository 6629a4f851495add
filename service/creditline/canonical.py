"""Canonical JSON (RFC 8785) and the digest by which chain and IPFS name it.

A document that is hashed or signed holds integers, strings, lists and objects only: floats print differently in
different languages, so they are refused. Integers above 2**53 travel as decimal strings for the same reason.
"""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785
from pydantic_core import from_json

from creditline.errors import Invalid

JSON = dict[str, Any]
SAFE_INTEGER = 2**53 - 1


def encode(document: JSON) -> bytes:
    """The only byte string that stands for `document`. Raises `Invalid` on floats and unsafe integers."""
    _refuse_inexact(document, "$")
    return rfc8785.dumps(document)


def decode(data: bytes) -> JSON:
    """Read a canonical document back. Raises `Invalid` unless `data` is exactly what `encode` would write."""
    try:
        # This parser refuses deep nesting, on which the standard one can exhaust the stack.
        document = from_json(data, allow_inf_nan=False)
        canonical = isinstance(document, dict) and encode(document) == data
    except ValueError as error:
        raise Invalid(
            "The document is not JSON.", "Fetch it again, or ask its author for the original."
        ) from error
    if not canonical:
        raise Invalid(
            "The document is JSON but not canonical (RFC 8785).", "Write it with sorted keys and no spaces."
        )
    return dict(document)


def digest(data: bytes) -> bytes:
    """SHA-256: 32 bytes, the multihash digest of the raw CIDv1 of the same bytes."""
    return hashlib.sha256(data).digest()


def _refuse_inexact(value: Any, path: str) -> None:
    if isinstance(value, float):
        raise Invalid(f"{path} is a float, which has no single spelling.", "Scale it to an integer.")
    if isinstance(value, int) and abs(value) > SAFE_INTEGER:
        raise Invalid(f"{path} is above 2**53.", "Write it as a decimal string.")
    if isinstance(value, dict):
        for key, item in value.items():
            _refuse_inexact(item, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_inexact(item, f"{path}[{index}]")
