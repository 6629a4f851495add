// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {vm} from "./Vm.sol";

contract LedgerPoolsTest is LedgerFixture {
    function setUp() external {
        openPools();
    }

    function test_open_keepsTheTermsAndAnnouncesAllOfThem() external {
        IRoyaltyLedger.PoolParams memory params = terms(address(yen), modelId);
        params.window = 2 days;
        bytes32 expected = keccak256(abi.encode(params));
        vm.expectEmit();
        emit IRoyaltyLedger.PoolOpened(expected, params);
        vm.prank(STRANGER);
        vm.assertEq(ledger.open(params), expected);
        vm.assertEq(ledger.poolIdOf(params), expected);
        IRoyaltyLedger.Pool memory p = ledger.pool(expected);
        vm.assertEq(p.token, address(yen));
        vm.assertEq(p.integrator, INTEGRATOR);
        vm.assertEq(p.operator, operator);
        vm.assertEq(p.creatorBps, 6000);
        vm.assertEq(p.developerBps, 2000);
        vm.assertEq(p.computeBps, 1500);
        vm.assertEq(p.window, 2 days);
        vm.assertEq(p.bond, 1e9);
        vm.assertEq(p.arbiter, ARBITER);
        vm.assertEq(p.guardian, GUARDIAN);
        vm.assertEq(p.payTo[0], DEVELOPER);
        vm.assertEq(p.payTo[1], COMPUTE);
        vm.assertEq(p.payTo[2], TREASURY);
        vm.assertEq(p.payTo[3], COMMONS);
        vm.assertEq(p.ceiling + p.direct + p.unattributed + p.refundRequested + p.refundableAt, 0);
    }

    function test_open_whenOpenAlready_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.AlreadyOpen.selector, yenPool));
        ledger.open(terms(address(yen), modelId));
    }

    function test_open_whenAnyPartyIsMissing_reverts() external {
        for (uint256 i; i < 7; ++i) {
            IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
            if (i == 0) p.integrator = address(0);
            if (i == 1) p.operator = address(0);
            if (i == 2) p.arbiter = address(0);
            if (i == 3) p.developer = address(0);
            if (i == 4) p.compute = address(0);
            if (i == 5) p.treasury = address(0);
            if (i == 6) p.commons = address(0);
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
            ledger.open(p);
        }
    }

    function test_open_whenSharesPassTheWhole_reverts() external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.computeBps = 2001;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.SharesTooHigh.selector, 10_001));
        ledger.open(p);
        p.computeBps = 2000;
        ledger.open(p);
        (p.creatorBps, p.developerBps, p.computeBps) = (65_535, 65_535, 65_535);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.SharesTooHigh.selector, 3 * 65_535));
        ledger.open(p);
    }

    function test_open_whenTheWindowIsTooShortOrThereIsNoBond_reverts() external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.window = 1 hours - 1;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.WindowTooShort.selector, 1 hours - 1));
        ledger.open(p);
        (p.window, p.bond) = (1 hours, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        ledger.open(p);
        p.bond = 1;
        ledger.open(p);
    }

    function test_open_whenTokenOrModelIsUnknown_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotAToken.selector, STRANGER));
        ledger.open(terms(STRANGER, modelId));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ModelUnknown.selector, bytes32("unknown")));
        ledger.open(terms(address(yen), "unknown"));
    }

    function test_fund_addsWhatArrives() external {
        yen.mint(address(this), 100);
        yen.approve(address(ledger), 100);
        vm.expectEmit();
        emit IRoyaltyLedger.Funded(yenPool, address(this), 60);
        vm.assertEq(ledger.fund(yenPool, 60), 60);
        ledger.fund(yenPool, 40);
        vm.assertEq(ledger.available(yenPool), 100);
        vm.assertEq(ledger.available(ethPool), 0);
        vm.deal(address(this), 7);
        vm.assertEq(ledger.fund{value: 7}(ethPool, 7), 7);
        vm.assertEq(ledger.available(ethPool), 7);
        vm.assertEq(address(ledger).balance, 7);
    }

    function test_fund_whenTheValueIsWrong_reverts() external {
        vm.deal(address(this), 10);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.WrongValue.selector, 1));
        ledger.fund{value: 1}(ethPool, 2);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.WrongValue.selector, 1));
        ledger.fund{value: 1}(yenPool, 1);
    }

    function test_fund_whenNothingArrives_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        ledger.fund(yenPool, 0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        ledger.fund(ethPool, 0);
    }

    function test_fund_whenTheAllowanceIsShort_reverts() external {
        vm.expectRevert();
        ledger.fund(yenPool, 1);
    }

    function test_fund_whenThePoolIsFullOrUnknown_reverts() external {
        fundYen(yenPool, type(uint96).max);
        yen.mint(address(this), 1);
        yen.approve(address(ledger), 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolFull.selector, yenPool));
        ledger.fund(yenPool, 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.fund("unknown", 1);
    }

    function test_refund_paysWhatIsLeftAfterTheNotice() external {
        fundBoth();
        vm.expectEmit();
        emit IRoyaltyLedger.RefundRequested(yenPool, 5e11, START + 1 days);
        vm.prank(INTEGRATOR);
        ledger.requestRefund(yenPool, 5e11);
        vm.assertEq(ledger.pool(yenPool).refundRequested, 5e11);
        vm.assertEq(ledger.pool(yenPool).refundableAt, START + 1 days);
        vm.warp(START + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RefundNotReady.selector, START + 1 days));
        vm.prank(INTEGRATOR);
        ledger.refund(yenPool);
        settle(yenPool, report(0, 7e11, 3, 0));
        vm.warp(START + 1 days);
        vm.expectEmit();
        emit IRoyaltyLedger.Refunded(yenPool, 3e11);
        vm.prank(INTEGRATOR);
        vm.assertEq(ledger.refund(yenPool), 3e11);
        vm.assertEq(yen.balanceOf(INTEGRATOR), 3e11);
        vm.assertEq(ledger.available(yenPool), 0);
        vm.assertEq(ledger.pool(yenPool).ceiling, 7e11);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        vm.prank(INTEGRATOR);
        ledger.refund(yenPool);
    }

    function test_refund_paysNoMoreThanWasAskedFor() external {
        fundBoth();
        vm.prank(INTEGRATOR);
        ledger.requestRefund(ethPool, 1);
        vm.warp(START + 1 days);
        vm.prank(INTEGRATOR);
        vm.assertEq(ledger.refund(ethPool), 1);
        vm.assertEq(INTEGRATOR.balance, 1);
        vm.assertEq(ledger.available(ethPool), DEPOSIT - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        vm.prank(INTEGRATOR);
        ledger.refund(ethPool);
    }

    function test_requestRefund_whenRepeated_startsTheNoticeAnew() external {
        fundBoth();
        vm.startPrank(INTEGRATOR);
        ledger.requestRefund(yenPool, 5);
        vm.warp(START + 1 days);
        ledger.requestRefund(yenPool, 6);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RefundNotReady.selector, START + 2 days));
        ledger.refund(yenPool);
        ledger.requestRefund(yenPool, 0);
        vm.warp(START + 9 days);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.refund(yenPool);
        vm.stopPrank();
    }

    function test_refund_whenTheCallerIsNotTheIntegrator_reverts() external {
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotIntegrator.selector, STRANGER));
        ledger.requestRefund(yenPool, 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotIntegrator.selector, STRANGER));
        ledger.refund(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.requestRefund("unknown", 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.refund("unknown");
        vm.stopPrank();
    }
}
