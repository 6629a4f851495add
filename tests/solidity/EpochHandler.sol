// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochFixture} from "./EpochFixture.sol";
import {vm} from "./Vm.sol";
import {StubbornPayee} from "./mocks/Payees.sol";
import {FeeToken, NoReturnToken, TurningToken} from "./mocks/Tokens.sol";

/// @dev Pools in five kinds of money, what may be done with their epochs, honest or not, and a count of its own. Whatever
/// happens in one pool must leave the others as they were.
contract EpochHandler is EpochFixture {
    uint256 public constant POOLS = 5;
    uint256 public constant PAYEES = 5;
    uint256 private constant TURNING = 4;

    bytes32[POOLS] public pools;
    address[POOLS] public tokens;
    uint256[POOLS] public funded;
    uint256[POOLS] public refunded;
    uint256[POOLS] public credited;
    uint256[POOLS] public fixedPaid;
    uint256[POOLS] public claimsPaid;
    uint256[POOLS] public postedAt;
    /// @dev Whether roots that contradict each other may have become final.
    bool[POOLS] public crooked;
    uint256[PAYEES][POOLS] public claimedOf;
    StubbornPayee public stubborn;
    uint256 internal _nonce;
    mapping(uint256 i => mapping(uint256 n => Draft)) internal _drafts;
    mapping(uint256 i => Draft) internal _void;

    constructor() {
        openPools();
        stubborn = new StubbornPayee(ledger);
        tokens = [address(0), address(yen), address(new FeeToken()), address(new NoReturnToken()), address(new TurningToken())];
        for (uint256 i; i < POOLS; ++i) {
            pools[i] = ledger.open(paramsOf(i));
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

    function paramsOf(uint256 i) public view returns (IRoyaltyLedger.PoolParams memory p) {
        p = terms(tokens[i], modelId);
        (p.creatorBps, p.developerBps, p.computeBps) = (uint16(9999 - 1777 * i), 1, uint16(300 * i));
        (p.window, p.bond) = (1 hours, uint96(1001 + i));
    }

    function theLedger() external view returns (IRoyaltyLedger) {
        return ledger;
    }

    function turn() external {
        TurningToken(tokens[TURNING]).turn();
    }

    function wait_(uint256 time) external {
        vm.warp(block.timestamp + time % 6 days);
    }

    function waitOutTheWindow() external {
        vm.warp(block.timestamp + 1 hours);
    }

    function fund(uint256 seed, uint64 amount) external leavesOthersAlone(seed) {
        (uint256 i, uint256 sent) = (seed % POOLS, uint256(amount) + 100);
        if (_isPaused(i) || _isTurned(i)) return;
        provide(tokens[i], sent);
        funded[i] += ledger.fund{value: tokens[i] == address(0) ? sent : 0}(pools[i], sent);
    }

    function settle(uint256 seed, uint64 amount, uint8 count) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 most = ledger.available(pools[i]);
        if (most == 0 || _isPaused(i)) return;
        uint256 before = totalCredit(tokens[i]);
        settle(pools[i], report(_nonce++, uint128(amount % most + 1), count % 13, seed % 900_000));
        credited[i] += totalCredit(tokens[i]) - before;
    }

    function stake(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        if (ledger.pool(pools[i]).staked || _isTurned(i)) return;
        uint256 sent = 2 * uint256(paramsOf(i).bond);
        provide(tokens[i], sent);
        ledger.stake{value: tokens[i] == address(0) ? sent : 0}(pools[i], sent);
    }

    function unstake(uint256 seed) external leavesOthersAlone(seed) {
        bytes32 pool = pools[seed % POOLS];
        IRoyaltyLedger.Pool memory p = ledger.pool(pool);
        if (!p.staked || block.timestamp < p.validAt) return;
        vm.prank(operator);
        ledger.unstake(pool);
    }

    /// @dev One epoch in four takes from the first creator what it had, and gives it to the second.
    function post(uint256 seed, uint64 amount, uint32[4] calldata parts) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        IRoyaltyLedger.Pool memory p = ledger.pool(pools[i]);
        uint256 most = p.ceiling - p.direct;
        if (!p.staked || block.timestamp < p.validAt || most == 0 || _isPaused(i)) return;
        bool honest = seed / POOLS % 4 != 0;
        uint96 revenue = uint96(seed % 2 == 0 ? most : amount % most + 1);
        Draft memory d = _draftOf(i, revenue, parts, honest);
        vm.prank(operator);
        postAs(d);
        postedAt[i] = block.timestamp;
        if (!honest) crooked[i] = true;
        _drafts[i][d.n] = d;
    }

    function requestRefund(uint256 seed, uint64 amount) external leavesOthersAlone(seed) {
        vm.prank(INTEGRATOR);
        ledger.requestRefund(pools[seed % POOLS], amount);
    }

    function refund(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        IRoyaltyLedger.Pool memory p = ledger.pool(pools[i]);
        if (block.timestamp < p.refundableAt || p.refundRequested == 0 || p.ceiling == p.direct) return;
        if (_isTurned(i)) return;
        vm.prank(INTEGRATOR);
        refunded[i] += ledger.refund(pools[i]);
    }

    function pause(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 until = ledger.pool(pools[i]).pausedUntil;
        if (until != 0 && block.timestamp / 1 days < until + 14) return;
        vm.prank(GUARDIAN);
        ledger.pause(pools[i]);
    }

    function resume(uint256 seed) external leavesOthersAlone(seed) {
        vm.prank(GUARDIAN);
        ledger.resume(pools[seed % POOLS]);
    }

    function totalCredit(address token) public view returns (uint256 total) {
        address[5] memory others = [operator, COMMONS, STRANGER, address(this), address(stubborn)];
        for (uint256 k; k < others.length; ++k) {
            total += ledger.credit(token, others[k]);
        }
        for (uint256 k; k < creators.length; ++k) {
            total += ledger.credit(token, creators[k]);
        }
    }

    /// @dev What a creator earns only grows, from the totals of the epoch before; the fifth payee asks again while being paid.
    function _draftOf(uint256 i, uint96 revenue, uint32[4] calldata parts, bool honest)
        private
        view
        returns (Draft memory d)
    {
        IRoyaltyLedger.Pool memory p = ledger.pool(pools[i]);
        uint256 bps = p.creatorBps;
        uint256 before = uint256(p.reported) + p.pending;
        uint256 part = (before + revenue) * bps / 10_000 - before * bps / 10_000;
        uint128[] memory earned = new uint128[](parts[0] % 3 == 0 ? creators.length : 4);
        Draft memory last = _drafts[i][p.epoch];
        for (uint256 k; k < 4; ++k) {
            earned[k] = uint128(part * (parts[k] % 250_001) / 1_000_000);
            if (p.epoch != 0) earned[k] += last.amounts[k + 1];
        }
        if (!honest) (earned[0], earned[1]) = (0, earned[0] + earned[1]);
        d = draft(pools[i], revenue, earned);
        d.payees[4] = address(stubborn);
        seal(d);
    }

    function _isPaused(uint256 i) internal view returns (bool) {
        return block.timestamp / 1 days < ledger.pool(pools[i]).pausedUntil;
    }

    function _isTurned(uint256 i) internal view returns (bool) {
        return i == TURNING && TurningToken(tokens[i]).turned();
    }

    function _stateOf(uint256 i) private view returns (bytes32) {
        bytes32 state = keccak256(abi.encode(ledger.pool(pools[i]), ledger.disputeOf(pools[i])));
        for (uint8 k; k < 4; ++k) {
            state = keccak256(abi.encode(state, ledger.fixedClaimable(pools[i], k), ledger.claimed(pools[i], k)));
        }
        return state;
    }
}
