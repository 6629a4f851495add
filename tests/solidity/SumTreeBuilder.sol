// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SumTree} from "../../contracts/libraries/SumTree.sol";

/// @dev Builds sum trees and proofs the slow and obvious way. A level is an array of hashes and one of sums.
library SumTreeBuilder {
    struct Tree {
        bytes32[] hashes;
        uint256[] sums;
    }

    function top(Tree memory leaves) internal pure returns (bytes32 hash, uint256 sum) {
        Tree memory row = padded(leaves);
        while (row.hashes.length > 1) {
            row = above(row);
        }
        return (row.hashes[0], row.sums[0]);
    }

    function rootOf(Tree memory leaves) internal pure returns (bytes32) {
        (bytes32 hash,) = top(leaves);
        return SumTree.rootOf(uint64(leaves.hashes.length), hash);
    }

    function totalOf(Tree memory leaves) internal pure returns (uint256 total) {
        for (uint256 i; i < leaves.sums.length; ++i) {
            total += leaves.sums[i];
        }
    }

    function proofOf(Tree memory leaves, uint256 index) internal pure returns (bytes memory proof) {
        Tree memory row = padded(leaves);
        while (row.hashes.length > 1) {
            proof = abi.encodePacked(proof, row.hashes[index ^ 1], uint128(row.sums[index ^ 1]));
            row = above(row);
            index >>= 1;
        }
    }

    function padded(Tree memory leaves) internal pure returns (Tree memory row) {
        uint256 width = 1;
        while (width < leaves.hashes.length) width *= 2;
        row = Tree(new bytes32[](width), new uint256[](width));
        for (uint256 i; i < leaves.hashes.length; ++i) {
            (row.hashes[i], row.sums[i]) = (leaves.hashes[i], leaves.sums[i]);
        }
    }

    function above(Tree memory row) internal pure returns (Tree memory up) {
        uint256 half = row.hashes.length / 2;
        up = Tree(new bytes32[](half), new uint256[](half));
        for (uint256 i; i < half; ++i) {
            (uint256 l, uint256 r) = (2 * i, 2 * i + 1);
            up.hashes[i] = keccak256(
                abi.encodePacked(bytes1(0x01), row.hashes[l], uint128(row.sums[l]), row.hashes[r], uint128(row.sums[r]))
            );
            up.sums[i] = row.sums[l] + row.sums[r];
        }
    }
}
