// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {vm} from "./Vm.sol";
import {BareToken, FeeToken, NoReturnToken} from "./mocks/Tokens.sol";

/// @dev Does anything anyone may do, in an order that the test machine picks, and keeps count by itself. Whatever
/// happens in one pool must leave the others as they were, and no report may settle a second time.
contract LedgerHandler is LedgerFixture {
    uint256 public constant POOLS = 4;

    bytes32[POOLS] public pools;
    address[POOLS] public tokens;
    uint256[POOLS] public funded;
    uint256[POOLS] public refunded;
    uint256[POOLS] public revenue;
    uint256[POOLS] public credited;
    uint256[POOLS] public fixedPaid;
    uint256 public settled;
    uint256 private _nonce;
    IRoyaltyLedger.Report[] private _done;

    constructor() {
        openPools();
        tokens = [address(0), address(yen), address(new FeeToken()), address(new NoReturnToken())];
        for (uint256 i; i < POOLS; ++i) {
            IRoyaltyLedger.PoolParams memory p = terms(tokens[i], modelId);
            (p.creatorBps, p.developerBps, p.computeBps) = (uint16(2963 * i), uint16(7), uint16(1103));
            p.window = 1 hours;
            pools[i] = ledger.open(p);
        }
    }

    modifier leavesOthersAlone(uint256 seed) {
        bytes32[POOLS] memory before;
        for (uint256 i; i < POOLS; ++i) {
            before[i] = _stateOf(i);
        }
        _;
        for (uint256 i; i < POOLS; ++i) {
            if (i != seed % POOLS) vm.assertEq(_stateOf(i), before[i]);
        }
    }

    function fund(uint256 seed, uint64 amount) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 sent = uint256(amount) + 100;
        if (tokens[i] == address(0)) {
            vm.deal(address(this), sent);
            funded[i] += ledger.fund{value: sent}(pools[i], sent);
            return;
        }
        BareToken(tokens[i]).mint(address(this), sent);
        BareToken(tokens[i]).approve(address(ledger), sent);
        funded[i] += ledger.fund(pools[i], sent);
    }

    function settle(uint256 seed, uint64 amount, uint8 count, uint32 unattributed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 most = ledger.available(pools[i]);
        if (most == 0) return;
        // Half of the reports take all there is, so that the edge is met often.
        uint128 earned = uint128(seed % 2 == 0 ? most : amount % most + 1);
        IRoyaltyLedger.Report memory r = report(_nonce++, earned, count % 13, unattributed % 900_000);
        uint256 before = totalCredit(tokens[i]);
        settle(pools[i], r);
        credited[i] += totalCredit(tokens[i]) - before;
        revenue[i] += earned;
        ++settled;
        _refuseAgain(pools[i], r);
    }

    function settleBeyondTheDeposit(uint256 seed, uint64 extra) external leavesOthersAlone(seed) {
        bytes32 pool = pools[seed % POOLS];
        IRoyaltyLedger.Report memory r = report(_nonce, uint128(ledger.available(pool) + extra + 1), 3, 0);
        bytes memory sig = signReport(OPERATOR_KEY, pool, r);
        try ledger.settle(pool, r, sig) {
            revert("settled money that is not there");
        } catch {}
    }

    function claimFixed(uint256 seed, uint8 role) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        role %= 4;
        if (ledger.fixedClaimable(pools[i], role) == 0) return;
        fixedPaid[i] += ledger.claimFixed(pools[i], role);
    }

    function withdrawFor(uint256 seed, uint8 who) external leavesOthersAlone(seed) {
        address token = tokens[seed % POOLS];
        address payee = _payee(who);
        if (ledger.credit(token, payee) != 0) ledger.withdrawFor(token, payee);
    }

    function setPayee(uint8 index, uint8 who) external {
        uint256 i = index % ids.length;
        if (works.payeeOf(ids[i]) == _payee(who)) return;
        vm.prank(creators[i]);
        works.setPayee(ids[i], _payee(who));
    }

    function requestRefund(uint256 seed, uint64 amount) external leavesOthersAlone(seed) {
        vm.prank(INTEGRATOR);
        ledger.requestRefund(pools[seed % POOLS], amount);
    }

    function refund(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        IRoyaltyLedger.Pool memory p = ledger.pool(pools[i]);
        if (block.timestamp < p.refundableAt || p.refundRequested == 0 || p.ceiling == p.direct) return;
        vm.prank(INTEGRATOR);
        refunded[i] += ledger.refund(pools[i]);
    }

    function wait_(uint16 time) external {
        vm.warp(block.timestamp + time);
    }

    function theLedger() external view returns (IRoyaltyLedger) {
        return ledger;
    }

    function totalCredit(address token) public view returns (uint256 total) {
        for (uint8 who; who < 16; ++who) {
            total += ledger.credit(token, _payee(who));
        }
    }

    function _refuseAgain(bytes32 pool, IRoyaltyLedger.Report memory r) private {
        bytes memory sig = signReport(OPERATOR_KEY, pool, r);
        try ledger.settle(pool, r, sig) {
            revert("settled twice");
        } catch {}
        vm.assertTrue(ledger.nonceUsed(pool, r.nonce));
    }

    /// @dev The twelve creators and four others.
    function _payee(uint8 who) private view returns (address) {
        who %= 16;
        return who < 12 ? creators[who] : address(uint160(0xB000 + who));
    }

    function _stateOf(uint256 i) private view returns (bytes32) {
        return keccak256(abi.encode(ledger.pool(pools[i])));
    }
}

