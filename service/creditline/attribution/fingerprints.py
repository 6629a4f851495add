"""Perceptual codes of 256 bits (PDQ). They find near-copies; they never pay anyone."""

from __future__ import annotations

BITS = 256


def distance(one: bytes, other: bytes) -> int:
    """In how many of 256 bits two codes differ. Unrelated pictures differ in about 128."""
    assert len(one) == len(other) == BITS // 8
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def nearest(upright: bytes, turned: tuple[bytes, ...]) -> int:
    """The smallest distance from a code to any of the eight turned and mirrored codes of another picture."""
    return min(distance(upright, code) for code in turned)
