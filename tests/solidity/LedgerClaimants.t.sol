// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";
import {ClaimingPayee, ClosedPayee} from "./mocks/Payees.sol";
import {BlockingToken, CallbackToken, FalseToken, FeeToken, NoReturnToken, TurningToken} from "./mocks/Tokens.sol";

/// @dev Honest claimants of final epochs are never blocked, and nobody is paid twice.
contract LedgerClaimantsTest is EpochFixture {
    function setUp() external {
        openStaked();
    }

    function test_claim_isNotBlockedByADispute() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        post(draft(yenPool, 500_000, 200_000));
        dispute(yenPool);
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
        vm.warp(block.timestamp + 15 days);
        vm.assertEq(ledger.claim(claimOf(d, 2)), 100_000);
        ledger.lapse(yenPool);
        vm.assertEq(ledger.claim(claimOf(d, 0)), 100_000);
    }

    function test_claim_isNotBlockedByAPause() external {
        Draft memory d = finish(draft(yenPool, 400_000, 100_000));
        vm.prank(GUARDIAN);
        ledger.pause(yenPool);
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
        vm.assertEq(ledger.claimFixed(yenPool, 0), 200_000);
        IRoyaltyLedger.Claim[] memory rest = new IRoyaltyLedger.Claim[](1);
        rest[0] = claimOf(d, 2);
        ledger.claimMany(rest);
        vm.prank(COMMONS);
        ledger.claimTo(claimOf(d, 0), STRANGER);
        vm.assertEq(ledger.pool(yenPool).paidOut, 600_000);
    }

    function test_claim_isNotBlockedByABadTokenInAnotherPool() external {
        TurningToken token = new TurningToken();
        bytes32 poolId = poolIn(address(token));
        Draft memory bad = post(draft(poolId, 400_000, 100_000));
        Draft memory good = finish(draft(yenPool, 400_000, 100_000));
        token.turn();
        vm.expectRevert();
        ledger.claim(claimOf(bad, 1));
        vm.assertEq(ledger.claim(claimOf(good, 1)), 400_000);
    }

    function test_claim_isNotBlockedByAPayeeThatReverts() external {
        Draft memory d = draft(ethPool, 400_000, 100_000);
        d.payees[1] = address(new ClosedPayee());
        seal(d);
        finish(d);
        vm.expectRevert();
        ledger.claim(claimOf(d, 1));
        vm.assertEq(ledger.claim(claimOf(d, 2)), 100_000);
        vm.assertEq(ledger.claim(claimOf(d, 0)), 100_000);
        vm.prank(d.payees[1]);
        ledger.claimTo(claimOf(d, 1), STRANGER);
        vm.assertEq(STRANGER.balance, 400_000);
    }

    function test_claim_whenTheTokenBlocksThePayee_paysWhereItAsks() external {
        BlockingToken token = new BlockingToken();
        Draft memory d = finish(draft(poolIn(address(token)), 400_000, 100_000));
        token.setBlocked(creators[0]);
        vm.expectRevert();
        ledger.claim(claimOf(d, 1));
        vm.assertEq(ledger.claim(claimOf(d, 2)), 100_000);
        vm.prank(creators[0]);
        ledger.claimTo(claimOf(d, 1), STRANGER);
        vm.assertEq(token.balanceOf(STRANGER), 400_000);
    }

    function test_claim_whenTheTokenTakesAFee_paysAllThatIsHeld() external {
        FeeToken token = new FeeToken();
        bytes32 poolId = poolIn(address(token));
        Draft memory d = finish(draft(poolId, 400_000, 100_000));
        uint256 before = token.balanceOf(address(ledger));
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
        vm.assertEq(token.balanceOf(creators[0]), 396_000);
        vm.assertEq(before - token.balanceOf(address(ledger)), 400_000);
    }

    function test_claim_whenTheTokenReturnsNothing_pays() external {
        NoReturnToken token = new NoReturnToken();
        Draft memory d = finish(draft(poolIn(address(token)), 400_000, 100_000));
        ledger.claim(claimOf(d, 1));
        vm.assertEq(token.balanceOf(creators[0]), 400_000);
    }

    function test_claim_whenTheTokenReturnsFalse_keepsTheClaim() external {
        TurningToken token = new TurningToken();
        bytes32 poolId = poolIn(address(token));
        Draft memory d = finish(draft(poolId, 400_000, 100_000));
        token.turn();
        vm.expectRevert();
        ledger.claim(claimOf(d, 1));
        vm.assertEq(ledger.claimed(poolId, 1), 0);
        token.turn();
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
    }

    function test_claim_whenThePayeeClaimsAgainWhileBeingPaid_reverts() external {
        ClaimingPayee greedy = new ClaimingPayee(ledger);
        Draft memory d = draft(ethPool, 400_000, 100_000);
        d.payees[1] = address(greedy);
        seal(d);
        finish(d);
        bytes[3] memory calls = [
            abi.encodeCall(ledger.claim, (claimOf(d, 1))),
            abi.encodeCall(ledger.claim, (claimOf(d, 2))),
            abi.encodeCall(ledger.claimFixed, (ethPool, 0))
        ];
        for (uint256 i; i < calls.length; ++i) {
            greedy.callOnPayment(calls[i]);
            vm.expectRevert();
            ledger.claim(claimOf(d, 1));
        }
        greedy.callOnPayment("");
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
        vm.assertEq(ledger.claim(claimOf(d, 2)), 100_000);
    }

    /// @dev What is not guarded changes nothing that a payment still relies on.
    function test_claimMany_whenThePayeePostsAndUnstakesMeanwhile_paysTheRest() external {
        ClaimingPayee payee = new ClaimingPayee(ledger);
        IRoyaltyLedger.PoolParams memory p = terms(address(0), modelId);
        p.operator = address(payee);
        bytes32 poolId = ledger.open(p);
        vm.deal(address(this), DEPOSIT);
        ledger.fund{value: DEPOSIT}(poolId, DEPOSIT);
        stakeBond(address(0), poolId);
        Draft memory d = draft(poolId, 400_000, 100_000);
        d.payees[1] = address(payee);
        seal(d);
        vm.prank(address(payee));
        postAs(d);
        vm.warp(block.timestamp + 1 days);
        payee.callOnPayment(abi.encodeCall(ledger.unstake, (poolId)));
        IRoyaltyLedger.Claim[] memory all = new IRoyaltyLedger.Claim[](2);
        (all[0], all[1]) = (claimOf(d, 1), claimOf(d, 2));
        ledger.claimMany(all);
        vm.assertEq(address(payee).balance, 400_000);
        vm.assertEq(creators[1].balance, 100_000);
        vm.assertEq(ledger.credit(address(0), address(payee)), BOND);
    }

    function test_claim_whenTheTokenCallsBack_reverts() external {
        CallbackToken token = new CallbackToken();
        Draft memory d = finish(draft(poolIn(address(token)), 400_000, 100_000));
        token.callOnTransfer(address(ledger), abi.encodeCall(ledger.claim, (claimOf(d, 2))));
        vm.expectRevert();
        ledger.claim(claimOf(d, 1));
        token.callOnTransfer(address(0), "");
        vm.assertEq(ledger.claim(claimOf(d, 1)), 400_000);
    }

    function test_fund_whenTheTokenReturnsFalse_takesNothing() external {
        FalseToken token = new FalseToken();
        bytes32 poolId = ledger.open(terms(address(token), modelId));
        provide(address(token), DEPOSIT);
        vm.expectRevert();
        ledger.fund(poolId, DEPOSIT);
        vm.assertEq(ledger.available(poolId), 0);
    }
}