contract LedgerInvariantsTest {
    LedgerHandler private handler;
    IRoyaltyLedger private ledger;

    function setUp() external {
        handler = new LedgerHandler();
        ledger = handler.theLedger();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev All on one walk: each alone would be tried on the same walks again.
    function invariant_all() external view {
        _holdsWhatItOwes();
        _settlesWithinTheDeposit();
        _paysWithinTheDeposit();
        _dividesAllRevenue();
    }

    /// @dev 1. What the ledger holds is what it owes, to the unit.
    function _holdsWhatItOwes() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            address token = handler.tokens(i);
            uint256 held = token == address(0) ? address(ledger).balance : IERC20(token).balanceOf(address(ledger));
            uint256 owed = ledger.available(handler.pools(i)) + _fixedClaimable(i) + handler.totalCredit(token);
            vm.assertEq(held, owed, "held differs from owed");
        }
    }

    /// @dev 2. No pool settles more than was deposited.
    function _settlesWithinTheDeposit() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            IRoyaltyLedger.Pool memory p = ledger.pool(handler.pools(i));
            vm.assertLe(p.direct, p.ceiling, "settled more than deposited");
            vm.assertEq(p.direct, handler.revenue(i), "settled other than reported");
            vm.assertEq(p.ceiling, handler.funded(i) - handler.refunded(i), "deposit is off");
        }
    }

    /// @dev 3. No pool pays out more than came in.
    function _paysWithinTheDeposit() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            uint256 paid = handler.credited(i) + handler.fixedPaid(i) + handler.refunded(i);
            vm.assertLe(paid, handler.funded(i), "paid more than came in");
        }
    }

    /// @dev 7. Creators, roles and the unattributed part make up the revenue, to the unit.
    function _dividesAllRevenue() private view {
        for (uint256 i; i < handler.POOLS(); ++i) {
            uint256 given = handler.credited(i) + handler.fixedPaid(i) + _fixedClaimable(i);
            vm.assertEq(given, handler.revenue(i), "division leaves a rest");
        }
    }

    function _fixedClaimable(uint256 i) private view returns (uint256 total) {
        for (uint8 role; role < 4; ++role) {
            total += ledger.fixedClaimable(handler.pools(i), role);
        }
    }
}
