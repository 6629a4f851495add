// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title Merkle tree in which a leaf's place is part of what is proved
/// @notice Level 0 holds the leaf hashes, filled up with zeros to a power of two. Bit i of a leaf's index says whether
/// its ancestor at level i is a left (0) or a right (1) child. Leaves and parents are hashed under different prefixes,
/// so that neither can pass for the other, and a proof has exactly one possible length.
library PositionalTree {
    bytes1 private constant LEAF_PREFIX = 0x00;

    /// @param content keccak256 of the ABI-encoded content of the leaf.
    function leafHash(bytes32 content) internal pure returns (bytes32) {
        return keccak256(bytes.concat(LEAF_PREFIX, content));
    }

    /// @notice Whether `leaf` stands at `index` of the tree of `count` leaves under `root`.
    function contains(bytes32 root, uint256 count, bytes32 leaf, uint256 index, bytes32[] calldata proof)
        internal
        pure
        returns (bool)
    {
        return index < count && proof.length == FixedPointMathLib.log2Up(count) && climb(leaf, index, proof) == root;
    }

    /// @notice The root that `leaf` at `index` has with these siblings.
    /// @dev parent = keccak256(0x01 || left || right). Assembly because the checked copy of each pair into fresh memory
    /// costs more than the hashing; the tests hold it against the plain form.
    function climb(bytes32 leaf, uint256 index, bytes32[] calldata proof) private pure returns (bytes32 node) {
        assembly ("memory-safe") {
            // The pair is laid over the free memory pointer, which is put back below.
            let free := mload(0x40)
            mstore8(0x1f, 0x01)
            node := leaf
            let end := add(proof.offset, shl(5, proof.length))
            for { let at := proof.offset } lt(at, end) { at := add(at, 0x20) } {
                let right := shl(5, and(index, 1))
                mstore(add(0x20, right), node)
                mstore(sub(0x40, right), calldataload(at))
                node := keccak256(0x1f, 0x41)
                index := shr(1, index)
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
