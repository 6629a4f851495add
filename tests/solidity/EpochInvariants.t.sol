// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {ClaimHandler} from "./ClaimHandler.sol";
import {vm} from "./Vm.sol";

/// @dev The test machine calls only contracts that it finds beside a test.
contract EpochPlayer is ClaimHandler {}

/// @dev The numbers are those of the invariants in contracts/README.md. Invariant 4 is checked by the handler around each
/// call, 10 by its claims, which may not fail, and 12 by what it tries with void and final epochs.
contract EpochInvariantsTest {
    EpochPlayer private handler;
    IRoyaltyLedger private ledger;

    function setUp() external {
        handler = new EpochPlayer();
        ledger = handler.theLedger();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev All on one walk: each alone would be tried on the same walks again.
    function invariant_all() external view {
        _holdsWhatItOwes();
        _reportsWithinTheDeposit();
        _paysWithinTheDeposit();
        _claimedNeverFalls();
        _dividesAllRevenue();
        _paysNobodyTwiceAtOnce();
        _noEpochStaysOpen();
    }

    /// @dev 1. What the ledger holds is what it owes, to the unit: to pools, payees, roles, and those who put up bonds.
    function _holdsWhatItOwes() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            address token = handler.tokens(i);
            IRoyaltyLedger.Pool memory p = _pool(i);
            uint256 owed = uint256(p.ceiling) + p.reported + p.pending - p.paidOut - handler.credited(i)
                - p.paid[0] - p.paid[1] - p.paid[2] - p.paid[3] + handler.totalCredit(token);
            if (p.staked) owed += p.bond;
            if (p.validAt == type(uint40).max) owed += p.bond;
            uint256 held = token == address(0) ? address(ledger).balance : IERC20(token).balanceOf(address(ledger));
            vm.assertEq(held, owed, "held differs from owed");
        }
    }

    /// @dev 2. What was settled and reported was deposited before.
    function _reportsWithinTheDeposit() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            IRoyaltyLedger.Pool memory p = _pool(i);
            vm.assertLe(p.direct, p.ceiling, "settled more than deposited");
            uint256 deposit = uint256(p.ceiling) + p.reported + p.pending;
            vm.assertEq(deposit, handler.funded(i) - handler.refunded(i), "deposit is off");
        }
    }

    /// @dev 3. Whatever roots are posted, a pool pays no more than came in, and its payees no more than the creators' part.
    function _paysWithinTheDeposit() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            IRoyaltyLedger.Pool memory p = _pool(i);
            uint256 paid = handler.claimsPaid(i) + handler.fixedPaid(i) + handler.credited(i) + handler.refunded(i);
            vm.assertLe(paid, handler.funded(i), "paid more than came in");
            vm.assertEq(p.paidOut, handler.claimsPaid(i), "paid other than claimed");
            vm.assertLe(p.paidOut, ledger.finalRevenue(handler.pools(i)) * p.creatorBps / 10_000, "paid too much");
        }
    }

    /// @dev 5. What an index was paid never falls, and is the most that any claim of it said.
    function _claimedNeverFalls() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            for (uint256 k; k < handler.PAYEES(); ++k) {
                vm.assertEq(ledger.claimed(handler.pools(i), k), handler.claimedOf(i, k), "claimed is off");
            }
        }
    }

    /// @dev 7. Creators' parts, roles and the unattributed part make up the revenue of reports and of final epochs.
    function _dividesAllRevenue() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            IRoyaltyLedger.Pool memory p = _pool(i);
            uint256 reported = ledger.finalRevenue(handler.pools(i));
            uint256 given = reported * p.creatorBps / 10_000 + handler.credited(i) + handler.fixedPaid(i);
            for (uint8 role; role < 4; ++role) {
                given += ledger.fixedClaimable(handler.pools(i), role);
            }
            vm.assertEq(given, reported + p.direct, "division leaves a rest");
        }
    }

    /// @dev 12. A payee that asks again while being paid is not heard.
    function _paysNobodyTwiceAtOnce() private view {
        vm.assertEq(handler.stubborn().heard(), 0, "heard while paying");
    }

    /// @dev 13. An epoch is final, or may be voided by anyone, once its window and the time of the arbiter are over.
    function _noEpochStaysOpen() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            IRoyaltyLedger.Pool memory p = _pool(i);
            uint256 latest = handler.postedAt(i) + p.window + 14 days;
            if (p.validAt == type(uint40).max) vm.assertLe(ledger.disputeOf(handler.pools(i)).ruleBy, latest, "never ruled");
            else if (p.validAt != 0) vm.assertLe(p.validAt, latest, "never final");
        }
    }

    function _pool(uint256 i) private view returns (IRoyaltyLedger.Pool memory) {
        return ledger.pool(handler.pools(i));
    }
}
