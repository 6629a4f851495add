// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IFraudProofs} from "./interfaces/IFraudProofs.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {EpochTrees} from "./libraries/EpochTrees.sol";
import {Shares} from "./libraries/Shares.sol";
import {SumTree} from "./libraries/SumTree.sol";
import {Pools} from "./Pools.sol";
import {Settlement} from "./Settlement.sol";

/// @notice See IRoyaltyLedger, which documents every function. Here are epochs: posting, claiming, objecting. Pools and
/// direct settlement stand in the two contracts that it is made of.
contract RoyaltyLedger is Settlement {
    uint40 private constant NEVER = type(uint40).max;

    uint256 private constant CUTOFF_AGE_MAX = 7 days;
    uint256 private constant RULING_PERIOD = 14 days;

    IFraudProofs public immutable fraudProofs;

    /// @inheritdoc IRoyaltyLedger
    mapping(bytes32 poolId => mapping(uint256 n => bytes32)) public epochHash;
    /// @inheritdoc IRoyaltyLedger
    mapping(bytes32 poolId => mapping(uint256 index => uint256)) public claimed;

    mapping(bytes32 poolId => Dispute) private _disputes;

    constructor(IWorkRegistry works_, IModelRegistry models_, IFraudProofs fraudProofs_)
        Pools(models_)
        Settlement(works_)
    {
        fraudProofs = fraudProofs_;
    }

    /// @inheritdoc IRoyaltyLedger
    function stake(bytes32 poolId, uint256 amount) external payable nonReentrant {
        Pool storage p = _opened(poolId);
        // The money first: a token that calls back must find, and log, nothing that is not so yet.
        uint256 excess = _pullBond(p, amount);
        if (p.staked) revert AlreadyStaked(poolId);
        p.staked = true;
        emit Staked(poolId, msg.sender, excess);
    }

    /// @inheritdoc IRoyaltyLedger
    function unstake(bytes32 poolId) external {
        Pool storage p = _operated(poolId);
        if (!p.staked) revert NotStaked(poolId);
        if (block.timestamp < p.validAt) revert EpochPending(poolId, p.validAt);
        p.staked = false;
        credit[p.token][msg.sender] += p.bond;
        emit Unstaked(poolId);
    }

    /// @inheritdoc IRoyaltyLedger
    function post(
        bytes32 poolId,
        uint256 n,
        bytes32 payouts,
        bytes32 reports,
        bytes32 credits,
        uint96 revenue,
        uint40 cutoff,
        bytes32 data
    ) external {
        Pool storage p = _operated(poolId);
        if (!p.staked) revert NotStaked(poolId);
        (uint256 pausedUntil, uint256 creatorBps, uint256 left) = (p.pausedUntil, p.creatorBps, p.ceiling - p.direct);
        _requireRunning(poolId, pausedUntil);
        uint256 before = _requireNext(poolId, p, n);
        if (revenue == 0) revert ZeroValue();
        if (cutoff >= block.timestamp || cutoff + CUTOFF_AGE_MAX < block.timestamp) revert BadCutoff(cutoff);
        if (revenue > left) revert InsufficientDeposit(left, revenue);

        p.ceiling -= revenue;
        _writeEpoch(p, before, revenue, block.timestamp + p.window, n);
        uint128 payoutSum = uint128((before + revenue) * creatorBps / Shares.BPS);
        Epoch memory epoch = Epoch(payouts, payoutSum, reports, credits, uint128(before), revenue, cutoff, data);
        epochHash[poolId][n] = EpochTrees.hashOf(epoch);
        emit EpochPosted(poolId, n, epoch);
    }

    /// @inheritdoc IRoyaltyLedger
    function claim(Claim calldata what) external nonReentrant returns (uint256 amount) {
        amount = _claim(what, what.payee);
        if (amount == 0) revert NothingToPay();
    }

    /// @inheritdoc IRoyaltyLedger
    function claimTo(Claim calldata what, address to) external nonReentrant returns (uint256 amount) {
        if (msg.sender != what.payee) revert NotPayee(msg.sender);
        if (to == address(0)) revert ZeroValue();
        amount = _claim(what, to);
        if (amount == 0) revert NothingToPay();
    }

    /// @inheritdoc IRoyaltyLedger
    function claimMany(Claim[] calldata what) external nonReentrant {
        for (uint256 i; i < what.length; ++i) {
            _claim(what[i], what[i].payee);
        }
    }

    /// @inheritdoc IRoyaltyLedger
    function challenge(
        PoolParams calldata params,
        Epoch calldata epoch,
        Epoch calldata previous,
        IFraudProofs.Fraud fraud,
        bytes calldata evidence
    ) external {
        bytes32 poolId = poolIdOf(params);
        Pool storage p = _opened(poolId);
        uint256 n = _requirePending(poolId, p);
        if (epochHash[poolId][n] != EpochTrees.hashOf(epoch)) revert EpochUnknown(poolId, n);
        // The first epoch has none before it, whatever the caller says: the number tells.
        if (n > 1 && epochHash[poolId][n - 1] != EpochTrees.hashOf(previous)) revert EpochUnknown(poolId, n - 1);
        fraudProofs.prove(
            IFraudProofs.Case(this, _domainSeparator(), poolId, n, params, epoch, previous), fraud, evidence
        );
        emit EpochChallenged(poolId, n, msg.sender, fraud);
        // A dispute that ran beside it is over: its bond goes back.
        if (p.validAt == NEVER) _endDispute(poolId, p, _disputes[poolId].by, p.bond);
        p.staked = false;
        credit[p.token][msg.sender] += p.bond / 2;
        credit[p.token][p.payTo[COMMONS]] += p.bond - p.bond / 2;
        _void(poolId, p);
    }

    /// @inheritdoc IRoyaltyLedger
    function dispute(bytes32 poolId, uint256 amount, bytes32 reason) external payable nonReentrant {
        Pool storage p = _opened(poolId);
        // The money first, as in `stake`.
        uint256 excess = _pullBond(p, amount);
        uint256 n = _requirePending(poolId, p);
        if (p.validAt == NEVER) revert AlreadyDisputed(poolId);
        uint40 ruleBy = uint40(block.timestamp + RULING_PERIOD);
        _disputes[poolId] = Dispute(msg.sender, p.validAt, ruleBy);
        p.validAt = NEVER;
        emit Disputed(poolId, n, msg.sender, reason, ruleBy, excess);
    }

    /// @inheritdoc IRoyaltyLedger
    function rule(bytes32 poolId, bool valid) external {
        Pool storage p = _opened(poolId);
        if (msg.sender != p.arbiter) revert NotArbiter(msg.sender);
        Dispute memory d = _disputed(poolId, p);
        if (block.timestamp > d.ruleBy) revert RulingOver(d.ruleBy);
        emit Ruled(poolId, p.epoch, valid);
        if (valid) {
            _endDispute(poolId, p, p.operator, p.bond);
            p.validAt = uint40(FixedPointMathLib.max(d.validAt, block.timestamp));
        } else {
            _endDispute(poolId, p, d.by, 2 * uint256(p.bond));
            p.staked = false;
            _void(poolId, p);
        }
    }

    /// @inheritdoc IRoyaltyLedger
    function lapse(bytes32 poolId) external {
        Pool storage p = _opened(poolId);
        Dispute memory d = _disputed(poolId, p);
        if (block.timestamp <= d.ruleBy) revert RulingAwaited(d.ruleBy);
        emit Lapsed(poolId, p.epoch);
        _endDispute(poolId, p, d.by, p.bond);
        _void(poolId, p);
    }

    /// @inheritdoc IRoyaltyLedger
    function disputeOf(bytes32 poolId) external view returns (Dispute memory) {
        return _disputes[poolId];
    }

    /// @return excess What arrived above the bond, credited to the sender: a token may keep a fee, so nobody can hit the bond exactly.
    function _pullBond(Pool storage p, uint256 amount) private returns (uint256 excess) {
        (address token, uint256 bond) = (p.token, p.bond);
        uint256 received = _pull(token, amount);
        if (received < bond) revert BondTooSmall(received);
        excess = received - bond;
        credit[token][msg.sender] += excess;
    }

    /// @dev The siblings lead to the root and the sum of the payouts, which together with the rest must be what was posted.
    function _claim(Claim calldata what, address to) private returns (uint256 amount) {
        (bytes32 poolId, uint256 n, uint256 index) = (what.poolId, what.n, what.index);
        Pool storage p = _pools[poolId];
        (uint256 validAt, uint256 newest) = (p.validAt, p.epoch);
        if (n == newest && block.timestamp < validAt) revert EpochPending(poolId, validAt);
        (address payee, uint128 total) = (what.payee, what.amount);
        bytes32 leaf = SumTree.leafHash(keccak256(abi.encode(payee, total)));
        (bytes32 payouts, uint256 sum,) = SumTree.climb(what.count, leaf, total, index, what.proof);
        // An unknown pool has no epochs either.
        if (epochHash[poolId][n] != keccak256(abi.encode(payouts, sum, what.restHash))) revert EpochUnknown(poolId, n);
        uint256 before = claimed[poolId][index];
        if (total <= before) return 0;
        amount = total - before;
        claimed[poolId][index] = total;
        // One root cannot promise more than its sum. Roots that contradict each other, and were not challenged, could. The
        // sum of any final epoch is at most the creators' part of all, and saves reading that.
        address token = p.token;
        uint256 paidOut = p.paidOut + amount;
        if (paidOut > sum && paidOut > finalRevenue(poolId) * p.creatorBps / Shares.BPS) revert PaidOut(poolId);
        _writePaidOut(p, token, paidOut);
        emit Claimed(poolId, index, payee, to, n, total, amount);
        _push(token, to, amount);
    }

    /// @dev Pays `amount` of the bonds to the winner of a dispute.
    function _endDispute(bytes32 poolId, Pool storage p, address to, uint256 amount) private {
        delete _disputes[poolId];
        credit[p.token][to] += amount;
    }

    /// @dev What it reported can be spent again, and its number posted again.
    function _void(bytes32 poolId, Pool storage p) private {
        uint96 revenue = p.pending;
        uint24 n = p.epoch;
        delete epochHash[poolId][n];
        p.ceiling += revenue;
        _writeEpoch(p, p.reported, 0, 0, n - 1);
        emit EpochVoided(poolId, n, revenue);
        // Its receipts are still to be paid.
        _postponeRefund(poolId, p, _noticeEnd(p));
    }

    /// @dev Writes `paidOut` beside the token, the second word of a pool, which is as it was.
    function _writePaidOut(Pool storage p, address token, uint256 paidOut) private {
        assembly ("memory-safe") {
            sstore(add(p.slot, 1), or(shl(160, paidOut), token))
        }
    }

    /// @dev Writes `reported`, `pending`, `validAt` and `epoch`, the fourth word of a pool, at once.
    function _writeEpoch(Pool storage p, uint256 reported, uint256 pending, uint256 validAt, uint256 n) private {
        assembly ("memory-safe") {
            sstore(add(p.slot, 3), or(or(reported, shl(96, pending)), or(shl(192, validAt), shl(232, n))))
        }
    }

    function _operated(bytes32 poolId) private view returns (Pool storage p) {
        p = _pools[poolId];
        address operator = p.operator;
        if (operator == address(0)) revert PoolUnknown(poolId);
        if (msg.sender != operator) revert NotOperator(msg.sender);
    }

    /// @return before What all epochs before `n`, which is the next, have reported.
    function _requireNext(bytes32 poolId, Pool storage p, uint256 n) private view returns (uint256 before) {
        (uint256 validAt, uint256 newest) = (p.validAt, p.epoch);
        before = uint256(p.reported) + p.pending;
        if (block.timestamp < validAt) revert EpochPending(poolId, validAt);
        if (n != newest + 1) revert EpochOutOfOrder(n);
    }

    /// @return n The newest epoch, which is not final.
    function _requirePending(bytes32 poolId, Pool storage p) private view returns (uint256 n) {
        n = p.epoch;
        if (block.timestamp >= p.validAt) revert EpochFinal(poolId, n);
    }

    function _disputed(bytes32 poolId, Pool storage p) private view returns (Dispute memory) {
        if (p.validAt != NEVER) revert NotDisputed(poolId);
        return _disputes[poolId];
    }
}
