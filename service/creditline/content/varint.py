"""Unsigned LEB128 integers, as multiformats, protobuf and CAR write them."""

from __future__ import annotations

from creditline.errors import Invalid

BYTES_MAX = 9


def encode(number: int) -> bytes:
    """The shortest spelling of a number from 0 to 2**63 - 1."""
    assert 0 <= number < 2**63
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def decode(data: bytes, start: int = 0) -> tuple[int, int]:
    """The number at `start`, and where it ends. Raises `Invalid` when cut short, padded, or above 2**63 - 1."""
    number = 0
    for count, byte in enumerate(data[start : start + BYTES_MAX]):
        number |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            # A padded spelling would give one block two encodings, and so two CIDs.
            if byte == 0 and count > 0:
                break
            return number, start + count + 1
    raise Invalid("A number in the block is cut short, padded or too large.", "Fetch the content elsewhere.")
