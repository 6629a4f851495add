// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IModelRegistry} from "../../contracts/interfaces/IModelRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

contract ModelRegistryTest is Fixture {
    bytes32[] private ids;
    address[] private creators;

    function setUp() external {
        deployAll();
        (ids, creators) = registerWorks(5);
    }

    function test_registerDataset_commitsToAllOfIt() external {
        bytes32 expected = keccak256(abi.encode(address(this), bytes32("root"), uint64(9), START, bytes32("manifest")));
        vm.expectEmit();
        emit IModelRegistry.DatasetRegistered(expected, address(this), "root", 9, START, "manifest");
        vm.assertEq(models.registerDataset("root", 9, START, "manifest"), expected);
        IModelRegistry.Dataset memory set = models.dataset(expected);
        vm.assertEq(set.by, address(this));
        vm.assertEq(set.root, "root");
        vm.assertEq(set.count, 9);
        vm.assertEq(set.cutoff, START);
        vm.assertEq(set.registeredAt, START);
        vm.assertEq(set.breaches, 0);
    }

    function test_registerDataset_whenRepeatedOrEmpty_reverts() external {
        bytes32 id = models.registerDataset("root", 9, START, "manifest");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyRegistered.selector, id));
        models.registerDataset("root", 9, START, "manifest");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ZeroValue.selector));
        models.registerDataset(0, 9, START, "manifest");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ZeroValue.selector));
        models.registerDataset("root", 0, START, "manifest");
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ZeroValue.selector));
        models.registerDataset("root", 9, 0, "manifest");
    }

    function test_registerModel_commitsToItsDatasets() external {
        bytes32[] memory sets = _datasets(2);
        bytes32 expected = keccak256(abi.encode(address(this), bytes32("weights"), bytes32("algorithm"), sets));
        vm.expectEmit();
        emit IModelRegistry.ModelRegistered(expected, address(this), "weights", "algorithm", sets);
        vm.assertEq(models.registerModel("weights", "algorithm", sets), expected);
        vm.assertEq(models.model(expected).developer, address(this));
        vm.assertEq(models.model(expected).registeredAt, START);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyRegistered.selector, expected));
        models.registerModel("weights", "algorithm", sets);
    }

    function test_registerModel_whenTheCountIsOutOfBounds_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.BadDatasetCount.selector, 0));
        models.registerModel("weights", "algorithm", new bytes32[](0));
        models.registerModel("weights", "algorithm", _datasets(64));
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.BadDatasetCount.selector, 65));
        models.registerModel("weights", "algorithm", new bytes32[](65));
    }

    function test_registerModel_whenDatasetsRepeatDescendOrAreUnknown_reverts() external {
        bytes32[] memory sets = _datasets(2);
        (sets[0], sets[1]) = (sets[1], sets[0]);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.DatasetsNotAscending.selector, sets[1]));
        models.registerModel("weights", "algorithm", sets);
        sets[0] = sets[1];
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.DatasetsNotAscending.selector, sets[1]));
        models.registerModel("weights", "algorithm", sets);
        sets[1] = bytes32(type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.DatasetUnknown.selector, sets[1]));
        models.registerModel("weights", "algorithm", sets);
    }

    function test_registerModel_whenAHashIsZero_reverts() external {
        bytes32[] memory sets = _datasets(1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ZeroValue.selector));
        models.registerModel(0, "algorithm", sets);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ZeroValue.selector));
        models.registerModel("weights", 0, sets);
    }

    function test_proveOptOutBreach_countsEachWorkOnce() external {
        _optOut(2);
        (bytes32 set, bytes32[] memory leaves) = _dataset(START);
        vm.warp(START + 1);
        bytes32[] memory proof = TreeBuilder.proofOf(leaves, 2);
        vm.expectEmit();
        emit IModelRegistry.OptOutBreached(set, ids[2], 2);
        vm.prank(STRANGER);
        models.proveOptOutBreach(set, ids[2], 2, proof);
        vm.assertTrue(models.breached(set, ids[2]));
        vm.assertFalse(models.breached(set, ids[1]));
        vm.assertEq(models.dataset(set).breaches, 1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.AlreadyProved.selector, set, ids[2]));
        models.proveOptOutBreach(set, ids[2], 2, proof);
    }

    function test_proveOptOutBreach_whenTheOptOutCameLater_reverts() external {
        (bytes32 set, bytes32[] memory leaves) = _dataset(START);
        vm.warp(START + 1);
        _optOut(2);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotOptedOut.selector, ids[2], START));
        models.proveOptOutBreach(set, ids[2], 2, TreeBuilder.proofOf(leaves, 2));
    }

    function test_proveOptOutBreach_whenTheWorkIsNotThere_reverts() external {
        _optOut(2);
        (bytes32 set, bytes32[] memory leaves) = _dataset(START);
        vm.warp(START + 1);
        bytes32[] memory proof = TreeBuilder.proofOf(leaves, 3);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.NotInDataset.selector, set, 3));
        models.proveOptOutBreach(set, ids[2], 3, proof);
    }

    function test_proveOptOutBreach_whenTheCutoffIsAhead_reverts() external {
        _optOut(2);
        (bytes32 set, bytes32[] memory leaves) = _dataset(START);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.CutoffAhead.selector, START));
        models.proveOptOutBreach(set, ids[2], 2, TreeBuilder.proofOf(leaves, 2));
    }

    function test_proveOptOutBreach_whenTheDatasetIsUnknown_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.DatasetUnknown.selector, bytes32("unknown")));
        models.proveOptOutBreach("unknown", ids[2], 2, new bytes32[](0));
    }

    function _optOut(uint256 index) private {
        vm.prank(creators[index]);
        works.setTrainingOptOut(ids[index], true);
    }

    function _dataset(uint40 cutoff) private returns (bytes32 id, bytes32[] memory leaves) {
        leaves = new bytes32[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            leaves[i] = TreeBuilder.leafHash(keccak256(abi.encode(ids[i])));
        }
        id = models.registerDataset(TreeBuilder.rootOf(leaves), uint64(ids.length), cutoff, "manifest");
    }

    /// @dev As many data sets, in the order of their ids.
    function _datasets(uint256 count) private returns (bytes32[] memory sets) {
        sets = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            bytes32 id = models.registerDataset(bytes32(i + 1), 1, START, "manifest");
            uint256 at = i;
            for (; at > 0 && sets[at - 1] > id; --at) {
                sets[at] = sets[at - 1];
            }
            sets[at] = id;
        }
    }
}
