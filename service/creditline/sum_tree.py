"""Merkle trees that carry money, equal to `contracts/libraries/SumTree.sol`.

A node is a hash and a sum. Leaf hash = keccak256(0x00 ‖ keccak256(abi.encode(content))), parent hash = keccak256(0x01 ‖
hashL ‖ sumL ‖ hashR ‖ sumR), root = keccak256(0x02 ‖ uint64 count ‖ hash of the top). Rows are padded to a power of two
with empty nodes, which have neither hash nor sum; bit i of an index says on which side its ancestor at level i stands.
A parent commits to the sums of both children, so no set of leaves under one root can hold more than its sum, and the
left siblings of a proof add up to what stands before the leaf.
"""

from __future__ import annotations

from collections.abc import Iterable

from sha3 import keccak_256

from creditline.amounts import UINT128_MAX
from creditline.errors import Invalid

HASH_BYTES = 32
SUM_BYTES = 16
NODE_BYTES = HASH_BYTES + SUM_BYTES
COUNT_MAX = 2**32 - 1
"""What positions in leaves can name. What this machine builds is less:"""
LEAVES_MAX = 2**21
EMPTY = (bytes(HASH_BYTES), 0)
"""Where no leaf stands."""


class SumTree:
    """All rows of a tree, leaves first. Memory: 96 bytes a leaf."""

    def __init__(self, leaves: Iterable[tuple[bytes, int]]) -> None:
        """Of leaf hashes and amounts in order, `EMPTY` among them. No leaf at all makes a tree of one empty node.

        Raises `Invalid` for more than `LEAVES_MAX`, and for amounts that are negative or do not fit in 128 bits together.
        """
        try:
            row = b"".join([_node(leaf, amount) for leaf, amount in leaves])
            self.count = len(row) // NODE_BYTES
            if self.count > LEAVES_MAX:
                raise Invalid(
                    f"A tree holds at most {LEAVES_MAX} leaves, not {self.count}.", "Close the epoch earlier."
                )
            self._rows = _rows(row or _node(*EMPTY))
        except OverflowError as error:
            raise Invalid(
                "The amounts of a tree are negative, or above 2**128 together.", "Check where they come from."
            ) from error

    @property
    def root(self) -> bytes:
        return seal(self.top, self.count)

    @property
    def top(self) -> bytes:
        """The hash of the node above all leaves, which the root seals together with the count."""
        return self._rows[-1][:HASH_BYTES]

    @property
    def below_top(self) -> bytes:
        """The two nodes below the top, hash ‖ sum each; nothing where the top is a leaf itself."""
        return self._rows[-2] if len(self._rows) > 1 else b""

    @property
    def total(self) -> int:
        return int.from_bytes(self._rows[-1][HASH_BYTES:])

    def proof(self, index: int) -> bytes:
        """The siblings from the leaf upwards, 48 bytes each: hash ‖ sum. Raises `Invalid` outside the tree."""
        self._require(index)
        return b"".join(self._sibling(level, index >> level) for level in range(len(self._rows) - 1))

    def before(self, index: int) -> int:
        """The sum of all leaves left of one. Raises `Invalid` outside the tree."""
        self._require(index)
        lefts = (
            self._sibling(level, index >> level) for level in range(len(self._rows) - 1) if index >> level & 1
        )
        return sum(int.from_bytes(left[HASH_BYTES:]) for left in lefts)

    def _sibling(self, level: int, at: int) -> bytes:
        start = (at ^ 1) * NODE_BYTES
        return self._rows[level][start : start + NODE_BYTES]

    def _require(self, index: int) -> None:
        if not 0 <= index < self.count:
            raise Invalid(f"Leaf {index} is outside a tree of {self.count}.", "Positions count from 0.")


def leaf_hash(encoded: bytes) -> bytes:
    """Hash an ABI-encoded leaf."""
    return bytes(keccak_256(b"\x00" + keccak_256(encoded).digest()).digest())


def seal(top: bytes, count: int) -> bytes:
    """The root of a tree of `count` leaves whose top has that hash."""
    return bytes(keccak_256(b"\x02" + count.to_bytes(8) + top).digest())


def depth(count: int) -> int:
    """Levels above the leaves: ceil(log2(count)), and none for no leaves."""
    return max(count - 1, 0).bit_length()


def opens(
    root: bytes, total: int, count: int, leaf: bytes, amount: int, index: int, proof: bytes
) -> tuple[bool, int]:
    """Does that leaf with that amount stand at `index` under `root` and `total`, and what stands before it?

    The second is 0 where the first is false.
    """
    stands_inside = 0 <= index < count <= COUNT_MAX and len(proof) == depth(count) * NODE_BYTES
    if not stands_inside or not 0 <= amount <= UINT128_MAX:
        return False, 0
    node, reached, before = leaf, amount, 0
    for level in range(depth(count)):
        sibling = proof[level * NODE_BYTES : (level + 1) * NODE_BYTES]
        beside = int.from_bytes(sibling[HASH_BYTES:])
        if reached + beside > UINT128_MAX:
            return False, 0
        is_right = index >> level & 1
        node = _hash_of(sibling + _node(node, reached) if is_right else _node(node, reached) + sibling)
        reached += beside
        before += beside * is_right
    holds = reached == total and seal(node, count) == root
    return holds, before * holds


def _rows(row: bytes) -> list[bytes]:
    """Every row but the top is even: an empty node of its height stands where nothing does."""
    rows, padding = [], _node(*EMPTY)
    while len(row) > NODE_BYTES:
        if len(row) % (2 * NODE_BYTES):
            row += padding
        rows.append(row)
        row = b"".join([_parent(row[at : at + 2 * NODE_BYTES]) for at in range(0, len(row), 2 * NODE_BYTES)])
        padding = _parent(padding + padding)
    return [*rows, row]


def _parent(pair: bytes) -> bytes:
    total = int.from_bytes(pair[HASH_BYTES:NODE_BYTES]) + int.from_bytes(pair[-SUM_BYTES:])
    return _node(_hash_of(pair), total)


def _hash_of(pair: bytes) -> bytes:
    return bytes(keccak_256(b"\x01" + pair).digest())


def _node(hash: bytes, amount: int) -> bytes:
    return hash + amount.to_bytes(SUM_BYTES)
