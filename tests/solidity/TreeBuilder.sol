// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev The positional tree in plain Solidity: the twin that PositionalTree is held against.
library TreeBuilder {
    function parent(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x01), left, right));
    }

    function leafHash(bytes32 content) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(bytes1(0x00), content));
    }

    function depth(uint256 count) internal pure returns (uint256 levels) {
        while (1 << levels < count) ++levels;
    }

    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        bytes32[] memory level = _padded(leaves);
        while (level.length > 1) level = _above(level);
        return level[0];
    }

    function proofOf(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory proof) {
        bytes32[] memory level = _padded(leaves);
        proof = new bytes32[](depth(leaves.length));
        for (uint256 i; i < proof.length; ++i) {
            proof[i] = level[index ^ 1];
            level = _above(level);
            index /= 2;
        }
    }

    function climb(bytes32 node, uint256 index, bytes32[] memory proof) internal pure returns (bytes32) {
        for (uint256 i; i < proof.length; ++i) {
            node = (index >> i) % 2 == 0 ? parent(node, proof[i]) : parent(proof[i], node);
        }
        return node;
    }

    function _padded(bytes32[] memory leaves) private pure returns (bytes32[] memory level) {
        level = new bytes32[](1 << depth(leaves.length));
        for (uint256 i; i < leaves.length; ++i) {
            level[i] = leaves[i];
        }
    }

    function _above(bytes32[] memory level) private pure returns (bytes32[] memory above) {
        above = new bytes32[](level.length / 2);
        for (uint256 i; i < above.length; ++i) {
            above[i] = parent(level[2 * i], level[2 * i + 1]);
        }
    }
}
