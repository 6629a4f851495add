// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {vm} from "./Vm.sol";
import {ClosedPayee, GreedyPayee} from "./mocks/Payees.sol";
import {BareToken, BlockingToken, CallbackToken, FalseToken, FeeToken, NoReturnToken} from "./mocks/Tokens.sol";

contract LedgerPaymentsTest is LedgerFixture {
    function setUp() external {
        openPools();
        fundBoth();
        settle(yenPool, report(0, 1_000_000, 2, 100_000));
        settle(ethPool, report(0, 1_000_000, 2, 100_000));
    }

    function test_withdraw_paysAllOfTheCallersCredit() external {
        vm.expectEmit();
        emit IRoyaltyLedger.Withdrawn(address(yen), creators[0], STRANGER, 270_000);
        vm.prank(creators[0]);
        vm.assertEq(ledger.withdraw(address(yen), STRANGER), 270_000);
        vm.assertEq(yen.balanceOf(STRANGER), 270_000);
        vm.assertEq(ledger.credit(address(yen), creators[0]), 0);
        vm.assertEq(ledger.credit(address(0), creators[0]), 270_000);
    }

    function test_withdrawFor_byAnyone_paysThePayee() external {
        vm.prank(STRANGER);
        vm.assertEq(ledger.withdrawFor(address(0), creators[1]), 270_000);
        vm.assertEq(creators[1].balance, 270_000);
    }

    function test_withdraw_whenThereIsNothingOrNobody_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.withdraw(address(yen), STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
        ledger.withdrawFor(address(yen), STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.ZeroValue.selector));
        vm.prank(creators[0]);
        ledger.withdraw(address(yen), address(0));
    }

    function test_claimFixed_paysEachRoleWhatGrew() external {
        address[4] memory roles = [DEVELOPER, COMPUTE, TREASURY, COMMONS];
        uint256[4] memory earned = [uint256(200_000), 150_000, 50_000, 60_000];
        for (uint8 role; role < 4; ++role) {
            vm.expectEmit();
            emit IRoyaltyLedger.FixedClaimed(yenPool, role, roles[role], earned[role]);
            vm.prank(STRANGER);
            vm.assertEq(ledger.claimFixed(yenPool, role), earned[role]);
            vm.assertEq(yen.balanceOf(roles[role]), earned[role]);
            vm.assertEq(ledger.pool(yenPool).paid[role], earned[role]);
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NothingToPay.selector));
            ledger.claimFixed(yenPool, role);
        }
        settle(yenPool, report(1, 1_000_000, 2, 100_000));
        for (uint8 role; role < 4; ++role) {
            vm.assertEq(ledger.claimFixed(yenPool, role), earned[role]);
            vm.assertEq(ledger.pool(yenPool).paid[role], 2 * earned[role]);
        }
    }

    function test_claimFixed_whenRoleOrPoolIsUnknown_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RoleUnknown.selector, 4));
        ledger.claimFixed(yenPool, 4);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.RoleUnknown.selector, 4));
        ledger.fixedClaimable(yenPool, 4);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.claimFixed("unknown", 0);
    }

    function test_withdrawFor_whenThePayeeAsksAgainWhileBeingPaid_reverts() external {
        GreedyPayee greedy = new GreedyPayee(ledger);
        _earn(ethPool, 1, address(greedy));
        vm.expectRevert();
        ledger.withdrawFor(address(0), address(greedy));
        vm.assertEq(ledger.credit(address(0), address(greedy)), 600);
    }

    function test_withdrawFor_whenThePayeeTakesNoEth_blocksNobodyElse() external {
        address closed = address(new ClosedPayee());
        _earn(ethPool, 1, closed);
        vm.expectRevert();
        ledger.withdrawFor(address(0), closed);
        ledger.withdrawFor(address(0), creators[1]);
        vm.prank(closed);
        ledger.withdraw(address(0), STRANGER);
        vm.assertEq(STRANGER.balance, 600);
    }

    function test_withdrawFor_whenTheTokenBlocksThePayee_keepsTheCredit() external {
        BlockingToken token = new BlockingToken();
        bytes32 poolId = _poolOf(token);
        settle(poolId, report(0, 1000, 2, 0));
        token.setBlocked(creators[0]);
        vm.expectRevert();
        ledger.withdrawFor(address(token), creators[0]);
        vm.assertEq(ledger.credit(address(token), creators[0]), 300);
        vm.assertEq(ledger.withdrawFor(address(token), creators[1]), 300);
    }

    function test_fund_whenTheTokenTakesAFee_creditsWhatArrived() external {
        FeeToken token = new FeeToken();
        bytes32 poolId = _poolOf(token);
        vm.assertEq(ledger.available(poolId), DEPOSIT - DEPOSIT / 100);
        settle(poolId, report(0, uint128(DEPOSIT - DEPOSIT / 100), 1, 0));
        ledger.withdrawFor(address(token), creators[0]);
        for (uint8 role; role < 3; ++role) {
            ledger.claimFixed(poolId, role);
        }
        vm.assertEq(token.balanceOf(address(ledger)), 0);
    }

    function test_payments_whenTheTokenReturnsNothing_goThrough() external {
        NoReturnToken token = new NoReturnToken();
        bytes32 poolId = _poolOf(token);
        settle(poolId, report(0, 1000, 1, 0));
        ledger.withdrawFor(address(token), creators[0]);
        vm.assertEq(token.balanceOf(creators[0]), 600);
        ledger.claimFixed(poolId, 0);
        vm.assertEq(token.balanceOf(DEVELOPER), 200);
    }

    function test_fund_whenTheTokenReturnsFalse_reverts() external {
        FalseToken token = new FalseToken();
        bytes32 poolId = ledger.open(terms(address(token), modelId));
        token.mint(address(this), DEPOSIT);
        token.approve(address(ledger), DEPOSIT);
        vm.expectRevert();
        ledger.fund(poolId, DEPOSIT);
    }

    /// @dev A token that deposits again inside of a deposit would have the inner one counted twice.
    function test_fund_whenTheTokenCallsBack_reverts() external {
        CallbackToken token = new CallbackToken();
        bytes32 poolId = _poolOf(token);
        yen.mint(address(token), 100);
        vm.prank(address(token));
        yen.approve(address(ledger), 100);
        token.mint(address(this), 100);
        token.approve(address(ledger), 100);
        bytes[3] memory calls = [
            abi.encodeCall(ledger.fund, (yenPool, 50)),
            abi.encodeCall(ledger.withdrawFor, (address(yen), creators[0])),
            abi.encodeCall(ledger.claimFixed, (yenPool, 0))
        ];
        for (uint256 i; i < calls.length; ++i) {
            token.callOnTransfer(address(ledger), calls[i]);
            vm.expectRevert();
            ledger.fund(poolId, 50);
        }
        token.callOnTransfer(address(0), "");
        ledger.fund(poolId, 50);
    }

    function test_payments_whenTheTokenCallsBack_revert() external {
        CallbackToken token = new CallbackToken();
        bytes32 poolId = _poolOf(token);
        settle(poolId, report(0, 1000, 2, 0));
        vm.prank(INTEGRATOR);
        ledger.requestRefund(poolId, 1000);
        vm.warp(START + 1 days);
        token.callOnTransfer(address(ledger), abi.encodeCall(ledger.withdrawFor, (address(yen), creators[1])));
        vm.expectRevert();
        ledger.withdrawFor(address(token), creators[0]);
        vm.expectRevert();
        vm.prank(creators[0]);
        ledger.withdraw(address(token), creators[0]);
        vm.expectRevert();
        ledger.claimFixed(poolId, 0);
        vm.expectRevert();
        vm.prank(INTEGRATOR);
        ledger.refund(poolId);
        token.callOnTransfer(address(0), "");
        ledger.withdrawFor(address(token), creators[0]);
        vm.prank(INTEGRATOR);
        ledger.refund(poolId);
    }

    function _poolOf(BareToken token) private returns (bytes32 poolId) {
        poolId = ledger.open(terms(address(token), modelId));
        token.mint(address(this), DEPOSIT);
        token.approve(address(ledger), DEPOSIT);
        ledger.fund(poolId, DEPOSIT);
    }

    /// @dev Makes `payee` earn 600 with the first work.
    function _earn(bytes32 poolId, uint256 nonce, address payee) private {
        vm.prank(creators[0]);
        works.setPayee(ids[0], payee);
        settle(poolId, report(nonce, 1000, 1, 0));
    }
}
