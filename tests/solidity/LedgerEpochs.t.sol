// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";

contract LedgerEpochsTest is EpochFixture {
    function setUp() external {
        openStaked();
    }

    function test_post_keepsTheHashAndAnnouncesAllOfIt() external {
        Draft memory d = draft(yenPool, 400_000, 100_000);
        vm.expectEmit();
        emit IRoyaltyLedger.EpochPosted(yenPool, 1, d.epoch);
        post(d);
        vm.assertEq(d.epoch.payoutSum, 600_000);
        vm.assertEq(ledger.epochHash(yenPool, 1), epochHash(d.epoch));
        vm.assertEq(ledger.epochHash(ethPool, 1), bytes32(0));
        IRoyaltyLedger.Pool memory p = ledger.pool(yenPool);
        vm.assertEq(p.ceiling, DEPOSIT - REVENUE);
        vm.assertEq(p.pending, REVENUE);
        vm.assertEq(p.reported, 0);
        vm.assertEq(p.epoch, 1);
        vm.assertEq(p.validAt, START + 1 days);
        vm.assertEq(ledger.available(yenPool), DEPOSIT - REVENUE);
    }

    function test_post_onceTheEpochBeforeIsFinal_addsToIt() external {
        finish(draft(yenPool, 1, 2));
        Draft memory d = post(draft(yenPool, 3, 4));
        IRoyaltyLedger.Pool memory p = ledger.pool(yenPool);
        vm.assertEq(p.reported, REVENUE);
        vm.assertEq(p.pending, REVENUE);
        vm.assertEq(p.epoch, 2);
        vm.assertEq(d.epoch.revenueBefore, REVENUE);
        vm.assertEq(d.epoch.payoutSum, 1_200_000);
        vm.assertEq(ledger.epochHash(yenPool, 2), epochHash(d.epoch));
        vm.assertEq(ledger.finalRevenue(yenPool), REVENUE);
        vm.warp(block.timestamp + 1 days);
        vm.assertEq(ledger.finalRevenue(yenPool), 2 * REVENUE);
    }

    function test_post_whenTheCallerIsNotTheOperator_reverts() external {
        Draft memory d = draft(yenPool, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotOperator.selector, address(this)));
        postAs(d);
        d.poolId = "unknown";
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        postAs(d);
    }

    function test_post_whenNothingIsStaked_reverts() external {
        vm.prank(operator);
        ledger.unstake(yenPool);
        Draft memory d = draft(yenPool, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotStaked.selector, yenPool));
        vm.prank(operator);
        postAs(d);
    }

    function test_post_whileTheEpochBeforeIsOpenToObjections_reverts() external {
        post(draft(yenPool, 1, 2));
        Draft memory d = draft(yenPool, 3, 4);
        vm.warp(START + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochPending.selector, yenPool, START + 1 days));
        vm.prank(operator);
        postAs(d);
    }

    function test_post_whenTheNumberIsNotTheNext_reverts() external {
        Draft memory d = draft(yenPool, 1, 2);
        for (uint256 i; i < 3; ++i) {
            d.n = [uint256(0), 2, FOREVER][i];
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochOutOfOrder.selector, d.n));
            vm.prank(operator);
            postAs(d);
        }
    }

    function test_post_whenNothingWasEarned_reverts() external {
        Draft memory d = draft(yenPool, 1, 2);
        d.epoch.revenue = 0;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        vm.prank(operator);
        postAs(d);
    }

    function test_post_takesACutoffOfTheLastSevenDaysOnly() external {
        Draft memory d = draft(yenPool, 1, 2);
        uint40[3] memory wrong = [START, START + 1, START - 7 days - 1];
        for (uint256 i; i < wrong.length; ++i) {
            d.epoch.cutoff = wrong[i];
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadCutoff.selector, wrong[i]));
            vm.prank(operator);
            postAs(d);
        }
        d.epoch.cutoff = START - 7 days;
        post(d);
        d = draft(ethPool, 1, 2);
        d.epoch.cutoff = START - 1;
        post(d);
    }

    function test_post_whenTheDepositIsShort_reverts() external {
        settle(yenPool, report(0, 10, 1, 0));
        uint96 left = uint96(DEPOSIT - 10);
        Draft memory d = draft(yenPool, left + 1, new uint128[](0));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.InsufficientDeposit.selector, left, left + 1));
        vm.prank(operator);
        postAs(d);
        post(draft(yenPool, left, new uint128[](0)));
        vm.assertEq(ledger.available(yenPool), 0);
    }

    function test_fund_whenEpochsFillThePool_reverts() external {
        finish(draft(yenPool, 1, 2));
        post(draft(yenPool, 3, 4));
        uint256 room = type(uint96).max - DEPOSIT;
        provide(address(yen), room + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolFull.selector, yenPool));
        ledger.fund(yenPool, room + 1);
        ledger.fund(yenPool, room);
    }

    function test_claimFixed_countsAnEpochOnceItIsFinal() external {
        settle(yenPool, report(0, REVENUE, 2, 100_000));
        post(draft(yenPool, 1, 2));
        vm.assertEq(ledger.fixedClaimable(yenPool, 0), 200_000);
        vm.warp(START + 1 days);
        uint256[4] memory earned = [uint256(400_000), 300_000, 100_000, 60_000];
        for (uint8 role; role < 4; ++role) {
            vm.assertEq(ledger.claimFixed(yenPool, role), earned[role]);
        }
        finish(draft(yenPool, 3, 4));
        vm.assertEq(ledger.claimFixed(yenPool, 0), 200_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.claimFixed(yenPool, 3);
    }

    /// @dev To the unit: what an epoch promises to payees, and the fixed parts, are what it reported.
    function testFuzz_post_dividesToTheUnit(uint16[3] calldata bps, uint64[4] calldata revenues) external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.creatorBps = bps[0] % 10_001;
        p.developerBps = bps[1] % (10_001 - p.creatorBps);
        p.computeBps = bps[2] % (10_001 - p.creatorBps - p.developerBps);
        p.window = 1 days - 1;
        bytes32 poolId = ledger.open(p);
        fundYen(poolId, type(uint80).max);
        stakeBond(address(yen), poolId);
        uint256 total;
        for (uint256 i; i < revenues.length; ++i) {
            total += uint256(revenues[i]) + 1;
            Draft memory d = finish(draft(poolId, uint96(revenues[i]) + 1, new uint128[](0)));
            uint256 fixedParts =
                ledger.fixedClaimable(poolId, 0) + ledger.fixedClaimable(poolId, 1) + ledger.fixedClaimable(poolId, 2);
            vm.assertEq(ledger.finalRevenue(poolId), total);
            vm.assertEq(d.epoch.payoutSum + fixedParts, total);
            vm.assertEq(ledger.available(poolId), type(uint80).max - total);
        }
    }
}
