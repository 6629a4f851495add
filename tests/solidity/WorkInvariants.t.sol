// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @dev Registers, anchors, opens and changes works, and has strangers try what is not theirs.
contract WorkHandler is Fixture {
    bytes32[] public ids;
    mapping(bytes32 => address) public ownerOf;
    mapping(bytes32 => uint40) public timeOf;
    mapping(bytes32 => address) public signerOf;
    bytes32[] public roots;
    IWorkRegistry.Leaf[] private _leaves;

    constructor() {
        deployAll();
    }

    function register(uint8 who, bool paidToAnother) external {
        address owner = _person(who);
        vm.prank(owner);
        _add(works.register(bytes32(ids.length + 1), 0, paidToAnother ? STRANGER : owner), owner, block.timestamp);
    }

    /// @dev Two works: of one creator, or of two who share a root.
    function anchor(bool isShared) external {
        for (uint256 i; i < 2; ++i) {
            address who = isShared && i == 1 ? operator : creator;
            _leaves.push(IWorkRegistry.Leaf(who, keccak256(abi.encode("batched", _leaves.length)), 0, who, "salt"));
        }
        roots.push(TreeBuilder.parent(_leafHash(_leaves.length - 2), _leafHash(_leaves.length - 1)));
        works.anchor(roots[roots.length - 1], 2, "manifest");
    }

    function materialise(uint256 seed, bool leavesSignatureOut) external {
        if (_leaves.length == 0) return;
        uint256 i = seed % _leaves.length;
        IWorkRegistry.Leaf memory leaf = _leaves[i];
        bytes32 id = works.workIdOf(leaf.creator, leaf.contentHash);
        if (timeOf[id] != 0) return;
        bytes32 root = roots[i / 2];
        if (signerOf[root] == address(0)) signerOf[root] = leaf.creator;
        bool isSpared = leavesSignatureOut && signerOf[root] == leaf.creator && works.signatoryOf(root) != address(0);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = _leafHash(i ^ 1);
        works.materialise(root, leaf, 2, i % 2, proof, isSpared ? 0 : FOREVER, isSpared ? bytes("") : _sign(i, root));
        _add(id, leaf.creator, works.anchoredAt(root));
    }

    function setPayee(uint256 seed, uint8 who) external {
        if (ids.length == 0) return;
        bytes32 id = ids[seed % ids.length];
        if (works.payeeOf(id) == _person(who)) return;
        vm.prank(ownerOf[id]);
        works.setPayee(id, _person(who));
    }

    function transfer(uint256 seed, uint8 who) external {
        if (ids.length == 0) return;
        bytes32 id = ids[seed % ids.length];
        address to = _person(who);
        if (to == ownerOf[id]) return;
        vm.prank(ownerOf[id]);
        works.offerRights(id, to);
        vm.prank(to);
        works.acceptRights(id);
        ownerOf[id] = to;
    }

    function toggleOptOut(uint256 seed) external {
        if (ids.length == 0) return;
        bytes32 id = ids[seed % ids.length];
        bool out = works.work(id).optedOutAt == 0;
        vm.prank(ownerOf[id]);
        works.setTrainingOptOut(id, out);
    }

    function trespass(uint256 seed, uint8 who) external {
        if (ids.length == 0) return;
        bytes32 id = ids[seed % ids.length];
        if (_person(who) == ownerOf[id]) return;
        bytes[4] memory calls = [
            abi.encodeCall(works.setPayee, (id, address(0xBAD))),
            abi.encodeCall(works.offerRights, (id, address(0xBAD))),
            abi.encodeCall(works.acceptRights, (id)),
            abi.encodeCall(works.setTrainingOptOut, (id, works.work(id).optedOutAt == 0))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(_person(who));
            (bool ok,) = address(works).call(calls[i]);
            vm.assertFalse(ok);
        }
    }

    function wait_(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    function rootCount() external view returns (uint256) {
        return roots.length;
    }

    function theWorks() external view returns (IWorkRegistry) {
        return works;
    }

    function _add(bytes32 id, address owner, uint256 at) private {
        ids.push(id);
        ownerOf[id] = owner;
        timeOf[id] = uint40(at);
    }

    function _sign(uint256 i, bytes32 root) private view returns (bytes memory) {
        uint256 key = _leaves[i].creator == creator ? CREATOR_KEY : OPERATOR_KEY;
        bytes32 typeHash = keccak256("Batch(bytes32 root,uint64 count,uint256 deadline)");
        return signWork(key, keccak256(abi.encode(typeHash, root, 2, FOREVER)));
    }

    function _leafHash(uint256 i) private view returns (bytes32) {
        return TreeBuilder.leafHash(keccak256(abi.encode(_leaves[i])));
    }

    function _person(uint8 who) private pure returns (address) {
        return address(uint160(0xD000 + who % 4));
    }
}

contract WorkInvariantsTest {
    WorkHandler private handler;
    IWorkRegistry private works;

    function setUp() external {
        handler = new WorkHandler();
        works = handler.theWorks();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev All on one walk: each alone would be tried on the same walks again.
    function invariant_all() external view {
        _keepsTheTimeOfEachClaim();
        _keepsTheFirstSignerOfEachBatch();
        _keepsTheOwnerOfEachWork();
    }

    /// @dev 8. The time of a claim never changes and never lies ahead; an opened work has its anchor's.
    function _keepsTheTimeOfEachClaim() private view {
        for (uint256 i; i < handler.count(); ++i) {
            bytes32 id = handler.ids(i);
            uint256 at = works.work(id).registeredAt;
            vm.assertEq(at, handler.timeOf(id), "time of a claim moved");
            vm.assertLe(at, block.timestamp, "claim from the future");
        }
    }

    /// @dev The first to show a signature over a root stays the one whose works need none.
    function _keepsTheFirstSignerOfEachBatch() private view {
        for (uint256 i; i < handler.rootCount(); ++i) {
            vm.assertEq(works.signatoryOf(handler.roots(i)), handler.signerOf(handler.roots(i)));
        }
    }

    /// @dev 9. Only its owner changes a work, and owner and payee are who they should be.
    function _keepsTheOwnerOfEachWork() private view {
        for (uint256 i; i < handler.count(); ++i) {
            bytes32 id = handler.ids(i);
            IWorkRegistry.Work memory work = works.work(id);
            vm.assertEq(work.owner, handler.ownerOf(id));
            vm.assertEq(work.payee, works.payeeAt(id, uint40(block.timestamp)));
            vm.assertTrue((work.optedOutAt != 0) == works.optedOut(id, uint40(block.timestamp)));
        }
    }
}
