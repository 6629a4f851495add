// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Shares} from "../../contracts/libraries/Shares.sol";
import {SumTree} from "../../contracts/libraries/SumTree.sol";
import {AgreementCases} from "./AgreementCases.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @dev The contracts' side of tests/vectors/agreement.json. Every group is a call of its own, so that memory starts anew.
contract AgreementTest {
    uint256 private constant GROUP = 100;
    string private constant FILE = "tests/vectors/agreement.json";

    function test_trees_areThoseOfPythonAndTypeScript() external view {
        _compare(".trees.groups", this.treesOf);
    }

    function test_splits_areThoseOfPythonAndTypeScript() external view {
        _compare(".splits.groups", this.splitsOf);
    }

    function treesOf(uint256 group) external view returns (bytes32) {
        bytes memory digests;
        for (uint256 t = group * GROUP; t < (group + 1) * GROUP; ++t) {
            digests = bytes.concat(digests, this.treeOf(t));
        }
        return keccak256(digests);
    }

    function treeOf(uint256 t) external view returns (bytes32) {
        (SumTreeBuilder.Tree memory leaves, uint256 index) = AgreementCases.tree(t);
        bytes memory proof = SumTreeBuilder.proofOf(leaves, index);
        bytes32 root = SumTreeBuilder.rootOf(leaves);
        uint64 count = uint64(leaves.hashes.length);
        (bytes32 found, uint256 total, uint256 before) =
            this.climb(count, leaves.hashes[index], leaves.sums[index], index, proof);
        vm.assertEq(found, root);
        vm.assertEq(total, SumTreeBuilder.totalOf(leaves));
        return keccak256(abi.encodePacked(root, uint128(total), uint128(before), proof));
    }

    function climb(uint64 count, bytes32 leaf, uint256 amount, uint256 index, bytes calldata proof)
        external
        pure
        returns (bytes32, uint256, uint256)
    {
        return SumTree.climb(count, leaf, amount, index, proof);
    }

    function splitsOf(uint256 group) external pure returns (bytes32) {
        bytes memory digests;
        for (uint256 s = group * GROUP; s < (group + 1) * GROUP; ++s) {
            digests = bytes.concat(digests, _splitOf(AgreementCases.split(s)));
        }
        return keccak256(digests);
    }

    function _splitOf(AgreementCases.Split memory it) private pure returns (bytes32) {
        bytes memory amounts;
        uint256 earned = it.before;
        for (uint256 i; i < it.revenues.length; ++i) {
            uint256 part = Shares.creatorPart(earned, it.revenues[i], it.bps[0]);
            amounts = abi.encodePacked(amounts, uint128(part), _creditsOf(part, it.weights[i]));
            earned += it.revenues[i];
            amounts = abi.encodePacked(amounts, _partsOf(earned, it.bps));
        }
        return keccak256(amounts);
    }

    function _creditsOf(uint256 part, uint256[] memory weights) private pure returns (bytes memory amounts) {
        uint256 packed;
        for (uint256 j; j < weights.length; ++j) {
            packed |= weights[j] << Shares.WEIGHT_BITS * j;
        }
        for (uint256 j; j <= weights.length; ++j) {
            amounts = abi.encodePacked(amounts, uint128(Shares.amountOf(part, packed, j, weights.length)));
        }
    }

    function _partsOf(uint256 earned, uint256[3] memory bps) private pure returns (bytes memory amounts) {
        uint256[4] memory parts = Shares.cut(earned, bps[0], bps[1], bps[2]);
        for (uint256 j; j < 4; ++j) {
            amounts = abi.encodePacked(amounts, uint128(parts[j]));
        }
    }

    function _compare(string memory key, function(uint256) external view returns (bytes32) digest) private view {
        bytes32[] memory expected = vm.parseJsonBytes32Array(vm.readFile(FILE), key);
        vm.assertEq(expected.length, 100);
        for (uint256 group; group < expected.length; ++group) {
            vm.assertEq(digest(group), expected[group], string.concat("hundred ", vm.toString(group)));
        }
    }
}
