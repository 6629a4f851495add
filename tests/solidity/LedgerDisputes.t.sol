// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";
import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";
import {CallbackToken, FeeToken} from "./mocks/Tokens.sol";

contract LedgerDisputesTest is EpochFixture {
    uint40 private constant RULE_BY = START + 14 days;

    function setUp() external {
        openStaked();
        post(draft(yenPool, 400_000, 100_000));
    }

    function test_dispute_holdsTheEpochAndKeepsTheBond() external {
        provide(address(yen), BOND + 7);
        vm.expectEmit();
        emit IRoyaltyLedger.Disputed(yenPool, 1, address(this), "weights", RULE_BY, 7);
        ledger.dispute(yenPool, BOND + 7, "weights");
        IRoyaltyLedger.Dispute memory d = ledger.disputeOf(yenPool);
        vm.assertEq(d.by, address(this));
        vm.assertEq(d.validAt, START + 1 days);
        vm.assertEq(d.ruleBy, RULE_BY);
        vm.assertEq(ledger.pool(yenPool).validAt, NEVER);
        vm.assertEq(ledger.credit(address(yen), address(this)), 7);
        vm.warp(START + 1 days);
        vm.assertEq(ledger.finalRevenue(yenPool), 0);
    }

    function test_dispute_whenTooLittleArrives_reverts() external {
        provide(address(yen), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BondTooSmall.selector, BOND - 1));
        ledger.dispute(yenPool, BOND - 1, "weights");
    }

    function test_dispute_whenTheTokenTakesAFee_countsWhatArrives() external {
        FeeToken token = new FeeToken();
        bytes32 poolId = poolIn(address(token));
        post(draft(poolId, 1, 2));
        uint256 staked = ledger.credit(address(token), address(this));
        provide(address(token), 3 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BondTooSmall.selector, BOND - BOND / 100));
        ledger.dispute(poolId, BOND, "weights");
        ledger.dispute(poolId, 2 * BOND, "weights");
        vm.assertEq(ledger.credit(address(token), address(this)) - staked, BOND - 2 * BOND / 100);
    }

    function test_dispute_whenTheEpochIsFinalOrThereIsNone_reverts() external {
        provide(address(yen), BOND);
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, yenPool, 1));
        ledger.dispute(yenPool, BOND, "weights");
        provide(address(0), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, ethPool, 0));
        ledger.dispute{value: BOND}(ethPool, BOND, "weights");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.dispute("unknown", BOND, "weights");
    }

    function test_dispute_whenDisputedAlready_reverts() external {
        dispute(yenPool);
        provide(address(yen), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.AlreadyDisputed.selector, yenPool));
        ledger.dispute(yenPool, BOND, "weights");
    }

    /// @dev Else an epoch that was ruled on, or voided, in the middle of the payment would be held for ever.
    function test_dispute_whenTheTokenRulesMeanwhile_findsNoDispute() external {
        CallbackToken token = new CallbackToken();
        IRoyaltyLedger.PoolParams memory p = terms(address(token), modelId);
        p.arbiter = address(token);
        bytes32 poolId = ledger.open(p);
        provide(address(token), DEPOSIT + 2 * BOND);
        ledger.fund(poolId, DEPOSIT);
        ledger.stake(poolId, BOND);
        post(draft(poolId, 1, 2));
        token.callOnTransfer(address(ledger), abi.encodeCall(ledger.rule, (poolId, false)));
        vm.expectRevert(abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        ledger.dispute(poolId, BOND, "weights");
        token.callOnTransfer(address(0), "");
        ledger.dispute(poolId, BOND, "weights");
        vm.assertEq(ledger.disputeOf(poolId).by, address(this));
    }

    function test_dispute_whenTheEpochIsVoidedMeanwhile_findsNone() external {
        CallbackToken token = new CallbackToken();
        bytes32 poolId = poolIn(address(token));
        Draft memory d = post(draft(poolId, 1, 2));
        provide(address(token), BOND);
        bytes memory call_ = abi.encodeCall(
            ledger.challenge, (terms(address(token), modelId), d.epoch, none(), IFraudProofs.Fraud.ReportMalformed, evidence(REVENUE))
        );
        token.callOnTransfer(address(ledger), call_);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochFinal.selector, poolId, 0));
        ledger.dispute(poolId, BOND, "weights");
    }

    function test_rule_forTheOperator_paysItTheBondAndKeepsTheEpoch() external {
        dispute(yenPool);
        vm.warp(START + 2 days);
        vm.expectEmit();
        emit IRoyaltyLedger.Ruled(yenPool, 1, true);
        vm.prank(ARBITER);
        ledger.rule(yenPool, true);
        vm.assertEq(ledger.credit(address(yen), operator), BOND);
        vm.assertEq(ledger.credit(address(yen), address(this)), 0);
        vm.assertTrue(ledger.pool(yenPool).staked);
        // The window is over, so the epoch is final at once.
        vm.assertEq(ledger.pool(yenPool).validAt, START + 2 days);
        vm.assertEq(ledger.finalRevenue(yenPool), REVENUE);
        vm.assertEq(ledger.disputeOf(yenPool).by, address(0));
    }

    function test_rule_forTheOperatorWithinTheWindow_leavesTheWindowAsItWas() external {
        dispute(yenPool);
        vm.warp(START + 1 hours);
        vm.prank(ARBITER);
        ledger.rule(yenPool, true);
        vm.assertEq(ledger.pool(yenPool).validAt, START + 1 days);
        vm.assertEq(ledger.finalRevenue(yenPool), 0);
        dispute(yenPool);
        vm.assertEq(ledger.disputeOf(yenPool).validAt, START + 1 days);
    }

    function test_rule_againstTheOperator_paysBothBondsAndVoidsTheEpoch() external {
        dispute(yenPool);
        vm.expectEmit();
        emit IRoyaltyLedger.Ruled(yenPool, 1, false);
        vm.expectEmit();
        emit IRoyaltyLedger.EpochVoided(yenPool, 1, REVENUE);
        vm.prank(ARBITER);
        ledger.rule(yenPool, false);
        vm.assertEq(ledger.withdrawFor(address(yen), address(this)), 2 * BOND);
        IRoyaltyLedger.Pool memory p = ledger.pool(yenPool);
        vm.assertFalse(p.staked);
        vm.assertEq(p.epoch + p.pending + p.validAt + p.reported, 0);
        vm.assertEq(ledger.available(yenPool), DEPOSIT);
        vm.assertEq(ledger.epochHash(yenPool, 1), bytes32(0));
        vm.assertEq(yen.balanceOf(address(ledger)), DEPOSIT);
    }

    function test_rule_whenTheCallerIsNotTheArbiter_reverts() external {
        dispute(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotArbiter.selector, address(this)));
        ledger.rule(yenPool, true);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.rule("unknown", true);
    }

    function test_rule_whenNothingIsDisputed_reverts() external {
        vm.startPrank(ARBITER);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotDisputed.selector, yenPool));
        ledger.rule(yenPool, false);
        vm.stopPrank();
    }

    function test_rule_isHeardUntilTheLastSecondAndNotAfter() external {
        dispute(yenPool);
        vm.warp(RULE_BY + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RulingOver.selector, RULE_BY));
        vm.prank(ARBITER);
        ledger.rule(yenPool, true);
        vm.warp(RULE_BY);
        vm.prank(ARBITER);
        ledger.rule(yenPool, true);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotDisputed.selector, yenPool));
        vm.prank(ARBITER);
        ledger.rule(yenPool, true);
    }

    function test_lapse_byAnyone_voidsTheEpochAndGivesBothBondsBack() external {
        dispute(yenPool);
        vm.warp(RULE_BY + 1);
        vm.expectEmit();
        emit IRoyaltyLedger.Lapsed(yenPool, 1);
        vm.prank(STRANGER);
        ledger.lapse(yenPool);
        vm.assertEq(ledger.credit(address(yen), address(this)), BOND);
        vm.assertTrue(ledger.pool(yenPool).staked);
        vm.assertEq(ledger.available(yenPool), DEPOSIT);
        vm.prank(operator);
        ledger.unstake(yenPool);
        vm.assertEq(ledger.credit(address(yen), operator), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotDisputed.selector, yenPool));
        ledger.lapse(yenPool);
    }

    function test_lapse_whileTheArbiterHasTime_reverts() external {
        dispute(yenPool);
        vm.warp(RULE_BY);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RulingAwaited.selector, RULE_BY));
        ledger.lapse(yenPool);
    }

    function test_lapse_whenNothingIsDisputed_reverts() external {
        vm.warp(RULE_BY + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotDisputed.selector, yenPool));
        ledger.lapse(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.lapse("unknown");
    }

    function test_post_afterAVoidEpoch_usesItsNumberAgain() external {
        dispute(yenPool);
        vm.warp(RULE_BY + 1);
        ledger.lapse(yenPool);
        Draft memory d = finish(draft(yenPool, 100_000, 400_000));
        vm.assertEq(d.n, 1);
        vm.assertEq(ledger.claim(claimOf(d, 2)), 400_000);
    }
}
