// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochTrees} from "../../contracts/libraries/EpochTrees.sol";
import {ReportLib} from "../../contracts/libraries/ReportLib.sol";
import {SumTree} from "../../contracts/libraries/SumTree.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";
import {vm} from "./Vm.sol";

contract SumTreeTest {
    using SumTreeBuilder for SumTreeBuilder.Tree;

    function testFuzz_climb_agreesWithThePlainTwinAndTheBuilder(uint256 seed, uint8 size, uint8 at) external view {
        SumTreeBuilder.Tree memory tree = _tree(seed, uint256(size) % 70 + 1);
        uint64 count = uint64(tree.hashes.length);
        uint256 index = at % count;
        bytes memory proof = tree.proofOf(index);
        (bytes32 root, uint256 total, uint256 before) = this.climb(count, tree.hashes[index], tree.sums[index], index, proof);
        vm.assertEq(root, tree.rootOf());
        vm.assertEq(total, tree.totalOf());
        uint256 left;
        for (uint256 i; i < index; ++i) {
            left += tree.sums[i];
        }
        vm.assertEq(before, left);
        _agree(count, tree.hashes[index], tree.sums[index], index, proof);
    }

    /// @dev Whatever is shown, the assembly and the plain words say the same. Lengths around the right one come up often.
    function testFuzz_climb_ofAnything_agreesWithThePlainTwin(
        uint64 count,
        bytes32 leaf,
        uint128 amount,
        uint256 index,
        uint256 seed,
        uint8 shift,
        int8 more
    ) external view {
        count >>= shift % 64;
        if (seed % 4 != 0) index %= uint256(count) + 1;
        int256 length = int256(SumTree.depthOf(count) * 48) + (seed % 2 == 0 ? int256(0) : int256(more));
        bytes memory proof = new bytes(length < 0 ? 0 : uint256(length));
        for (uint256 i; i + 32 <= proof.length; i += 32) {
            bytes32 word = keccak256(abi.encode(seed, i));
            assembly {
                mstore(add(add(proof, 0x20), i), word)
            }
        }
        // Sums stay small in half of the cases, so that the total fits.
        if (seed % 3 == 0) {
            for (uint256 i; i + 48 <= proof.length; i += 48) {
                for (uint256 j = 32; j < 40; ++j) {
                    proof[i + j] = 0;
                }
            }
        }
        _agree(count, leaf, amount, index, proof);
    }

    function test_climb_whenTheTotalPassesSixteenBytes_hasNoRoot() external view {
        bytes memory proof = abi.encodePacked(bytes32("sibling"), type(uint128).max);
        (bytes32 root,,) = this.climb(2, "leaf", 0, 0, proof);
        vm.assertTrue(root != 0);
        (root,,) = this.climb(2, "leaf", 1, 0, proof);
        vm.assertEq(root, bytes32(0));
    }

    function test_climb_whenThereAreNoLeaves_hasNoRoot() external view {
        (bytes32 root,,) = this.climb(0, "leaf", 1, 0, "");
        vm.assertEq(root, bytes32(0));
    }

    function test_climb_ofALoneLeaf_needsNoSibling() external view {
        (bytes32 root, uint256 total,) = this.climb(1, "leaf", 7, 0, "");
        vm.assertEq(root, SumTree.rootOf(1, "leaf"));
        vm.assertEq(total, 7);
        (root,,) = this.climb(1, "leaf", 7, 0, new bytes(48));
        vm.assertEq(root, bytes32(0));
        (root,,) = this.climb(1, "leaf", 7, 1, "");
        vm.assertEq(root, bytes32(0));
    }

    function test_climb_whenTheProofHasAnotherLength_hasNoRoot() external view {
        SumTreeBuilder.Tree memory tree = _tree(1, 5);
        bytes memory proof = tree.proofOf(2);
        uint256[6] memory lengths = [uint256(0), 48, 96, 143, 145, 192];
        for (uint256 i; i < lengths.length; ++i) {
            bytes memory other = new bytes(lengths[i]);
            for (uint256 j; j < other.length && j < proof.length; ++j) {
                other[j] = proof[j];
            }
            (bytes32 root,,) = this.climb(5, tree.hashes[2], tree.sums[2], 2, other);
            vm.assertEq(root, bytes32(0));
        }
    }

    /// @dev A parent's preimage is no leaf: its content would have to be hashed under another prefix.
    function test_climb_takesNoInnerNodeForALeaf() external view {
        SumTreeBuilder.Tree memory tree = _tree(2, 4);
        SumTreeBuilder.Tree memory up = tree.padded().above();
        bytes memory proof = abi.encodePacked(up.hashes[1], uint128(up.sums[1]));
        // The node itself climbs to the top, but only under a count that is not the tree's.
        (bytes32 root,,) = this.climb(2, up.hashes[0], up.sums[0], 0, proof);
        vm.assertTrue(root != tree.rootOf());
        (root,,) = this.climb(4, up.hashes[0], up.sums[0], 0, proof);
        vm.assertEq(root, bytes32(0));
        bytes memory children =
            abi.encodePacked(tree.hashes[0], uint128(tree.sums[0]), tree.hashes[1], uint128(tree.sums[1]));
        vm.assertTrue(SumTree.leafHash(keccak256(children)) != up.hashes[0]);
        vm.assertTrue(keccak256(bytes.concat(hex"00", children)) != up.hashes[0]);
    }

    /// @dev 64 bytes of content are hashed twice, and under a prefix, so they are never a node's children.
    function test_leafHash_ofSixtyFourBytes_isNoParent() external pure {
        bytes memory content = abi.encode("left", "right");
        vm.assertTrue(SumTree.leafHash(keccak256(content)) != keccak256(content));
        vm.assertTrue(SumTree.leafHash(keccak256(content)) != keccak256(bytes.concat(hex"01", content)));
    }

    function test_rootOf_tellsCountsApart() external pure {
        vm.assertTrue(SumTree.rootOf(3, "top") != SumTree.rootOf(4, "top"));
    }

    /// @dev Three leaves and an empty place have the levels of four, but not their root.
    function test_climb_takesNoEmptyPlaceForALeaf() external view {
        SumTreeBuilder.Tree memory tree = _tree(3, 3);
        bytes memory proof = abi.encodePacked(tree.hashes[2], uint128(tree.sums[2]), tree.padded().above().hashes[0]);
        proof = abi.encodePacked(proof, uint128(tree.sums[0] + tree.sums[1]));
        (bytes32 root,,) = this.climb(3, 0, 0, 3, proof);
        vm.assertEq(root, bytes32(0));
        (root,,) = this.climb(4, 0, 0, 3, proof);
        vm.assertTrue(root != tree.rootOf());
    }

    /// @dev A sum is committed to on both sides, so shifting a unit between siblings changes the root.
    function testFuzz_climb_whenASumMoves_hasAnotherRoot(uint256 seed, uint128 moved) external view {
        SumTreeBuilder.Tree memory tree = _tree(seed, 2);
        moved = uint128(moved % tree.sums[1] + 1);
        bytes memory proof = abi.encodePacked(tree.hashes[1], uint128(tree.sums[1] - moved));
        (bytes32 root, uint256 total,) = this.climb(2, tree.hashes[0], tree.sums[0] + moved, 0, proof);
        vm.assertEq(total, tree.totalOf());
        vm.assertTrue(root != tree.rootOf());
    }

    function testFuzz_hashOf_anEpoch_isThatOfItsEncoding(IRoyaltyLedger.Epoch memory e) external pure {
        bytes32 rest = keccak256(abi.encode(e.reports, e.credits, e.revenueBefore, e.revenue, e.cutoff, e.data));
        vm.assertEq(EpochTrees.hashOf(e), keccak256(abi.encode(e.payouts, e.payoutSum, rest)));
    }

    function testFuzz_structHash_agreesWithThePlainTwin(bytes32 poolId, IRoyaltyLedger.Report calldata report)
        external
        pure
    {
        vm.assertEq(ReportLib.structHash(poolId, report, report.workIds), ReportLib.structHashPlain(poolId, report));
    }

    function climb(uint64 count, bytes32 leaf, uint256 amount, uint256 index, bytes calldata proof)
        external
        pure
        returns (bytes32 root, uint256 total, uint256 before)
    {
        (root, total, before) = SumTree.climb(count, leaf, amount, index, proof);
        // The memory that the assembly borrowed is as it was.
        bytes memory fresh = new bytes(0);
        assembly {
            if or(mload(0x60), mload(fresh)) { revert(0, 0) }
        }
    }

    function _agree(uint64 count, bytes32 leaf, uint256 amount, uint256 index, bytes memory proof) private view {
        (bytes32 root, uint256 total, uint256 before) = this.climb(count, leaf, amount, index, proof);
        (bytes32 plain, uint256 plainTotal, uint256 plainBefore) =
            SumTree.climbPlain(count, leaf, amount, index, proof);
        vm.assertEq(root, plain);
        vm.assertEq(total, plainTotal);
        vm.assertEq(before, plainBefore);
    }

    function _tree(uint256 seed, uint256 count) private pure returns (SumTreeBuilder.Tree memory tree) {
        tree = SumTreeBuilder.Tree(new bytes32[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            tree.hashes[i] = keccak256(abi.encode(seed, i));
            tree.sums[i] = uint256(keccak256(abi.encode(seed, i, "sum"))) >> 160;
        }
    }
}
