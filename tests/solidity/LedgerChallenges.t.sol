// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";

/// @dev The ledger's side of a challenge. What proves a fraud is for the tests of `FraudProofs`.
contract LedgerChallengesTest is EpochFixture {
    IFraudProofs.Fraud private constant FRAUD = IFraudProofs.Fraud.ReportMalformed;

    function setUp() external {
        openStaked();
    }

    function test_challenge_byAStranger_voidsTheEpochAndSplitsTheStake() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        bytes memory shown = evidence(REVENUE);
        vm.expectEmit();
        emit IRoyaltyLedger.EpochChallenged(yenPool, 1, STRANGER, FRAUD);
        vm.expectEmit();
        emit IRoyaltyLedger.EpochVoided(yenPool, 1, REVENUE);
        vm.prank(STRANGER);
        ledger.challenge(terms(address(yen), modelId), d.epoch, none(), FRAUD, shown);
        vm.assertEq(ledger.credit(address(yen), STRANGER), BOND / 2);
        vm.assertEq(ledger.credit(address(yen), COMMONS), BOND / 2);
        IRoyaltyLedger.Pool memory p = ledger.pool(yenPool);
        vm.assertFalse(p.staked);
        vm.assertEq(p.epoch + p.pending + p.validAt + p.reported, 0);
        vm.assertEq(ledger.epochHash(yenPool, 1), bytes32(0));
        vm.assertEq(ledger.available(yenPool), DEPOSIT);
    }

    function test_challenge_ofALaterEpoch_leavesThoseBeforeAsTheyWere() external {
        Draft memory first = finish(draft(yenPool, 400_000, 100_000));
        Draft memory second = post(draft(yenPool, 500_000, 100_000));
        challenge(second, first.epoch);
        IRoyaltyLedger.Pool memory p = ledger.pool(yenPool);
        vm.assertEq(p.epoch, 1);
        vm.assertEq(p.reported, REVENUE);
        vm.assertEq(ledger.finalRevenue(yenPool), REVENUE);
        vm.assertEq(ledger.available(yenPool), DEPOSIT - REVENUE);
        vm.assertEq(ledger.claim(claimOf(first, 1)), 400_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, yenPool, 1));
        challenge(first, none());
    }

    function test_challenge_besideADispute_givesTheDisputersBondBack() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        dispute(yenPool);
        vm.warp(START + 3 days);
        bytes memory shown = evidence(REVENUE);
        vm.prank(STRANGER);
        ledger.challenge(terms(address(yen), modelId), d.epoch, none(), FRAUD, shown);
        vm.assertEq(ledger.credit(address(yen), address(this)), BOND);
        vm.assertEq(ledger.credit(address(yen), STRANGER), BOND / 2);
        vm.assertEq(ledger.disputeOf(yenPool).by, address(0));
        vm.assertEq(yen.balanceOf(address(ledger)), DEPOSIT + 2 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotDisputed.selector, yenPool));
        ledger.lapse(yenPool);
    }

    function test_challenge_whenTheBondIsOdd_losesNoUnit() external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.bond = 1;
        bytes32 poolId = ledger.open(p);
        fundYen(poolId, DEPOSIT);
        stakeBond(address(yen), poolId);
        uint256 before = ledger.credit(address(yen), address(this));
        Draft memory d = post(draft(poolId, 400_000, 100_000));
        ledger.challenge(p, d.epoch, none(), FRAUD, evidence(REVENUE));
        vm.assertEq(ledger.credit(address(yen), address(this)), before);
        vm.assertEq(ledger.credit(address(yen), COMMONS), 1);
    }

    function test_challenge_whilePaused_isHeard() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        vm.prank(GUARDIAN);
        ledger.pause(yenPool);
        challenge(d, none());
        vm.assertEq(ledger.pool(yenPool).epoch, 0);
    }

    function test_challenge_whenTheEpochIsFinalOrThereIsNone_reverts() external {
        Draft memory d = draft(yenPool, 400_000, 100_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, yenPool, 0));
        challenge(d, none());
        finish(d);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, yenPool, 1));
        challenge(d, none());
    }

    function test_challenge_whenTheTermsAreOfNoPool_reverts() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.commons = STRANGER;
        bytes32 unknown = ledger.poolIdOf(p);
        bytes memory shown = evidence(REVENUE);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, unknown));
        ledger.challenge(p, d.epoch, none(), FRAUD, shown);
    }

    function test_challenge_whenTheEpochIsNotThePosted_reverts() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        for (uint256 i; i < 8; ++i) {
            IRoyaltyLedger.Epoch memory e = abi.decode(abi.encode(d.epoch), (IRoyaltyLedger.Epoch));
            if (i == 0) e.payouts = 0;
            if (i == 1) e.payoutSum += 1;
            if (i == 2) e.reports = 0;
            if (i == 3) e.credits = 0;
            if (i == 4) e.revenueBefore += 1;
            if (i == 5) e.revenue += 1;
            if (i == 6) e.cutoff += 1;
            if (i == 7) e.data = 0;
            bytes memory shown = evidence(REVENUE);
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, yenPool, 1));
            ledger.challenge(terms(address(yen), modelId), e, none(), FRAUD, shown);
        }
    }

    function test_challenge_whenTheEpochBeforeIsNotThePosted_reverts() external {
        Draft memory first = finish(draft(yenPool, 400_000, 100_000));
        Draft memory second = post(draft(yenPool, 500_000, 100_000));
        first.epoch.payoutSum += 1;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, yenPool, 1));
        challenge(second, first.epoch);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, yenPool, 1));
        challenge(second, none());
    }

    /// @dev The first epoch has none before it, so one that is made up must prove nothing.
    function test_challenge_ofTheFirstEpoch_learnsNothingFromAnInventedOneBefore() external {
        Draft memory d = draft(yenPool, 400_000, 100_000);
        d.epoch.reports = keccak256("sound");
        post(d);
        Draft memory invented = draft(ethPool, 500_000, 0);
        IFraudProofs.Payout memory before = IFraudProofs.Payout(creators[0], 500_000);
        IFraudProofs.Payout memory now_ = IFraudProofs.Payout(creators[0], 400_000);
        IFraudProofs.Seat memory seatBefore = IFraudProofs.Seat(3, 1, claimOf(invented, 1).proof);
        IFraudProofs.Seat memory seat = IFraudProofs.Seat(3, 1, claimOf(d, 1).proof);
        bytes memory shown = abi.encode(before, seatBefore, now_, seat, IFraudProofs.Opening(3, 0));
        IFraudProofs.Fraud fraud = IFraudProofs.Fraud.PayoutChanged;
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.NotProved.selector, fraud));
        ledger.challenge(terms(address(yen), modelId), d.epoch, invented.epoch, fraud, shown);
    }

    function test_challenge_whenNothingIsProved_reverts() external {
        Draft memory d = draft(yenPool, 400_000, 100_000);
        d.epoch.reports = keccak256("sound");
        post(d);
        bytes memory shown = evidence(REVENUE);
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.NotInTree.selector));
        ledger.challenge(terms(address(yen), modelId), d.epoch, none(), FRAUD, shown);
        vm.assertTrue(ledger.pool(yenPool).staked);
    }

    function test_challenge_whenRepeated_findsNoEpoch() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        challenge(d, none());
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, yenPool, 0));
        challenge(d, none());
    }
}
