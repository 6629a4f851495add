// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {PositionalTree} from "../../contracts/libraries/PositionalTree.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

contract PositionalTreeTest {
    function contains(bytes32 root, uint64 count, bytes32 leaf, uint256 index, bytes32[] calldata proof)
        external
        pure
        returns (bool)
    {
        return PositionalTree.contains(root, count, leaf, index, proof);
    }

    function test_contains_whenTheTreeIsOneLeaf_takesNoProof() external view {
        bytes32 leaf = PositionalTree.leafHash("only");
        vm.assertTrue(this.contains(leaf, 1, leaf, 0, new bytes32[](0)));
        vm.assertFalse(this.contains(leaf, 1, leaf, 1, new bytes32[](0)));
        vm.assertFalse(this.contains(leaf, 0, leaf, 0, new bytes32[](0)));
    }

    function test_contains_whenTheProofIsShortOrLong_isFalse() external view {
        bytes32[] memory leaves = _leaves(3, 0);
        bytes32 root = TreeBuilder.rootOf(leaves);
        bytes32[] memory proof = TreeBuilder.proofOf(leaves, 0);
        vm.assertFalse(this.contains(root, 3, leaves[0], 0, new bytes32[](0)));
        vm.assertFalse(this.contains(TreeBuilder.parent(root, 0), 3, leaves[0], 0, _append(proof, 0)));
        vm.assertTrue(this.contains(root, 3, leaves[0], 0, proof));
    }

    function test_contains_whenAnInnerNodePosesAsALeaf_isFalse() external view {
        bytes32[] memory leaves = _leaves(4, 0);
        bytes32 root = TreeBuilder.rootOf(leaves);
        bytes32[] memory upper = new bytes32[](1);
        upper[0] = TreeBuilder.parent(leaves[2], leaves[3]);
        bytes32 inner = TreeBuilder.parent(leaves[0], leaves[1]);
        vm.assertFalse(this.contains(root, 4, inner, 0, upper));
        // With the count of the smaller tree it does stand there, which is why what is hashed has a prefix of its own.
        vm.assertTrue(this.contains(root, 2, inner, 0, upper));
        vm.assertTrue(PositionalTree.leafHash(keccak256(abi.encode(leaves[0], leaves[1]))) != inner);
    }

    function test_contains_whenTheIndexIsPastTheCount_isFalse() external view {
        bytes32[] memory leaves = _leaves(3, 0);
        bytes32[] memory four = new bytes32[](4);
        (four[0], four[1], four[2]) = (leaves[0], leaves[1], leaves[2]);
        vm.assertFalse(this.contains(TreeBuilder.rootOf(leaves), 3, 0, 3, TreeBuilder.proofOf(four, 3)));
    }

    function testFuzz_contains_provesEveryLeafAtItsPlaceOnly(uint8 count, uint8 index, uint8 other, bytes32 seed)
        external
        view
    {
        uint64 n = uint64(count) % 40 + 1;
        uint256 i = index % n;
        uint256 j = other % n;
        bytes32[] memory leaves = _leaves(n, seed);
        bytes32 root = TreeBuilder.rootOf(leaves);
        bytes32[] memory proof = TreeBuilder.proofOf(leaves, i);
        vm.assertTrue(this.contains(root, n, leaves[i], i, proof));
        vm.assertTrue(i == j || !this.contains(root, n, leaves[i], j, proof));
        vm.assertTrue(i == j || !this.contains(root, n, leaves[j], i, proof));
    }

    function testFuzz_contains_equalsThePlainTwin(bytes32 leaf, uint256 index, bytes32[] calldata proof) external view {
        vm.assume(proof.length < 64);
        uint64 count = uint64(1) << uint64(proof.length);
        index %= count;
        bytes32 root = TreeBuilder.climb(leaf, index, proof);
        vm.assertTrue(this.contains(root, count, leaf, index, proof));
        vm.assertFalse(this.contains(root, count, ~leaf, index, proof));
        // The assembly borrows the free memory pointer and has to put it back.
        vm.assertTrue(new bytes32[](1)[0] == 0);
    }

    /// @dev Counts around a power of two, where rounding up could go wrong.
    function testFuzz_contains_takesProofsOfOneLengthOnly(uint8 power, uint8 beyond, uint8 length) external view {
        uint64 count = uint64(1) << (power % 64);
        count = beyond % 3 == 0 ? count - 1 : count + beyond % 3 - 1;
        bytes32[] memory proof = new bytes32[](length % 70);
        bytes32 root = TreeBuilder.climb("leaf", 0, proof);
        bool fits = count > 0 && proof.length == TreeBuilder.depth(count);
        vm.assertTrue(this.contains(root, count, "leaf", 0, proof) == fits);
    }

    function test_contains_takesTheLargestTree() external view {
        bytes32[] memory proof = new bytes32[](64);
        for (uint256 i; i < proof.length; ++i) {
            proof[i] = bytes32(i + 1);
        }
        uint64 last = type(uint64).max - 1;
        bytes32 root = TreeBuilder.climb("leaf", last, proof);
        vm.assertTrue(this.contains(root, type(uint64).max, "leaf", last, proof));
        vm.assertFalse(this.contains(root, type(uint64).max, "leaf", last - 1, proof));
    }

    function testFuzz_leafHash_equalsThePlainTwin(bytes32 content) external pure {
        vm.assertEq(PositionalTree.leafHash(content), TreeBuilder.leafHash(content));
    }

    function _leaves(uint256 count, bytes32 seed) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            leaves[i] = PositionalTree.leafHash(keccak256(abi.encode(seed, i)));
        }
    }

    function _append(bytes32[] memory proof, bytes32 node) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](proof.length + 1);
        for (uint256 i; i < proof.length; ++i) {
            longer[i] = proof[i];
        }
        longer[proof.length] = node;
    }
}
