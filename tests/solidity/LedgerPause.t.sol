// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";

contract LedgerPauseTest is EpochFixture {
    uint40 private constant TODAY = START / 1 days;
    uint40 private constant UNTIL = TODAY + 14;

    function setUp() external {
        openStaked();
    }

    function test_pause_stopsWhatComesInAndIsSpent() external {
        vm.expectEmit();
        emit IRoyaltyLedger.Paused(yenPool, UNTIL);
        _pause();
        vm.assertEq(ledger.pool(yenPool).pausedUntil, UNTIL);
        vm.warp(uint256(UNTIL) * 1 days - 1);
        bytes memory reason = abi.encodeWithSelector(IRoyaltyLedger.PoolPaused.selector, yenPool, UNTIL);
        provide(address(yen), 1);
        vm.expectRevert(reason);
        ledger.fund(yenPool, 1);
        expectRefusal(yenPool, report(0, 1, 1, 0), reason);
        IRoyaltyLedger.Report[] memory reports = new IRoyaltyLedger.Report[](0);
        vm.expectRevert(reason);
        ledger.settleMany(yenPool, reports, "");
        Draft memory d = draft(yenPool, 1, 2);
        vm.expectRevert(reason);
        vm.prank(operator);
        postAs(d);
        settle(ethPool, report(0, 1, 1, 0));
    }

    function test_pause_endsByItself() external {
        _pause();
        vm.warp(uint256(UNTIL) * 1 days);
        fundYen(yenPool, 1);
        settle(yenPool, report(0, 1, 1, 0));
        post(draft(yenPool, 1, 2));
    }

    function test_pause_leavesObjectionsAndPaymentsAlone() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        settle(yenPool, report(0, 1000, 1, 0));
        post(draft(yenPool, 500_000, 100_000));
        _pause();
        ledger.claim(claimOf(d, 1));
        ledger.claimFixed(yenPool, 0);
        ledger.withdrawFor(address(yen), creators[0]);
        dispute(yenPool);
        vm.prank(ARBITER);
        ledger.rule(yenPool, true);
        dispute(yenPool);
        vm.warp(START + 16 days);
        ledger.lapse(yenPool);
        vm.prank(operator);
        ledger.unstake(yenPool);
        stakeBond(address(yen), yenPool);
    }

    function test_pause_whenTheCallerIsNotTheGuardian_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotGuardian.selector, address(this)));
        ledger.pause(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.pause("unknown");
    }

    function test_pause_whenThePoolNamesNoGuardian_isForNobody() external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.guardian = address(0);
        bytes32 poolId = ledger.open(p);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotGuardian.selector, address(this)));
        ledger.pause(poolId);
    }

    function test_pause_waitsAsLongAsItLasted() external {
        _pause();
        bytes memory reason = abi.encodeWithSelector(IRoyaltyLedger.PausedLately.selector, UNTIL);
        vm.startPrank(GUARDIAN);
        vm.expectRevert(reason);
        ledger.pause(yenPool);
        vm.warp(uint256(UNTIL + 14) * 1 days - 1);
        vm.expectRevert(reason);
        ledger.pause(yenPool);
        vm.warp(uint256(UNTIL + 14) * 1 days);
        ledger.pause(yenPool);
        vm.stopPrank();
        vm.assertEq(ledger.pool(yenPool).pausedUntil, UNTIL + 28);
    }

    function test_resume_endsAPauseAtOnce() external {
        _pause();
        vm.warp(START + 2 days);
        vm.expectEmit();
        emit IRoyaltyLedger.Paused(yenPool, TODAY + 2);
        vm.prank(GUARDIAN);
        ledger.resume(yenPool);
        settle(yenPool, report(0, 1, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PausedLately.selector, TODAY + 2));
        vm.prank(GUARDIAN);
        ledger.pause(yenPool);
    }

    function test_resume_whenThePauseIsOver_changesNothing() external {
        _pause();
        vm.warp(START + 40 days);
        vm.prank(GUARDIAN);
        ledger.resume(yenPool);
        vm.assertEq(ledger.pool(yenPool).pausedUntil, UNTIL);
    }

    function test_resume_whenTheCallerIsNotTheGuardian_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotGuardian.selector, address(this)));
        ledger.resume(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.resume("unknown");
    }

    /// @dev Else an integrator and a guardian could take back what receipts promise before anyone may cash them.
    function test_refund_whenAPauseFallsIntoTheNotice_waitsForAsLong() external {
        _requestRefund();
        vm.expectEmit();
        emit IRoyaltyLedger.Paused(yenPool, UNTIL);
        vm.expectEmit();
        emit IRoyaltyLedger.RefundRequested(yenPool, 500, START + 15 days);
        _pause();
        vm.warp(START + 15 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RefundNotReady.selector, START + 15 days));
        vm.prank(INTEGRATOR);
        ledger.refund(yenPool);
        settle(yenPool, report(0, 1, 1, 0));
        vm.warp(START + 15 days);
        vm.prank(INTEGRATOR);
        vm.assertEq(ledger.refund(yenPool), 500);
    }

    /// @dev Else pauses could keep the deposit for ever.
    function test_refund_whenTheNoticeWasOverBeforeAPause_isPaid() external {
        _requestRefund();
        vm.warp(START + 1 days);
        _pause();
        vm.assertEq(ledger.pool(yenPool).refundableAt, START + 1 days);
        vm.prank(INTEGRATOR);
        vm.assertEq(ledger.refund(yenPool), 500);
    }

    function test_requestRefund_whilePaused_startsTheNoticeWhenThePauseEnds() external {
        _pause();
        _requestRefund();
        vm.assertEq(ledger.pool(yenPool).refundableAt, uint256(UNTIL + 1) * 1 days);
    }

    /// @dev Else an integrator could take a void epoch's money before its receipts are posted again or cashed.
    function test_refund_afterAnEpochWasVoided_waitsForAWholeNotice() external {
        _requestRefund();
        post(draft(yenPool, uint96(DEPOSIT), new uint128[](0)));
        dispute(yenPool);
        vm.warp(START + 15 days);
        vm.expectEmit();
        emit IRoyaltyLedger.RefundRequested(yenPool, 500, START + 16 days);
        ledger.lapse(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RefundNotReady.selector, START + 16 days));
        vm.prank(INTEGRATOR);
        ledger.refund(yenPool);
        vm.warp(START + 16 days);
        vm.prank(INTEGRATOR);
        vm.assertEq(ledger.refund(yenPool), 500);
    }

    function test_refund_afterAnEpochWasVoided_isLeftWhereItEndsLaterOrAsksForNothing() external {
        Draft memory d = post(draft(yenPool, 1, 2));
        _requestRefund();
        _pause();
        vm.prank(GUARDIAN);
        ledger.resume(yenPool);
        challenge(d, none());
        vm.assertEq(ledger.pool(yenPool).refundableAt, START + 15 days);
        vm.prank(INTEGRATOR);
        ledger.requestRefund(ethPool, 0);
        d = post(draft(ethPool, 1, 2));
        vm.warp(START + 1 hours);
        challenge(d, none());
        vm.assertEq(ledger.pool(ethPool).refundableAt, START + 1 days);
    }

    function _pause() private {
        vm.prank(GUARDIAN);
        ledger.pause(yenPool);
    }

    function _requestRefund() private {
        vm.prank(INTEGRATOR);
        ledger.requestRefund(yenPool, 500);
    }
}
