// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title Merkle tree in which a leaf's place is part of what is proved
/// @notice Level 0 holds the leaf hashes, filled up with zeros to a power of two. Bit i of a leaf's index says whether
/// its ancestor at level i is a left (0) or a right (1) child. Leaves and parents are hashed under different prefixes,
/// so that neither can pass for the other, and a proof has exactly one possible length.
library PositionalTree {
    /// @param content keccak256 of the ABI-encoded content of the leaf.
    /// @return hash keccak256(0x00 || content). Assembly because `bytes.concat` allocates; held against the plain form.
    function leafHash(bytes32 content) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore8(0x1f, 0x00)
            mstore(0x20, content)
            hash := keccak256(0x1f, 0x21)
        }
    }

    /// @notice Whether `leaf` stands at `index` of the tree of `count` leaves under `root`.
    function contains(bytes32 root, uint64 count, bytes32 leaf, uint256 index, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        return index < count && isDepth(proof.length, count) && climb(leaf, index, proof) == root;
    }

    /// @notice Whether a tree of `count` leaves, at least one, has so many levels above them: log2, rounded up.
    /// @dev count lies in (2^(levels - 1), 2^levels], hence 2 * count - 1 in [2^levels, 2^(levels + 1)).
    function isDepth(uint256 levels, uint64 count) private pure returns (bool) {
        unchecked {
            return (2 * uint256(count) - 1) >> levels == 1;
        }
    }

    /// @notice The root that `leaf` at `index` has with these siblings, of which there are at most 64.
    /// @dev parent = keccak256(0x01 || left || right). Assembly because the checked copy of each pair into fresh memory
    /// costs more than the hashing, and two levels a turn because turning costs a fifth of it; the tests hold it
    /// against the plain form.
    function climb(bytes32 leaf, uint256 index, bytes32[] calldata proof) private pure returns (bytes32 node) {
        assembly ("memory-safe") {
            // The pair is laid over the free memory pointer, which is put back below.
            let free := mload(0x40)
            mstore8(0x1f, 0x01)
            node := leaf
            // The index from the bit of this level up, below a one that stands for the root. Five bits to the left, a
            // level's bit is the distance of the node from the left place of the pair.
            let bits := shl(5, or(index, shl(proof.length, 1)))
            let at := proof.offset
            for {} gt(bits, 0x7f) {} {
                let right := and(bits, 0x20)
                mstore(add(0x20, right), node)
                mstore(sub(0x40, right), calldataload(at))
                node := keccak256(0x1f, 0x41)
                right := and(shr(1, bits), 0x20)
                mstore(add(0x20, right), node)
                mstore(sub(0x40, right), calldataload(add(at, 0x20)))
                node := keccak256(0x1f, 0x41)
                bits := shr(2, bits)
                at := add(at, 0x40)
            }
            if gt(bits, 0x3f) {
                let right := and(bits, 0x20)
                mstore(add(0x20, right), node)
                mstore(sub(0x40, right), calldataload(at))
                node := keccak256(0x1f, 0x41)
            }
            mstore(0x40, free)
        }
    }

    /// @notice The same as `contains`, in plain words and for a proof in memory.
    function containsPlain(bytes32 root, uint256 count, bytes32 node, uint256 index, bytes32[] memory proof)
        internal
        pure
        returns (bool)
    {
        if (index >= count || proof.length != FixedPointMathLib.log2Up(count)) return false;
        for (uint256 i; i < proof.length; ++i) {
            (bytes32 left, bytes32 right) = index >> i & 1 == 1 ? (proof[i], node) : (node, proof[i]);
            node = keccak256(abi.encodePacked(bytes1(0x01), left, right));
        }
        return node == root;
    }
}
