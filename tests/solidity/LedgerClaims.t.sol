// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";

contract LedgerClaimsTest is EpochFixture {
    function setUp() external {
        openStaked();
    }

    function test_claim_byAnyone_paysThePayee() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        vm.expectEmit();
        emit IRoyaltyLedger.Claimed(yenPool, 1, creators[0], creators[0], 1, 400_000, 400_000);
        vm.prank(STRANGER);
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
        vm.assertEq(yen.balanceOf(creators[0]), 400_000);
        vm.assertEq(ledger.claimed(yenPool, 1), 400_000);
        vm.assertEq(ledger.pool(yenPool).paidOut, 400_000);
        vm.assertEq(ledger.claim(claimOf(d, 0)), 100_000);
        vm.assertEq(yen.balanceOf(COMMONS), 100_000);
    }

    function test_claim_ofALaterEpoch_paysWhatGrew() external {
        ledger.claim(claimOf(finish(draft(yenPool, 400_000, 100_000)), 1));
        Draft memory d = finish(draft(yenPool, 450_000, 700_000));
        vm.assertEq(ledger.claim(claimOf(d, 1)), 50_000);
        vm.assertEq(ledger.claim(claimOf(d, 2)), 700_000);
        vm.assertEq(ledger.claimed(yenPool, 1), 450_000);
    }

    function test_claim_ofAnOlderEpoch_paysAfterOthersTookALaterOne() external {
        Draft memory first = finish(draft(yenPool, 400_000, 100_000));
        Draft memory second = finish(draft(yenPool, 500_000, 700_000));
        ledger.claim(claimOf(second, 2));
        // More is paid out by now than the first epoch promised in all.
        vm.assertEq(ledger.claim(claimOf(first, 1)), 400_000);
        vm.assertEq(ledger.claim(claimOf(second, 1)), 100_000);
    }

    function test_claim_whenNothingGrew_reverts() external {
        Draft memory first = finish(draft(yenPool, 400_000, 100_000));
        Draft memory second = finish(draft(yenPool, 400_000, 800_000));
        ledger.claim(claimOf(second, 1));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.claim(claimOf(second, 1));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.claim(claimOf(first, 1));
    }

    function test_claim_whileTheEpochIsOpenToObjections_reverts() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        vm.warp(START + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochPending.selector, yenPool, START + 1 days));
        ledger.claim(claimOf(d, 1));
        dispute(yenPool);
        vm.warp(START + 9 days);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochPending.selector, yenPool, NEVER));
        ledger.claim(claimOf(d, 1));
    }

    function test_claim_whenTheEpochIsUnknown_reverts() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        for (uint256 i; i < 4; ++i) {
            IRoyaltyLedger.Claim memory c = claimOf(d, 1);
            if (i == 0) c.n = 0;
            if (i == 1) c.n = 2;
            if (i == 2) c.poolId = ethPool;
            if (i == 3) c.poolId = "unknown";
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, c.poolId, c.n));
            ledger.claim(c);
        }
    }

    function test_claim_whenAnythingProvedDiffers_reverts() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        for (uint256 i; i < 8; ++i) {
            IRoyaltyLedger.Claim memory c = claimOf(d, 1);
            if (i == 0) c.restHash = 0;
            if (i == 1) c.count = 4;
            if (i == 2) c.payee = STRANGER;
            if (i == 3) c.index = 2;
            if (i == 4) c.index = 1 + 4;
            if (i == 5) c.amount += 1;
            if (i == 6) c.proof[40] ^= 0x01;
            if (i == 7) c.proof = abi.encodePacked(c.proof, new bytes(48));
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, yenPool, 1));
            ledger.claim(c);
        }
        ledger.claim(claimOf(d, 1));
    }

    function test_claim_whenTheEpochIsVoid_reverts() external {
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        challenge(d, none());
        vm.warp(START + 30 days);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, yenPool, 1));
        ledger.claim(claimOf(d, 1));
    }

    /// @dev Nobody objected to a second epoch that gives the first payee's money to another.
    function test_claim_whenRootsContradictEachOther_paysNoMoreThanTheCreatorsPart() external {
        ledger.claim(claimOf(finish(draft(yenPool, 600_000, 0)), 1));
        Draft memory d = finish(draft(yenPool, 0, 1_200_000));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PaidOut.selector, yenPool));
        ledger.claim(claimOf(d, 2));
        Draft memory third = finish(draft(yenPool, 0, 1_200_000));
        vm.assertEq(ledger.claim(claimOf(third, 2)), 1_200_000);
        vm.assertEq(ledger.pool(yenPool).paidOut, 1_800_000);
    }

    function test_claimTo_paysWhereThePayeeWants() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        vm.expectEmit();
        emit IRoyaltyLedger.Claimed(yenPool, 1, creators[0], STRANGER, 1, 400_000, 400_000);
        vm.startPrank(creators[0]);
        vm.assertEq(ledger.claimTo(claimOf(d, 1), STRANGER), 400_000);
        vm.assertEq(yen.balanceOf(STRANGER), 400_000);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.claimTo(claimOf(d, 1), STRANGER);
        vm.stopPrank();
    }

    function test_claimTo_whenTheCallerIsNotThePayee_reverts() external {
        IRoyaltyLedger.Claim memory c = claimOf(finish(draft(yenPool, 400_000, 100_000)), 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotPayee.selector, STRANGER));
        vm.prank(STRANGER);
        ledger.claimTo(c, STRANGER);
    }

    function test_claimTo_whenTheMoneyWouldGoNowhere_reverts() external {
        IRoyaltyLedger.Claim memory c = claimOf(finish(draft(yenPool, 400_000, 100_000)), 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        vm.prank(creators[0]);
        ledger.claimTo(c, address(0));
    }

    function test_claimMany_paysPayeesOfManyPools() external {
        Draft memory inYen = post(draft(yenPool, 400_000, 100_000));
        Draft memory inEth = finish(draft(ethPool, 300_000, 200_000));
        IRoyaltyLedger.Claim[] memory all = new IRoyaltyLedger.Claim[](4);
        (all[0], all[1]) = (claimOf(inYen, 1), claimOf(inEth, 1));
        (all[2], all[3]) = (claimOf(inEth, 2), claimOf(inYen, 2));
        ledger.claimMany(all);
        vm.assertEq(yen.balanceOf(creators[0]), 400_000);
        vm.assertEq(yen.balanceOf(creators[1]), 100_000);
        vm.assertEq(creators[0].balance, 300_000);
        vm.assertEq(creators[1].balance, 200_000);
        // All have nothing left to pay, and are passed by.
        ledger.claimMany(all);
        vm.assertEq(yen.balanceOf(creators[0]), 400_000);
    }

    function test_claimMany_whenOneClaimIsWrong_paysNone() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        IRoyaltyLedger.Claim[] memory all = new IRoyaltyLedger.Claim[](2);
        (all[0], all[1]) = (claimOf(d, 1), claimOf(d, 2));
        all[1].amount += 1;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochUnknown.selector, yenPool, 1));
        ledger.claimMany(all);
        vm.assertEq(yen.balanceOf(creators[0]), 0);
    }

    /// @dev Two payees and the commons over ten epochs. Each seed tells from which epoch a payee claims, after which other.
    function testFuzz_claim_aPayeePaidThroughTenEpochsHasTheSameTotalWhicheverWayAndOrder(
        uint32[10] calldata grows,
        uint8[30] calldata order,
        bool asTheyCome
    ) external {
        Draft[] memory all = new Draft[](10);
        uint128[] memory earned = new uint128[](2);
        for (uint256 i; i < 10; ++i) {
            earned[0] += grows[i] % 300_000;
            earned[1] += uint128(grows[i] >> 12) % 300_000;
            all[i] = finish(draft(yenPool, REVENUE, earned));
            if (asTheyCome) _claimAny(all, i, order);
        }
        if (!asTheyCome) {
            for (uint256 i; i < order.length; ++i) {
                _claimAny(all, order[i] % 10, order);
            }
        }
        IRoyaltyLedger.Claim[] memory last = new IRoyaltyLedger.Claim[](3);
        for (uint256 i; i < 3; ++i) {
            last[i] = claimOf(all[9], i);
        }
        ledger.claimMany(last);
        vm.assertEq(yen.balanceOf(creators[0]), earned[0]);
        vm.assertEq(yen.balanceOf(creators[1]), earned[1]);
        vm.assertEq(yen.balanceOf(COMMONS), 6_000_000 - earned[0] - earned[1]);
        vm.assertEq(ledger.pool(yenPool).paidOut, 6_000_000);
    }

    /// @dev Claims once or twice from epochs up to the given one, one by one or together, in an order that the seeds tell.
    function _claimAny(Draft[] memory all, uint256 newest, uint8[30] calldata order) private {
        uint256 seed = order[newest * 3];
        Draft memory d = all[order[newest * 3 + 1] % (newest + 1)];
        IRoyaltyLedger.Claim[] memory some = new IRoyaltyLedger.Claim[](2);
        (some[0], some[1]) = (claimOf(d, seed % 3), claimOf(all[seed % (newest + 1)], order[newest * 3 + 2] % 3));
        if (seed % 2 == 0) ledger.claimMany(some);
        else try ledger.claim(some[0]) {} catch {}
    }
}
