// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {vm} from "./Vm.sol";
import {Wallet} from "./mocks/Payees.sol";

contract WorkRegistrationTest is Fixture {
    bytes32 private constant CONTENT = keccak256("content");
    bytes32 private constant RECORD = keccak256("record");

    function setUp() external {
        deployAll();
    }

    function test_register_claimsTheHashForTheCaller() external {
        bytes32 expected = keccak256(abi.encode(creator, CONTENT));
        vm.expectEmit();
        emit IWorkRegistry.WorkRegistered(expected, creator, CONTENT, RECORD, creator, START, 0);
        vm.prank(creator);
        bytes32 id = works.register(CONTENT, RECORD, creator);
        vm.assertEq(id, expected);
        vm.assertEq(id, works.workIdOf(creator, CONTENT));
        _checkWork(id, creator, creator, START);
    }

    function test_register_whenPaidToAnother_keepsTheOwner() external {
        vm.prank(creator);
        bytes32 id = works.register(CONTENT, RECORD, STRANGER);
        _checkWork(id, creator, STRANGER, START);
    }

    function test_register_whenAnotherClaimsTheSameContent_makesAnotherWork() external {
        vm.prank(creator);
        bytes32 first = works.register(CONTENT, RECORD, creator);
        vm.prank(STRANGER);
        bytes32 second = works.register(CONTENT, RECORD, STRANGER);
        vm.assertTrue(first != second);
        _checkWork(first, creator, creator, START);
    }

    function test_register_whenRepeated_reverts() external {
        bytes32 id = works.register(CONTENT, RECORD, address(this));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, id));
        works.register(CONTENT, 0, STRANGER);
    }

    function test_register_whenHashOrPayeeIsZero_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.register(0, RECORD, address(this));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.register(CONTENT, RECORD, address(0));
    }

    function test_registerFor_bySignature_claimsForTheSigner() external {
        bytes memory sig = _signRegister(CREATOR_KEY, creator, creator, START);
        bytes32 id = works.registerFor(creator, CONTENT, RECORD, creator, START, sig);
        _checkWork(id, creator, creator, START);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.AlreadyRegistered.selector, id));
        works.registerFor(creator, CONTENT, RECORD, creator, START, sig);
    }

    function test_registerFor_byAContractWallet_claimsForTheWallet() external {
        address wallet = address(new Wallet(creator));
        bytes memory sig = _signRegister(CREATOR_KEY, wallet, wallet, START);
        bytes32 id = works.registerFor(wallet, CONTENT, RECORD, wallet, START, sig);
        _checkWork(id, wallet, wallet, START);
    }

    function test_registerFor_whenTheDeadlineHasPassed_reverts() external {
        bytes memory sig = _signRegister(CREATOR_KEY, creator, creator, START - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.Expired.selector, START - 1));
        works.registerFor(creator, CONTENT, RECORD, creator, START - 1, sig);
    }

    function test_registerFor_whenAnythingSignedDiffers_reverts() external {
        bytes memory sig = _signRegister(CREATOR_KEY, creator, creator, START);
        bytes memory refusal = abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator);
        vm.expectRevert(refusal);
        works.registerFor(creator, RECORD, RECORD, creator, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, CONTENT, creator, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, STRANGER, START, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, creator, START + 1, sig);
        vm.expectRevert(refusal);
        works.registerFor(creator, CONTENT, RECORD, creator, START, hex"");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, STRANGER));
        works.registerFor(STRANGER, CONTENT, RECORD, creator, START, sig);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, address(0)));
        works.registerFor(address(0), CONTENT, RECORD, creator, START, hex"");
    }

    function test_registerFor_whenSignedForAnotherChainOrContract_reverts() external {
        bytes32 structHash = _registerHash(creator, creator, START);
        bytes memory elsewhere = sign(CREATOR_KEY, "Creditline WorkRegistry", address(ledger), structHash);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.registerFor(creator, CONTENT, RECORD, creator, START, elsewhere);
        bytes memory here = signWork(CREATOR_KEY, structHash);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.registerFor(creator, CONTENT, RECORD, creator, START, here);
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

    function testFuzz_register_keepsWhatIsPackedIntoOneSlot(address payee, uint40 at, bytes32 contentHash) external {
        vm.assume(payee != address(0) && contentHash != 0 && at != 0);
        vm.warp(at);
        vm.prank(creator);
        bytes32 id = works.register(contentHash, RECORD, payee);
        vm.assertEq(id, keccak256(abi.encode(creator, contentHash)));
        _checkWork(id, creator, payee, at);
        vm.assertEq(works.changeNonce(id), 0);
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
            "Register(address creator,bytes32 contentHash,bytes32 recordHash,address payee,uint256 deadline)"
        );
        return keccak256(abi.encode(typeHash, who, CONTENT, RECORD, payee, deadline));
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
