// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWorkRegistry} from "../interfaces/IWorkRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";
import {Wallet} from "./mocks/Payees.sol";

contract WorkRegistrationTest is Fixture {
    bytes32 private constant CONTENT = keccak256("content");
    bytes32 private constant RECORD = keccak256("record");
    bytes32 private constant TERMS = keccak256("terms");

    function setUp() external {
        deployAll();
    }

    function test_register_claimsTheHashForTheCaller() external {
        bytes32 expected = keccak256(abi.encode(creator, CONTENT));
        vm.expectEmit();
        emit IWorkRegistry.WorkRegistered(expected, creator, CONTENT, RECORD, TERMS, creator, START, 0);
        vm.prank(creator);
        bytes32 id = works.register(CONTENT, RECORD, TERMS, creator);
        vm.assertEq(id, expected);
        vm.assertEq(id, works.workIdOf(creator, CONTENT));
        _checkWork(id, creator, creator, START);
    }

    function test_register_whenPaidToAnother_keepsTheOwner() external {
        vm.prank(creator);
        bytes32 id = works.register(CONTENT, RECORD, TERMS, STRANGER);
        _checkWork(id, creator, STRANGER, START);
    }

    function test_register_whenAnotherClaimsTheSameContent_makesAnotherWork() external {
        vm.prank(creator);
        bytes32 first = works.register(CONTENT, RECORD, TERMS, creator);
        vm.prank(STRANGER);
        bytes32 second = works.register(CONTENT, RECORD, TERMS, STRANGER);
        vm.assertTrue(first != second);
        _checkWork(first, creator, creator, START);
    }

    function test_register_whenRepeated_reverts() external {
        bytes32 id = works.register(CONTENT, RECORD, TERMS, address(this));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, id));
        works.register(CONTENT, 0, 0, STRANGER);
    }

    function test_register_whenHashOrPayeeIsZero_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.register(0, RECORD, TERMS, address(this));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.register(CONTENT, RECORD, TERMS, address(0));
    }

    function test_registerFor_bySignature_claimsForTheSigner() external {
        bytes memory sig = _signRegister(CREATOR_KEY, creator, creator, START);
        bytes32 id = works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START, sig);
        _checkWork(id, creator, creator, START);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, id));
        works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START, sig);
    }

    function test_registerFor_byAContractWallet_claimsForTheWallet() external {
        address wallet = address(new Wallet(creator));
        bytes memory sig = _signRegister(CREATOR_KEY, wallet, wallet, START);
        bytes32 id = works.registerFor(wallet, CONTENT, RECORD, TERMS, wallet, START, sig);
        _checkWork(id, wallet, wallet, START);
    }

    function test_registerFor_whenTheDeadlineHasPassed_reverts() external {
        bytes memory sig = _signRegister(CREATOR_KEY, creator, creator, START - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.Expired.selector, START - 1));
        works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START - 1, sig);
    }

    function test_registerFor_whenAnythingSignedDiffers_reverts() external {
        bytes memory sig = _signRegister(CREATOR_KEY, creator, creator, START);
        bytes memory refusal = abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator);
        vm.expectRevert(refusal);
        works.registerFor(creator, RECORD, RECORD, TERMS, creator, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, TERMS, TERMS, creator, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, RECORD, creator, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, TERMS, STRANGER, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START + 1, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START, hex"");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, STRANGER));
        works.registerFor(STRANGER, CONTENT, RECORD, TERMS, creator, START, sig);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, address(0)));
        works.registerFor(address(0), CONTENT, RECORD, TERMS, creator, START, hex"");
    }

    function test_registerFor_whenSignedForAnotherChainOrContract_reverts() external {
        bytes32 structHash = _registerHash(creator, creator, START);
        bytes memory elsewhere = sign(CREATOR_KEY, "Creditline WorkRegistry", address(ledger), structHash);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START, elsewhere);
        bytes memory here = signWork(CREATOR_KEY, structHash);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.registerFor(creator, CONTENT, RECORD, TERMS, creator, START, here);
    }

    function test_anchor_keepsTheFirstTimeAndAnnouncesEveryManifest() external {
        vm.expectEmit();
        emit IWorkRegistry.Anchored("root", address(this), 7, "garbage", START);
        works.anchor("root", 7, "garbage");
        vm.warp(START + 100);
        vm.expectEmit();
        emit IWorkRegistry.Anchored("root", creator, 8, "manifest", START);
        vm.prank(creator);
        works.anchor("root", 8, "manifest");
        vm.assertEq(works.anchoredAt("root"), START);
    }

    function test_anchor_whenRootOrCountIsZero_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.anchor(0, 1, "manifest");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.anchor("root", 0, "manifest");
    }

    function test_materialise_givesTheWorkTheTimeOfItsAnchor() external {
        (IWorkRegistry.Leaf[] memory leaves, bytes32 root, bytes32[] memory hashes) = _batch(5);
        works.anchor(root, 5, "manifest");
        bytes memory sig = _signBatch(CREATOR_KEY, root, 5, START);
        vm.warp(START + 365 days);
        vm.prank(STRANGER);
        bytes32 id = works.materialise(root, leaves[3], 5, 3, TreeBuilder.proofOf(hashes, 3), START, sig);
        _checkWork(id, creator, creator, START);
        vm.assertEq(works.payeeAt(id, START), creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, id));
        works.materialise(root, leaves[3], 5, 3, TreeBuilder.proofOf(hashes, 3), START, sig);
    }

    function test_materialise_whenNotAnchored_reverts() external {
        (IWorkRegistry.Leaf[] memory leaves, bytes32 root, bytes32[] memory hashes) = _batch(2);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotAnchored.selector, root));
        works.materialise(root, leaves[0], 2, 0, TreeBuilder.proofOf(hashes, 0), FOREVER, "");
    }

    function test_materialise_whenAnchoredAfterTheDeadline_reverts() external {
        (IWorkRegistry.Leaf[] memory leaves, bytes32 root, bytes32[] memory hashes) = _batch(2);
        works.anchor(root, 2, "manifest");
        bytes memory sig = _signBatch(CREATOR_KEY, root, 2, START - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.Expired.selector, START - 1));
        works.materialise(root, leaves[0], 2, 0, TreeBuilder.proofOf(hashes, 0), START - 1, sig);
    }

    function test_materialise_whenTheLeafIsNotThere_reverts() external {
        (IWorkRegistry.Leaf[] memory leaves, bytes32 root, bytes32[] memory hashes) = _batch(3);
        works.anchor(root, 3, "manifest");
        bytes memory sig = _signBatch(CREATOR_KEY, root, 3, START);
        bytes32[] memory proof = TreeBuilder.proofOf(hashes, 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotInBatch.selector, root, 2));
        works.materialise(root, leaves[1], 3, 2, proof, START, sig);
        leaves[1].payee = STRANGER;
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotInBatch.selector, root, 1));
        works.materialise(root, leaves[1], 3, 1, proof, START, sig);
    }

    function test_materialise_whenTheCreatorDidNotSignThisBatch_reverts() external {
        (IWorkRegistry.Leaf[] memory leaves, bytes32 root, bytes32[] memory hashes) = _batch(3);
        works.anchor(root, 3, "manifest");
        bytes32[] memory proof = TreeBuilder.proofOf(hashes, 1);
        bytes[3] memory wrong = [
            _signBatch(OPERATOR_KEY, root, 3, START),
            _signBatch(CREATOR_KEY, root, 4, START),
            _signBatch(CREATOR_KEY, keccak256("other"), 3, START)
        ];
        for (uint256 i; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
            works.materialise(root, leaves[1], 3, 1, proof, START, wrong[i]);
        }
    }

    function testFuzz_payeesOf_equalsPayeeOf(uint8 count, uint8 unknownAt) external {
        (bytes32[] memory ids,) = registerWorks(count % 20);
        address[] memory payees = works.payeesOf(ids);
        vm.assertEq(payees.length, ids.length);
        for (uint256 i; i < ids.length; ++i) {
            vm.assertEq(payees[i], works.payeeOf(ids[i]));
        }
        if (ids.length == 0) return;
        bytes32 unknown = unknownAt % 2 == 0 ? bytes32(0) : keccak256("unknown");
        ids[unknownAt % ids.length] = unknown;
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkUnknown.selector, unknown));
        works.payeesOf(ids);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkUnknown.selector, unknown));
        works.payeeOf(unknown);
    }

    function _batch(uint256 count)
        private
        view
        returns (IWorkRegistry.Leaf[] memory leaves, bytes32 root, bytes32[] memory hashes)
    {
        leaves = new IWorkRegistry.Leaf[](count);
        hashes = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            bytes32 salt = keccak256(abi.encode("salt", i));
            leaves[i] = IWorkRegistry.Leaf(creator, bytes32(i + 1), RECORD, TERMS, creator, salt);
            hashes[i] = TreeBuilder.leafHash(keccak256(abi.encode(leaves[i])));
        }
        root = TreeBuilder.rootOf(hashes);
    }

    function _signRegister(uint256 key, address who, address payee, uint256 deadline)
        private
        view
        returns (bytes memory)
    {
        return signWork(key, _registerHash(who, payee, deadline));
    }

    function _registerHash(address who, address payee, uint256 deadline) private pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Register(address creator,bytes32 contentHash,bytes32 recordHash,bytes32 termsHash,"
            "address payee,uint256 deadline)"
        );
        return keccak256(abi.encode(typeHash, who, CONTENT, RECORD, TERMS, payee, deadline));
    }

    function _signBatch(uint256 key, bytes32 root, uint64 count, uint256 deadline) private view returns (bytes memory) {
        bytes32 typeHash = keccak256("Batch(bytes32 root,uint64 count,uint256 deadline)");
        return signWork(key, keccak256(abi.encode(typeHash, root, count, deadline)));
    }

    function _checkWork(bytes32 id, address owner, address payee, uint40 at) private view {
        IWorkRegistry.Work memory work = works.work(id);
        vm.assertEq(work.owner, owner);
        vm.assertEq(work.payee, payee);
        vm.assertEq(works.payeeOf(id), payee);
        vm.assertEq(work.registeredAt, at);
        vm.assertEq(work.optedOutAt, 0);
        vm.assertEq(work.offeredTo, address(0));
    }
}
