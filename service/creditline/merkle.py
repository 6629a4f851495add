"""Positional Merkle trees, equal to `contracts/libraries/PositionalTree.sol`.

Leaf hash = keccak256(0x00 ‖ keccak256(abi.encode(leaf))), parent = keccak256(0x01 ‖ left ‖ right): a leaf can never pass
for a parent. Rows are padded to a power of two with zero hashes; bit i of a leaf's index says on which side its
ancestor at level i stands. No sorting, so a position means something.
"""

from __future__ import annotations

from collections.abc import Sequence

from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from creditline.errors import Invalid
from creditline.ids import WorkId, raw

EMPTY = bytes(32)
LEAVES_MAX = 2**20


class Tree:
    """All rows of a tree, leaves first. Memory: 64 bytes per leaf and row object overhead."""

    def __init__(self, leaf_hashes: Sequence[bytes]) -> None:
        """Raises `Invalid` for no leaves, or more than `LEAVES_MAX`."""
        if not 1 <= len(leaf_hashes) <= LEAVES_MAX:
            raise Invalid(
                f"A tree holds 1 to {LEAVES_MAX} leaves, not {len(leaf_hashes)}.", "Split the batch."
            )
        self.count = len(leaf_hashes)
        self._rows = [list(leaf_hashes)]
        for _ in range(depth(self.count)):
            self._rows.append(_parents(self._rows[-1], len(self._rows) - 1))

    @property
    def root(self) -> bytes:
        return self._rows[-1][0]

    def proof(self, index: int) -> list[bytes]:
        """Siblings from leaf to root. Raises `Invalid` for a position outside the tree."""
        if not 0 <= index < self.count:
            raise Invalid(f"Leaf {index} is outside a tree of {self.count}.", "Positions count from 0.")
        siblings = []
        for level, row in enumerate(self._rows[:-1]):
            beside = (index >> level) ^ 1
            siblings.append(row[beside] if beside < len(row) else padding(level))
        return siblings


def depth(count: int) -> int:
    """Levels above the leaves: ceil(log2(count))."""
    return (count - 1).bit_length()


def padding(level: int) -> bytes:
    """The hash of an empty subtree of that height."""
    node = EMPTY
    for _ in range(level):
        node = parent(node, node)
    return node


def parent(left: bytes, right: bytes) -> bytes:
    return bytes(keccak(b"\x01" + left + right))


def leaf_hash(encoded: bytes) -> bytes:
    """Hash an ABI-encoded leaf."""
    return bytes(keccak(b"\x00" + keccak(encoded)))


def dataset_leaf(work: WorkId) -> bytes:
    """The leaf of a training set: one work id at its position."""
    return leaf_hash(abi_encode(["bytes32"], [raw(work)]))


def verify(root: bytes, leaf: bytes, index: int, count: int, proof: Sequence[bytes]) -> bool:
    """Does `leaf` stand at `index` of the tree of `count` leaves under `root`?"""
    if not 0 <= index < count or len(proof) != depth(count):
        return False
    node = leaf
    for level, sibling in enumerate(proof):
        node = parent(sibling, node) if index >> level & 1 else parent(node, sibling)
    return node == root


def _parents(row: Sequence[bytes], level: int) -> list[bytes]:
    pairs = [*row, padding(level)] if len(row) % 2 else row
    return [parent(pairs[i], pairs[i + 1]) for i in range(0, len(pairs), 2)]
