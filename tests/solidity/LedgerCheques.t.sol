// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";

/// @dev Receipts for epochs that are settled directly, since their epoch was not posted in time.
contract LedgerChequesTest is EpochFixture {
    uint256 private constant DEADLINE = START + 40 days;

    function setUp() external {
        openStaked();
    }

    function test_settle_ofAReceiptForAnEpochThatNeverCame_pays() external {
        IRoyaltyLedger.Report memory r = _receipt(1, 3);
        vm.warp(DEADLINE - 30 days);
        expectRefusal(yenPool, r, _notYet(r.nonce));
        vm.warp(DEADLINE - 30 days + 1);
        settle(yenPool, r);
        vm.assertEq(ledger.credit(address(yen), creators[0]), 600);
        vm.assertTrue(ledger.nonceUsed(yenPool, r.nonce));
        expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.NonceUsed.selector, yenPool, r.nonce));
    }

    function test_settle_ofAReceiptUntilItsDeadline_paysAndNotAfter() external {
        IRoyaltyLedger.Report memory r = _receipt(1, 3);
        vm.warp(DEADLINE + 1);
        expectRefusal(yenPool, r, abi.encodeWithSelector(IRoyaltyLedger.Expired.selector, DEADLINE));
        vm.warp(DEADLINE);
        settle(yenPool, r);
    }

    /// @dev Else a receipt would be paid by its epoch and once more as a cheque.
    function test_settle_ofAReceiptWhoseEpochWasPosted_reverts() external {
        IRoyaltyLedger.Report memory r = _receipt(1, 0);
        post(draft(yenPool, 400_000, 100_000));
        vm.warp(DEADLINE - 30 days + 1);
        expectRefusal(yenPool, r, _notYet(r.nonce));
        post(draft(yenPool, 500_000, 100_000));
        expectRefusal(yenPool, r, _notYet(r.nonce));
        expectRefusal(yenPool, _receipt(2, 0), _notYet(_receipt(2, 0).nonce));
        settle(yenPool, _receipt(3, 0));
    }

    function test_settle_ofAReceiptWhoseEpochIsVoid_paysAtOnce() external {
        IRoyaltyLedger.Report memory r = _receipt(1, 0);
        vm.warp(DEADLINE - 30 days + 1);
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        expectRefusal(yenPool, r, _notYet(r.nonce));
        challenge(d, none());
        settle(yenPool, r);
        vm.assertEq(ledger.available(yenPool), DEPOSIT - 1000);
    }

    /// @dev An epoch that holds what was cashed already is void, and its money is paid once.
    function test_challenge_ofAnEpochThatRepeatsACheque_isHeard() external {
        vm.warp(DEADLINE - 30 days + 1);
        settle(yenPool, _receipt(1, 0));
        Draft memory d = post(draft(yenPool, 400_000, 100_000));
        bytes memory shown = evidence(REVENUE);
        ledger.challenge(
            terms(address(yen), modelId), d.epoch, none(), IFraudProofs.Fraud.AlreadySettled, shown
        );
        vm.assertEq(ledger.pool(yenPool).epoch, 0);
    }

    function test_settleMany_ofReceiptsThatAreNotCheques_reverts() external {
        IRoyaltyLedger.Report[] memory reports = new IRoyaltyLedger.Report[](2);
        (reports[0], reports[1]) = (report(0, 1000, 1, 0), _receipt(1, 3));
        bytes memory sig = sign(OPERATOR_KEY, "Creditline RoyaltyLedger", address(ledger), reportsHash(yenPool, reports));
        vm.expectRevert(_notYet(reports[1].nonce));
        ledger.settleMany(yenPool, reports, sig);
        vm.warp(DEADLINE);
        ledger.settleMany(yenPool, reports, sig);
        vm.assertEq(ledger.credit(address(yen), creators[0]), 1200);
    }

    function testFuzz_settle_ofAReceipt_paysOnlyOnceItIsDue(uint32 epoch, uint32 index, uint32 early) external {
        IRoyaltyLedger.Report memory r = _receipt(uint256(epoch) + 1, index);
        vm.warp(DEADLINE - 30 days - early % 10 days);
        expectRefusal(yenPool, r, _notYet(r.nonce));
        vm.warp(DEADLINE - early % 30 days);
        settle(yenPool, r);
    }

    function _receipt(uint256 epoch, uint256 index) private view returns (IRoyaltyLedger.Report memory r) {
        r = report(epoch << 32 | index, 1000, 1, 0);
        r.deadline = DEADLINE;
    }

    function _notYet(uint256 nonce) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IRoyaltyLedger.NotAChequeYet.selector, nonce);
    }
}
