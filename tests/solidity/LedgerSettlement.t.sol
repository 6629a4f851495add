// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {vm} from "./Vm.sol";
import {Wallet} from "./mocks/Payees.sol";

contract LedgerSettlementTest is LedgerFixture {
    function setUp() external {
        openPools();
        fundBoth();
    }

    function test_settle_dividesTheRevenue() external {
        IRoyaltyLedger.Report memory r = report(0, 1_000_003, 3, 250_000);
        vm.expectEmit();
        emit IRoyaltyLedger.Settled(
            yenPool, 0, r.outputHash, r.reportHash, 1_000_003, 600_001, r.weights, r.workIds, 150_001
        );
        vm.prank(STRANGER);
        ledger.settle(yenPool, r, signReport(OPERATOR_KEY, yenPool, r));
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(ledger.credit(address(yen), creators[i]), 150_000);
        }
        vm.assertEq(ledger.fixedClaimable(yenPool, 0), 200_001);
        vm.assertEq(ledger.fixedClaimable(yenPool, 1), 150_000);
        vm.assertEq(ledger.fixedClaimable(yenPool, 2), 50_001);
        vm.assertEq(ledger.fixedClaimable(yenPool, 3), 150_001);
        vm.assertEq(ledger.available(yenPool), DEPOSIT - 1_000_003);
        vm.assertTrue(ledger.nonceUsed(yenPool, 0));
        vm.assertFalse(ledger.nonceUsed(ethPool, 0));
    }

    function test_settle_whenNoWorkExplainsTheImage_paysTheCommons() external {
        IRoyaltyLedger.Report memory r = report(0, 1000, 0, 1_000_000);
        settle(yenPool, r);
        vm.assertEq(ledger.fixedClaimable(yenPool, 3), 600);
    }

    function test_settle_paysWhoIsThePayeeNow() external {
        vm.prank(creators[0]);
        works.setPayee(ids[0], STRANGER);
        settle(yenPool, report(0, 1000, 1, 0));
        vm.assertEq(ledger.credit(address(yen), STRANGER), 600);
        vm.assertEq(ledger.credit(address(yen), creators[0]), 0);
    }

    function test_settle_acceptsTwelveWorksAndRefusesMore() external {
        settle(yenPool, report(0, 1_000_000, 12, 0));
        IRoyaltyLedger.Report memory r = report(1, 1_000_000, 12, 0);
        r.workIds = new bytes32[](13);
        expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.TooManyWorks.selector, 13));
    }

    function test_settle_byTheOperator_needsItsSignatureToo() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        vm.prank(operator);
        ledger.settle(yenPool, report(0, 1000, 1, 0), "");
        vm.assertFalse(ledger.nonceUsed(yenPool, 0));
    }

    function test_settle_byAContractOperator_asksIt() external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.operator = address(new Wallet(operator));
        bytes32 poolId = ledger.open(p);
        fundYen(poolId, DEPOSIT);
        settle(poolId, report(0, 1000, 1, 0));
        IRoyaltyLedger.Report memory r = report(1, 1000, 1, 0);
        bytes memory sig = signReport(CREATOR_KEY, poolId, r);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, p.operator));
        ledger.settle(poolId, r, sig);
    }

    function test_settle_whenTheNonceIsUsed_reverts() external {
        settle(yenPool, report(5, 1000, 1, 0));
        bytes memory reason = abi.encodeWithSelector(IRoyaltyLedger.NonceUsed.selector, yenPool, 5);
        expectRefusal(yenPool, report(5, 1000, 1, 0), reason);
        expectRefusal(yenPool, report(5, 2000, 2, 0), reason);
        settle(ethPool, report(5, 1000, 1, 0));
        settle(yenPool, report(type(uint32).max, 1000, 1, 0));
    }

    function test_settle_whenExpired_reverts() external {
        IRoyaltyLedger.Report memory r = report(0, 1000, 1, 0);
        r.deadline = START - 1;
        expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.Expired.selector, START - 1));
        r.deadline = START;
        settle(yenPool, r);
    }

    function test_settle_whenAnythingSignedDiffers_reverts() external {
        IRoyaltyLedger.Report memory signed = report(0, 1000, 2, 0);
        bytes memory sig = signReport(OPERATOR_KEY, yenPool, signed);
        for (uint256 i; i < 7; ++i) {
            IRoyaltyLedger.Report memory r = report(0, 1000, 2, 0);
            if (i == 0) r.nonce = 1;
            if (i == 1) r.outputHash = 0;
            if (i == 2) r.reportHash = 0;
            if (i == 3) r.revenue = 1001;
            if (i == 4) r.weights -= 1;
            if (i == 5) r.workIds[1] = ids[2];
            if (i == 6) r.deadline -= 1;
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
            ledger.settle(yenPool, r, sig);
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        ledger.settle(ethPool, signed, sig);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        ledger.settle(yenPool, signed, "");
        ledger.settle(yenPool, signed, sig);
    }

    function test_settle_whenSignedForAnotherChainOrContract_reverts() external {
        IRoyaltyLedger.Report memory r = report(0, 1000, 2, 0);
        bytes32 structHash = reportHash(yenPool, r);
        bytes memory elsewhere = sign(OPERATOR_KEY, "Creditline RoyaltyLedger", address(works), structHash);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        ledger.settle(yenPool, r, elsewhere);
        bytes memory here = signReport(OPERATOR_KEY, yenPool, r);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        ledger.settle(yenPool, r, here);
    }

    function test_settle_whenTheDepositIsShort_reverts() external {
        settle(yenPool, report(0, uint128(DEPOSIT) - 10, 1, 0));
        expectRefusal(
            yenPool, report(1, 11, 1, 0), abi.encodeWithSelector(IRoyaltyLedger.InsufficientDeposit.selector, 10, 11)
        );
        expectRefusal(
            yenPool,
            report(1, type(uint128).max, 1, 0),
            abi.encodeWithSelector(IRoyaltyLedger.InsufficientDeposit.selector, 10, type(uint128).max)
        );
        settle(yenPool, report(1, 10, 1, 0));
    }

    function test_settle_whenThereIsNoRevenueOrNoPool_reverts() external {
        expectRefusal(yenPool, report(0, 0, 1, 0), abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        expectRefusal(
            "unknown",
            report(0, 1, 1, 0),
            abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown"))
        );
    }

    function test_settle_whenWorksRepeatDescendOrAreUnknown_reverts() external {
        IRoyaltyLedger.Report memory r = report(0, 1000, 2, 0);
        (r.workIds[0], r.workIds[1]) = (ids[1], ids[0]);
        expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.WorksNotAscending.selector, ids[0]));
        r.workIds[0] = ids[0];
        expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.WorksNotAscending.selector, ids[0]));
        r.workIds[1] = bytes32(FOREVER);
        expectRefusal(yenPool, r, abi.encodeWithSelector(IWorkRegistry.WorkUnknown.selector, bytes32(FOREVER)));
        r.workIds[0] = 0;
        r.workIds[1] = ids[0];
        expectRefusal(yenPool, r, abi.encodeWithSelector(IWorkRegistry.WorkUnknown.selector, bytes32(0)));
    }

    function test_settle_whenTheWeightsAreWrong_reverts() external {
        uint256[5] memory wrong = [
            uint256(500_000),
            uint256(500_000) << 20,
            500_001 | (500_000 << 20),
            1_048_575 | (1_048_575 << 20),
            500_000 | (400_000 << 20) | (1 << 40)
        ];
        for (uint256 i; i < wrong.length; ++i) {
            IRoyaltyLedger.Report memory r = report(0, 1000, 2, 0);
            r.weights = wrong[i];
            expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.BadWeights.selector, wrong[i]));
        }
        IRoyaltyLedger.Report memory none = report(0, 1000, 0, 0);
        none.weights = 1;
        expectRefusal(yenPool, none, abi.encodeWithSelector(IRoyaltyLedger.BadWeights.selector, 1));
        IRoyaltyLedger.Report memory all = report(0, 1000, 12, 0);
        all.weights |= 1 << 240;
        expectRefusal(yenPool, all, abi.encodeWithSelector(IRoyaltyLedger.BadWeights.selector, all.weights));
    }

    function test_settleMany_equalsSettlingEach() external {
        IRoyaltyLedger.Report[] memory reports = new IRoyaltyLedger.Report[](3);
        for (uint256 i; i < 3; ++i) {
            reports[i] = report(i, uint128(333_331 + i), 3 + i, 123_456);
        }
        bytes32 structHash = reportsHash(yenPool, reports);
        bytes memory sig = sign(OPERATOR_KEY, "Creditline RoyaltyLedger", address(ledger), structHash);
        ledger.settleMany(yenPool, reports, sig);
        for (uint256 i; i < 3; ++i) {
            settle(ethPool, reports[i]);
        }
        for (uint256 i; i < 6; ++i) {
            vm.assertEq(ledger.credit(address(yen), creators[i]), ledger.credit(address(0), creators[i]));
        }
        for (uint8 role; role < 4; ++role) {
            vm.assertEq(ledger.fixedClaimable(yenPool, role), ledger.fixedClaimable(ethPool, role));
        }
        vm.assertEq(ledger.available(yenPool), ledger.available(ethPool));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NonceUsed.selector, yenPool, 0));
        ledger.settleMany(yenPool, reports, sig);
    }

    function test_settleMany_whenOneReportFails_settlesNone() external {
        IRoyaltyLedger.Report[] memory reports = new IRoyaltyLedger.Report[](2);
        reports[0] = report(0, 1000, 1, 0);
        reports[1] = report(0, 1000, 1, 0);
        bytes memory sig = sign(OPERATOR_KEY, "Creditline RoyaltyLedger", address(ledger), reportsHash(yenPool, reports));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NonceUsed.selector, yenPool, 0));
        ledger.settleMany(yenPool, reports, sig);
        vm.assertFalse(ledger.nonceUsed(yenPool, 0));
    }

    function test_settleMany_whenNotSignedAsOne_reverts() external {
        IRoyaltyLedger.Report[] memory reports = new IRoyaltyLedger.Report[](1);
        reports[0] = report(0, 1000, 1, 0);
        bytes memory single = signReport(OPERATOR_KEY, yenPool, reports[0]);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        ledger.settleMany(yenPool, reports, single);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BadSignature.selector, operator));
        vm.prank(STRANGER);
        ledger.settleMany(yenPool, reports, "");
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.settleMany("unknown", reports, "");
    }

    /// @dev Every unit of any revenue goes somewhere, and each amount is within one unit of its exact part.
    function testFuzz_settle_dividesToTheUnit(
        uint16[3] calldata bps,
        uint96[4] calldata revenues,
        uint32[12] calldata seeds
    ) external {
        IRoyaltyLedger.PoolParams memory p = terms(address(yen), modelId);
        p.creatorBps = bps[0] % 10_001;
        p.developerBps = bps[1] % (10_001 - p.creatorBps);
        p.computeBps = bps[2] % (10_001 - p.creatorBps - p.developerBps);
        bytes32 poolId = ledger.open(p);
        fundYen(poolId, type(uint96).max);
        uint256 gross;
        for (uint256 n; n < revenues.length; ++n) {
            uint256 count = seeds[n] % 13;
            uint256[] memory weights = _weights(count, seeds);
            IRoyaltyLedger.Report memory r = report(n, revenues[n] / 4 + 1, count, 0);
            r.weights = pack(weights);
            uint256 creatorPart =
                (gross + r.revenue) * p.creatorBps / 10_000 - gross * p.creatorBps / 10_000;
            _settleToTheUnit(poolId, r, weights, creatorPart);
            gross += r.revenue;
            vm.assertEq(_fixedParts(poolId) + gross * p.creatorBps / 10_000, gross);
        }
    }

    function _settleToTheUnit(
        bytes32 poolId,
        IRoyaltyLedger.Report memory r,
        uint256[] memory weights,
        uint256 creatorPart
    ) private {
        uint256[] memory before = _credits(weights.length);
        uint256 commonsBefore = ledger.fixedClaimable(poolId, 3);
        settle(poolId, r);
        uint256 given = ledger.fixedClaimable(poolId, 3) - commonsBefore;
        uint256[] memory later = _credits(weights.length);
        for (uint256 i; i < weights.length; ++i) {
            uint256 amount = later[i] - before[i];
            uint256 exact = creatorPart * weights[i] / 1_000_000;
            vm.assertTrue(amount == exact || amount == exact + 1);
            given += amount;
        }
        vm.assertEq(given, creatorPart);
    }

    function _fixedParts(bytes32 poolId) private view returns (uint256 sum) {
        for (uint8 role; role < 3; ++role) {
            sum += ledger.fixedClaimable(poolId, role);
        }
    }

    function _weights(uint256 count, uint32[12] calldata seeds) private pure returns (uint256[] memory weights) {
        weights = new uint256[](count);
        uint256 left = 1_000_000;
        for (uint256 i; i < count; ++i) {
            uint256 most = left - (count - 1 - i);
            weights[i] = seeds[i] % most + 1;
            left -= weights[i];
        }
    }

    function _credits(uint256 count) private view returns (uint256[] memory credits) {
        credits = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            credits[i] = ledger.credit(address(yen), creators[i]);
        }
    }
}
