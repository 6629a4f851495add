// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";
import {CallbackToken, FalseToken, FeeToken} from "./mocks/Tokens.sol";

contract LedgerStakeTest is EpochFixture {
    function setUp() external {
        openPools();
        fundBoth();
    }

    function test_stake_byAnyone_keepsTheBond() external {
        provide(address(yen), BOND);
        vm.expectEmit();
        emit IRoyaltyLedger.Staked(yenPool, address(this), 0);
        ledger.stake(yenPool, BOND);
        vm.assertTrue(ledger.pool(yenPool).staked);
        vm.assertEq(yen.balanceOf(address(ledger)), DEPOSIT + BOND);
        vm.assertEq(ledger.available(yenPool), DEPOSIT);
    }

    function test_stake_creditsWhatIsAboveTheBond() external {
        provide(address(0), BOND + 5);
        vm.expectEmit();
        emit IRoyaltyLedger.Staked(ethPool, address(this), 5);
        ledger.stake{value: BOND + 5}(ethPool, BOND + 5);
        vm.assertEq(ledger.credit(address(0), address(this)), 5);
    }

    function test_stake_whenTooLittleArrives_reverts() external {
        provide(address(yen), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BondTooSmall.selector, BOND - 1));
        ledger.stake(yenPool, BOND - 1);
    }

    function test_stake_whenTheValueIsWrong_reverts() external {
        provide(address(0), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.WrongValue.selector, BOND));
        ledger.stake{value: BOND}(ethPool, BOND + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.WrongValue.selector, BOND));
        ledger.stake{value: BOND}(yenPool, BOND);
    }

    function test_stake_whenStakedAlready_reverts() external {
        stakeBond(address(yen), yenPool);
        provide(address(yen), BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.AlreadyStaked.selector, yenPool));
        ledger.stake(yenPool, BOND);
    }

    function test_stake_whenThePoolIsUnknown_reverts() external {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.stake("unknown", BOND);
    }

    function test_stake_whenTheTokenTakesAFee_countsWhatArrives() external {
        FeeToken token = new FeeToken();
        bytes32 poolId = ledger.open(terms(address(token), modelId));
        provide(address(token), 3 * BOND);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.BondTooSmall.selector, BOND - BOND / 100));
        ledger.stake(poolId, BOND);
        ledger.stake(poolId, 2 * BOND);
        uint256 excess = 2 * BOND - 2 * BOND / 100 - BOND;
        vm.assertEq(ledger.credit(address(token), address(this)), excess);
        vm.assertEq(token.balanceOf(address(ledger)), BOND + excess);
    }

    function test_stake_whenTheTokenReturnsFalse_reverts() external {
        FalseToken token = new FalseToken();
        bytes32 poolId = ledger.open(terms(address(token), modelId));
        provide(address(token), BOND);
        vm.expectRevert();
        ledger.stake(poolId, BOND);
        vm.assertFalse(ledger.pool(poolId).staked);
    }

    /// @dev Else the log would tell of a bond taken back before it was put up, and storage would say the opposite.
    function test_stake_whenTheTokenTakesItBackMeanwhile_findsNothingStaked() external {
        CallbackToken token = new CallbackToken();
        IRoyaltyLedger.PoolParams memory p = terms(address(token), modelId);
        p.operator = address(token);
        bytes32 poolId = ledger.open(p);
        provide(address(token), BOND);
        token.callOnTransfer(address(ledger), abi.encodeCall(ledger.unstake, (poolId)));
        vm.expectRevert(abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        ledger.stake(poolId, BOND);
        token.callOnTransfer(address(0), "");
        ledger.stake(poolId, BOND);
        vm.assertTrue(ledger.pool(poolId).staked);
    }

    function test_unstake_creditsTheOperator() external {
        stakeBond(address(yen), yenPool);
        vm.expectEmit();
        emit IRoyaltyLedger.Unstaked(yenPool);
        vm.prank(operator);
        ledger.unstake(yenPool);
        vm.assertFalse(ledger.pool(yenPool).staked);
        vm.assertEq(ledger.withdrawFor(address(yen), operator), BOND);
    }

    function test_unstake_whenTheCallerIsNotTheOperator_reverts() external {
        stakeBond(address(yen), yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotOperator.selector, address(this)));
        ledger.unstake(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.PoolUnknown.selector, bytes32("unknown")));
        ledger.unstake("unknown");
    }

    function test_unstake_whenNothingIsStaked_reverts() external {
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotStaked.selector, yenPool));
        ledger.unstake(yenPool);
        vm.stopPrank();
    }

    function test_unstake_whileAnEpochIsOpenToObjections_reverts() external {
        stakeBond(address(yen), yenPool);
        post(draft(yenPool, 1, 2));
        vm.warp(START + 1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochPending.selector, yenPool, START + 1 days));
        vm.prank(operator);
        ledger.unstake(yenPool);
        dispute(yenPool);
        vm.warp(START + 2 days);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.EpochPending.selector, yenPool, NEVER));
        vm.prank(operator);
        ledger.unstake(yenPool);
    }

    function test_unstake_onceTheEpochIsFinal_creditsTheOperatorOnce() external {
        stakeBond(address(yen), yenPool);
        finish(draft(yenPool, 1, 2));
        vm.startPrank(operator);
        ledger.unstake(yenPool);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotStaked.selector, yenPool));
        ledger.unstake(yenPool);
        vm.stopPrank();
        vm.assertEq(ledger.credit(address(yen), operator), BOND);
    }
}
