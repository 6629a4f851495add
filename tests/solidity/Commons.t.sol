// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICommons} from "../../contracts/interfaces/ICommons.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {deploy} from "./Product.sol";
import {vm} from "./Vm.sol";
import {BareToken, FeeToken, NoReturnToken} from "./mocks/Tokens.sol";

contract CommonsTest is LedgerFixture {
    function setUp() external {
        openPools();
    }

    function test_constructor_opensAPoolThatIsAllForCreators() external {
        ICommons commons = _commons(address(yen));
        IRoyaltyLedger.Pool memory p = ledger.pool(commons.basePool());
        vm.assertEq(p.creatorBps, 10_000);
        vm.assertEq(p.integrator, address(commons));
        vm.assertEq(p.payTo[3], address(commons));
        vm.assertEq(p.operator, operator);
        vm.assertEq(address(commons.ledger()), address(ledger));
    }

    function test_constructor_whenTheTermsNameWhatIsNotTheirs_reverts() external {
        for (uint256 i; i < 5; ++i) {
            IRoyaltyLedger.PoolParams memory t = _baseTerms(address(yen));
            if (i == 0) t.integrator = INTEGRATOR;
            if (i == 1) t.commons = COMMONS;
            if (i == 2) t.creatorBps = 1;
            if (i == 3) t.developerBps = 1;
            if (i == 4) t.computeBps = 1;
            vm.expectRevert(abi.encodeWithSelector(ICommons.TermsNotOurs.selector));
            deploy("Commons", abi.encode(ledger, t));
        }
    }

    function test_forward_putsEverythingIntoTheBasePool() external {
        ICommons commons = _commons(address(yen));
        bytes32 pool = _poolFeeding(commons, address(yen));
        fundYen(pool, DEPOSIT);
        settle(pool, report(0, 1_000_000, 2, 400_000));
        ledger.claimFixed(pool, 3);
        vm.prank(STRANGER);
        vm.assertEq(commons.forward(), 240_000);
        vm.assertEq(ledger.available(commons.basePool()), 240_000);
        vm.assertEq(yen.balanceOf(address(commons)), 0);
    }

    function test_forward_takesEth() external {
        ICommons commons = _commons(address(0));
        vm.deal(address(this), 7);
        (bool sent,) = address(commons).call{value: 7}("");
        vm.assertTrue(sent);
        vm.assertEq(commons.forward(), 7);
        vm.assertEq(ledger.available(commons.basePool()), 7);
    }

    function test_forward_takesTokensThatKeepAFeeOrAnswerNothing() external {
        vm.assertEq(_forwarded(new FeeToken()), 99_000);
        vm.assertEq(_forwarded(new NoReturnToken()), 100_000);
    }

    function test_forward_whenNothingIsThere_reverts() external {
        ICommons commons = _commons(address(yen));
        vm.expectRevert(abi.encodeWithSelector(ICommons.NothingToForward.selector));
        commons.forward();
    }

    function test_forward_whileTheBasePoolIsPaused_losesNothing() external {
        ICommons commons = _commons(address(yen));
        yen.mint(address(commons), 5);
        bytes32 base = commons.basePool();
        vm.prank(GUARDIAN);
        ledger.pause(base);
        vm.expectRevert();
        commons.forward();
        vm.prank(GUARDIAN);
        ledger.resume(base);
        vm.assertEq(commons.forward(), 5);
    }

    function testFuzz_forward_hasNoWayBack(uint96 amount, address who) external {
        vm.assume(amount != 0);
        ICommons commons = _commons(address(yen));
        vm.assume(who != address(commons));
        yen.mint(address(commons), amount);
        commons.forward();
        bytes32 base = commons.basePool();
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyLedger.NotIntegrator.selector, who));
        vm.prank(who);
        ledger.requestRefund(base, amount);
    }

    function _forwarded(BareToken token) private returns (uint256) {
        ICommons commons = _commons(address(token));
        token.mint(address(commons), 100_000);
        return commons.forward();
    }

    function _poolFeeding(ICommons commons, address token) private returns (bytes32) {
        IRoyaltyLedger.PoolParams memory t = terms(token, modelId);
        t.commons = address(commons);
        return ledger.open(t);
    }

    function _commons(address token) private returns (ICommons) {
        return ICommons(deploy("Commons", abi.encode(ledger, _baseTerms(token))));
    }

    function _baseTerms(address token) private view returns (IRoyaltyLedger.PoolParams memory t) {
        t = terms(token, modelId);
        (t.integrator, t.commons) = (address(0), address(0));
        (t.creatorBps, t.developerBps, t.computeBps) = (0, 0, 0);
    }
}
