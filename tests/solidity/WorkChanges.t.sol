// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {vm} from "./Vm.sol";

contract WorkChangesTest is Fixture {
    address private constant BUYER = address(0xB0E4);
    bytes32 private id;

    function setUp() external {
        deployAll();
        vm.prank(creator);
        id = works.register(keccak256("content"), 0, creator);
    }

    function test_setPayee_paysTheNewOneAndRemembersTheOld() external {
        vm.warp(START + 10);
        vm.expectEmit();
        emit IWorkRegistry.PayeeSet(id, STRANGER);
        vm.prank(creator);
        works.setPayee(id, STRANGER);
        vm.warp(START + 20);
        vm.prank(creator);
        works.setPayee(id, BUYER);
        vm.assertEq(works.payeeOf(id), BUYER);
        vm.assertEq(works.work(id).owner, creator);
        vm.assertEq(works.payeeAt(id, START - 1), address(0));
        vm.assertEq(works.payeeAt(id, START), creator);
        vm.assertEq(works.payeeAt(id, START + 9), creator);
        vm.assertEq(works.payeeAt(id, START + 10), STRANGER);
        vm.assertEq(works.payeeAt(id, START + 20), BUYER);
    }

    function test_setPayee_whenTheCallerIsNotTheOwner_reverts() external {
        vm.prank(creator);
        works.setPayee(id, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOwner.selector, id, STRANGER));
        vm.prank(STRANGER);
        works.setPayee(id, BUYER);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOwner.selector, bytes32("unknown"), creator));
        vm.prank(creator);
        works.setPayee("unknown", BUYER);
    }

    function test_setPayee_whenNothingChangesOrTheNewOneIsZero_reverts() external {
        vm.startPrank(creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NoChange.selector));
        works.setPayee(id, creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.ZeroValue.selector));
        works.setPayee(id, address(0));
        vm.stopPrank();
    }

    function test_setPayeeFor_bySignature_changesOnce() external {
        bytes memory sig = _signPayee(STRANGER, 0, START);
        works.setPayeeFor(id, STRANGER, START, sig);
        vm.assertEq(works.payeeOf(id), STRANGER);
        vm.assertEq(works.changeNonce(id), 1);
        works.setPayeeFor(id, creator, START, _signPayee(creator, 1, START));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.setPayeeFor(id, STRANGER, START, sig);
    }

    function test_setPayeeFor_whenTheWorkChangedSinceSigning_reverts() external {
        bytes memory sig = _signPayee(STRANGER, 0, START);
        vm.prank(creator);
        works.setTrainingOptOut(id, true);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.setPayeeFor(id, STRANGER, START, sig);
    }

    function test_setPayeeFor_whenExpiredOrUnknown_reverts() external {
        bytes memory sig = _signPayee(STRANGER, 0, START - 1);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.Expired.selector, START - 1));
        works.setPayeeFor(id, STRANGER, START - 1, sig);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, address(0)));
        works.setPayeeFor("unknown", STRANGER, START, hex"");
    }

    function test_acceptRights_movesOwnerAndPayee() external {
        vm.prank(creator);
        works.setPayee(id, STRANGER);
        vm.expectEmit();
        emit IWorkRegistry.RightsOffered(id, creator, BUYER);
        vm.prank(creator);
        works.offerRights(id, BUYER);
        vm.assertEq(works.work(id).offeredTo, BUYER);
        vm.warp(START + 5);
        vm.expectEmit();
        emit IWorkRegistry.PayeeSet(id, BUYER);
        vm.expectEmit();
        emit IWorkRegistry.RightsTransferred(id, creator, BUYER);
        vm.prank(BUYER);
        works.acceptRights(id);
        vm.assertEq(works.changeNonce(id), 2);
        IWorkRegistry.Work memory work = works.work(id);
        vm.assertEq(work.owner, BUYER);
        vm.assertEq(work.payee, BUYER);
        vm.assertEq(work.offeredTo, address(0));
        vm.assertEq(work.registeredAt, START);
        vm.assertEq(works.payeeAt(id, START + 4), STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOwner.selector, id, creator));
        vm.prank(creator);
        works.setTerms(id, "mine");
    }

    function test_acceptRights_whenAlreadyThePayee_becomesTheOwner() external {
        vm.startPrank(creator);
        works.setPayee(id, BUYER);
        works.offerRights(id, BUYER);
        vm.stopPrank();
        vm.prank(BUYER);
        works.acceptRights(id);
        vm.assertEq(works.work(id).owner, BUYER);
        vm.assertEq(works.payeeOf(id), BUYER);
    }

    function test_acceptRights_whenNotOffered_reverts() external {
        vm.prank(creator);
        works.offerRights(id, BUYER);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOffered.selector, id, STRANGER));
        vm.prank(STRANGER);
        works.acceptRights(id);
        vm.prank(creator);
        works.offerRights(id, address(0));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOffered.selector, id, BUYER));
        vm.prank(BUYER);
        works.acceptRights(id);
    }

    function test_offerRights_whenNothingChangesOrNotTheOwner_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOwner.selector, id, STRANGER));
        vm.prank(STRANGER);
        works.offerRights(id, STRANGER);
        vm.startPrank(creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NoChange.selector));
        works.offerRights(id, address(0));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NoChange.selector));
        works.offerRights(id, creator);
        works.offerRights(id, BUYER);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NoChange.selector));
        works.offerRights(id, BUYER);
        vm.stopPrank();
    }

    function test_setTerms_announcesThem() external {
        vm.expectEmit();
        emit IWorkRegistry.TermsSet(id, "terms");
        vm.prank(creator);
        works.setTerms(id, "terms");
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOwner.selector, id, STRANGER));
        vm.prank(STRANGER);
        works.setTerms(id, "terms");
    }

    function test_setTrainingOptOut_remembersEveryPeriod() external {
        vm.startPrank(creator);
        vm.warp(START + 10);
        vm.expectEmit();
        emit IWorkRegistry.TrainingOptOutSet(id, true, START + 10);
        works.setTrainingOptOut(id, true);
        vm.assertEq(works.work(id).optedOutAt, START + 10);
        vm.warp(START + 20);
        vm.expectEmit();
        emit IWorkRegistry.TrainingOptOutSet(id, false, START + 20);
        works.setTrainingOptOut(id, false);
        vm.assertEq(works.work(id).optedOutAt, 0);
        vm.warp(START + 30);
        works.setTrainingOptOut(id, true);
        bool[6] memory expected = [false, true, true, false, false, true];
        uint40[6] memory times = [START + 9, START + 10, START + 19, START + 20, START + 29, START + 30];
        for (uint256 i; i < times.length; ++i) {
            vm.assertTrue(works.optedOut(id, times[i]) == expected[i]);
        }
        vm.assertFalse(works.optedOut("unknown", START + 30));
    }

    function test_setTrainingOptOut_whenNothingChangesOrNotTheOwner_reverts() external {
        vm.startPrank(creator);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NoChange.selector));
        works.setTrainingOptOut(id, false);
        works.setTrainingOptOut(id, true);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NoChange.selector));
        works.setTrainingOptOut(id, true);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.NotOwner.selector, id, STRANGER));
        vm.prank(STRANGER);
        works.setTrainingOptOut(id, false);
    }

    function test_setTrainingOptOutFor_bySignature_changesOnce() external {
        bytes32 typeHash = keccak256("SetTrainingOptOut(bytes32 workId,bool out,uint256 nonce,uint256 deadline)");
        bytes memory sig = signWork(CREATOR_KEY, keccak256(abi.encode(typeHash, id, true, 0, START)));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.setTrainingOptOutFor(id, false, START, sig);
        works.setTrainingOptOutFor(id, true, START, sig);
        vm.assertTrue(works.optedOut(id, START));
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.BadSignature.selector, creator));
        works.setTrainingOptOutFor(id, true, START, sig);
    }

    /// @dev Compares both histories with plain arrays, one entry per second.
    function testFuzz_histories_equalANaiveRecord(uint8[24] calldata steps) external {
        address[24] memory payees;
        bool[24] memory outs;
        vm.startPrank(creator);
        for (uint256 t; t < steps.length; ++t) {
            vm.warp(START + t);
            address next = address(uint160(0xF00 + steps[t] % 4));
            if (steps[t] & 4 != 0 && works.payeeOf(id) != next) works.setPayee(id, next);
            if (steps[t] & 8 != 0) works.setTrainingOptOut(id, works.work(id).optedOutAt == 0);
            if (steps[t] & 16 != 0) works.setTrainingOptOut(id, works.work(id).optedOutAt == 0);
            payees[t] = works.payeeOf(id);
            outs[t] = works.work(id).optedOutAt != 0;
        }
        for (uint256 t; t < steps.length; ++t) {
            vm.assertEq(works.payeeAt(id, uint40(START + t)), payees[t]);
            vm.assertTrue(works.optedOut(id, uint40(START + t)) == outs[t]);
        }
        vm.stopPrank();
    }

    function testFuzz_royaltyInfo_isOneTwentiethToThePayee(uint256 price) external {
        vm.prank(creator);
        works.setPayee(id, STRANGER);
        (address to, uint256 amount) = works.royaltyInfo(uint256(id), price);
        vm.assertEq(to, STRANGER);
        vm.assertEq(amount, price / 20);
        vm.expectRevert(abi.encodeWithSelector(IWorkRegistry.WorkUnknown.selector, bytes32(price)));
        works.royaltyInfo(price, 1);
    }

    function test_supportsInterface_namesItsTwo() external view {
        vm.assertTrue(works.supportsInterface(type(IERC2981).interfaceId));
        vm.assertTrue(works.supportsInterface(type(IERC165).interfaceId));
        vm.assertFalse(works.supportsInterface(0xffffffff));
    }

    function _signPayee(address payee, uint256 nonce, uint256 deadline) private view returns (bytes memory) {
        bytes32 typeHash = keccak256("SetPayee(bytes32 workId,address payee,uint256 nonce,uint256 deadline)");
        return signWork(CREATOR_KEY, keccak256(abi.encode(typeHash, id, payee, nonce, deadline)));
    }
}
