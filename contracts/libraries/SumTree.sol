// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";

/// @title Merkle tree whose nodes carry the sum of what lies below them
/// @notice A parent commits to the hash and to the sum of each child. No set of leaves under one root can therefore add
/// up to more than the sum of the root, and the siblings to the left of a path add up to what stands before its leaf. (A
/// parent that commits to the sum of both alone proves neither: ePrint 2018/1139.)
/// @dev Level 0 holds the leaves, filled up with empty nodes (hash and sum zero) to a power of two; bit i of an index says
/// on which side its ancestor at level i stands. Leaves, parents and roots are hashed under different prefixes, so that
/// none can pass for another, and the root commits to the number of leaves, so that a proof has one possible length.
/// A proof is a row of siblings from the leaf upwards, 48 bytes each: hash, then sum. docs/reference/epochs.md has it all.
library SumTree {
    bytes1 private constant LEAF_PREFIX = 0x00;
    bytes1 private constant ROOT_PREFIX = 0x02;
    uint256 internal constant SIBLING_BYTES = 48;

    /// @param content keccak256 of the ABI-encoded content of the leaf, its amount included.
    function leafHash(bytes32 content) internal pure returns (bytes32) {
        return keccak256(bytes.concat(LEAF_PREFIX, content));
    }

    /// @param top The hash of the node above all leaves.
    function rootOf(uint64 count, bytes32 top) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(ROOT_PREFIX, count, top));
    }

    /// @notice parent = keccak256(0x01 || left || sumLeft || right || sumRight), sums as 16 bytes.
    function parentOf(bytes32 left, uint256 sumLeft, bytes32 right, uint256 sumRight) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, uint128(sumLeft), right, uint128(sumRight)));
    }

    function depthOf(uint256 count) internal pure returns (uint256) {
        return FixedPointMathLib.log2Up(count);
    }

    /// @notice The root and the total of the tree of `count` leaves in which this leaf stands at `index`.
    /// @return root Zero where the proof cannot be one: an index outside, another length, or a total above 128 bits.
    /// @return total Sum of all leaves.
    /// @return before Sum of the leaves to the left.
    function climb(uint64 count, bytes32 leaf, uint256 amount, uint256 index, bytes calldata proof)
        internal
        pure
        returns (bytes32 root, uint256 total, uint256 before)
    {
        if (index >= count || !_leadsUp(count, proof.length)) return (0, 0, 0);
        bytes32 top;
        (top, total, before) = ascend(leaf, amount, index, proof);
        // Sums only grow on the way up, so none below was cut to its 16 bytes either.
        if (total <= type(uint128).max) root = rootOf(count, top);
    }

    /// @dev Assembly because every claim pays for it, and the checked copy of each pair into fresh memory costs more than
    /// the hashing. The tests hold it against `ascendPlain`. `proof` must be a whole number of siblings.
    function ascend(bytes32 node, uint256 sum, uint256 index, bytes calldata proof)
        private
        pure
        returns (bytes32, uint256, uint256 before)
    {
        assembly ("memory-safe") {
            // 1 + 2 * 48 bytes from 31 on: they run over the free memory pointer and the zero slot, put back below.
            let free := mload(0x40)
            mstore8(0x1f, 0x01)
            let end := add(proof.offset, proof.length)
            for { let at := proof.offset } lt(at, end) { at := add(at, SIBLING_BYTES) } {
                let side := and(index, 1)
                let right := mul(SIBLING_BYTES, side)
                // The sum first: it is written as a word whose end counts, so that the hash may be laid over its beginning.
                mstore(add(right, 0x30), sum)
                mstore(add(right, 0x20), node)
                calldatacopy(sub(0x50, right), at, SIBLING_BYTES)
                let beside := shr(128, calldataload(add(at, 0x20)))
                before := add(before, mul(beside, side))
                node := keccak256(0x1f, 0x61)
                sum := add(sum, beside)
                index := shr(1, index)
            }
            mstore(0x40, free)
            mstore(0x60, 0)
        }
        return (node, sum, before);
    }

    /// @notice The same as `climb`, in plain words and for a proof in memory.
    function climbPlain(uint64 count, bytes32 leaf, uint256 amount, uint256 index, bytes memory proof)
        internal
        pure
        returns (bytes32 root, uint256 total, uint256 before)
    {
        if (index >= count || proof.length != depthOf(count) * SIBLING_BYTES) return (0, 0, 0);
        bytes32 top;
        (top, total, before) = ascendPlain(leaf, amount, index, proof);
        if (total <= type(uint128).max) root = rootOf(count, top);
    }

    /// @notice The node that stands where the proof ends, above the node at `index` of its level.
    /// @return before The sum of the siblings to the left.
    function ascendPlain(bytes32 node, uint256 sum, uint256 index, bytes memory proof)
        internal
        pure
        returns (bytes32, uint256, uint256 before)
    {
        for (uint256 at; at < proof.length; at += SIBLING_BYTES) {
            (bytes32 sibling, uint256 beside) = _sibling(proof, at);
            if (index & 1 == 1) {
                node = parentOf(sibling, beside, node, sum);
                before += beside;
            } else {
                node = parentOf(node, sum, sibling, beside);
            }
            sum += beside;
            index >>= 1;
        }
        return (node, sum, before);
    }

    /// @dev `length == depthOf(count) * SIBLING_BYTES` for a count above zero, for less: what so many siblings lead up from
    /// has room for all leaves, and one level less would not.
    function _leadsUp(uint64 count, uint256 length) private pure returns (bool) {
        unchecked {
            uint256 depth = length / SIBLING_BYTES;
            uint256 last = count - 1;
            bool isNone = depth == 0;
            return depth * SIBLING_BYTES == length && last >> depth == 0 && (isNone || last >> (depth - 1) != 0);
        }
    }

    function _sibling(bytes memory proof, uint256 at) private pure returns (bytes32 hash, uint256 sum) {
        assembly ("memory-safe") {
            let from := add(add(proof, 0x20), at)
            hash := mload(from)
            sum := shr(128, mload(add(from, 0x20)))
        }
    }
}
