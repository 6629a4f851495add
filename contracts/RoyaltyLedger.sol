// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "solady/src/utils/EIP712.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBitmap} from "solady/src/utils/LibBitmap.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";
import {IFraudProofs} from "./interfaces/IFraudProofs.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {EpochTrees} from "./libraries/EpochTrees.sol";
import {Payees} from "./libraries/Payees.sol";
import {ReportLib} from "./libraries/ReportLib.sol";
import {Shares} from "./libraries/Shares.sol";
import {Signature} from "./libraries/Signature.sol";
import {SumTree} from "./libraries/SumTree.sol";

/// @notice See IRoyaltyLedger, which documents every function.
contract RoyaltyLedger is IRoyaltyLedger, EIP712, ReentrancyGuardTransient {
    using LibBitmap for LibBitmap.Bitmap;

    /// @dev What settling reads and changes of a pool, held in memory so that a batch writes it once.
    struct Meter {
        bytes32 poolId;
        address operator;
        address token;
        uint256 creatorBps;
        uint256 ceiling;
        uint256 direct;
        uint256 unattributed;
    }

    address private constant ETH = address(0);
    uint8 private constant COMMONS = 3;
    uint256 private constant NONCE_EPOCH_SHIFT = 32;
    uint40 private constant NEVER = type(uint40).max;

    uint256 private constant WINDOW_MIN = 1 hours;
    uint256 private constant CUTOFF_AGE_MAX = 7 days;
    uint256 private constant CHEQUE_PERIOD = 30 days;
    uint256 private constant RULING_PERIOD = 14 days;
    uint256 private constant PAUSE_DAYS = 14;

    IWorkRegistry public immutable works;
    IModelRegistry public immutable models;
    IFraudProofs public immutable fraudProofs;

    /// @inheritdoc IRoyaltyLedger
    mapping(address token => mapping(address who => uint256)) public credit;
    /// @inheritdoc IRoyaltyLedger
    mapping(bytes32 poolId => mapping(uint256 n => bytes32)) public epochHash;
    /// @inheritdoc IRoyaltyLedger
    mapping(bytes32 poolId => mapping(uint256 index => uint256)) public claimed;

    mapping(bytes32 poolId => Pool) private _pools;
    mapping(bytes32 poolId => LibBitmap.Bitmap) private _usedNonces;
    mapping(bytes32 poolId => Dispute) private _disputes;

    constructor(IWorkRegistry works_, IModelRegistry models_, IFraudProofs fraudProofs_) {
        works = works_;
        models = models_;
        fraudProofs = fraudProofs_;
    }

    /* POOLS */

    /// @inheritdoc IRoyaltyLedger
    function open(PoolParams calldata params) external returns (bytes32 poolId) {
        poolId = poolIdOf(params);
        if (_pools[poolId].operator != address(0)) revert AlreadyOpen(poolId);
        if (
            params.integrator == address(0) || params.operator == address(0) || params.arbiter == address(0)
                || params.developer == address(0) || params.compute == address(0) || params.treasury == address(0)
                || params.commons == address(0) || params.bond == 0
        ) revert ZeroValue();
        uint256 bps = uint256(params.creatorBps) + params.developerBps + params.computeBps;
        if (bps > Shares.BPS) revert SharesTooHigh(bps);
        if (params.window < WINDOW_MIN) revert WindowTooShort(params.window);
        if (params.token != ETH && params.token.code.length == 0) revert NotAToken(params.token);
        if (models.model(params.modelId).registeredAt == 0) revert ModelUnknown(params.modelId);

        Pool storage p = _pools[poolId];
        p.operator = params.operator;
        p.creatorBps = params.creatorBps;
        p.developerBps = params.developerBps;
        p.computeBps = params.computeBps;
        p.window = params.window;
        p.bond = params.bond;
        p.token = params.token;
        p.integrator = params.integrator;
        p.arbiter = params.arbiter;
        p.guardian = params.guardian;
        p.payTo = [params.developer, params.compute, params.treasury, params.commons];
        emit PoolOpened(poolId, params);
    }

    /// @inheritdoc IRoyaltyLedger
    function fund(bytes32 poolId, uint256 amount) external payable nonReentrant returns (uint256 received) {
        Pool storage p = _opened(poolId);
        _requireRunning(poolId, p.pausedUntil);
        received = _pull(p.token, amount);
        if (received == 0) revert ZeroValue();
        uint256 ceiling = p.ceiling + received;
        if (ceiling + p.reported + p.pending > type(uint96).max) revert PoolFull(poolId);
        p.ceiling = uint96(ceiling);
        emit Funded(poolId, msg.sender, received);
    }

    /// @inheritdoc IRoyaltyLedger
    function requestRefund(bytes32 poolId, uint96 amount) external {
        Pool storage p = _opened(poolId);
        if (msg.sender != p.integrator) revert NotIntegrator(msg.sender);
        p.refundRequested = amount;
        p.refundableAt = _noticeEnd(p);
        emit RefundRequested(poolId, amount, p.refundableAt);
    }

    /// @inheritdoc IRoyaltyLedger
    function refund(bytes32 poolId) external nonReentrant returns (uint256 amount) {
        Pool storage p = _opened(poolId);
        if (msg.sender != p.integrator) revert NotIntegrator(msg.sender);
        if (block.timestamp < p.refundableAt) revert RefundNotReady(p.refundableAt);
        amount = FixedPointMathLib.min(p.refundRequested, available(poolId));
        if (amount == 0) revert NothingToPay();
        p.refundRequested = 0;
        p.ceiling -= uint96(amount);
        emit Refunded(poolId, amount);
        _push(p.token, msg.sender, amount);
    }

    /// @inheritdoc IRoyaltyLedger
    function pause(bytes32 poolId) external {
        Pool storage p = _opened(poolId);
        if (msg.sender != p.guardian) revert NotGuardian(msg.sender);
        uint256 untilDay = block.timestamp / 1 days + PAUSE_DAYS;
        if (p.pausedUntil != 0 && untilDay < p.pausedUntil + 2 * PAUSE_DAYS) revert PausedLately(p.pausedUntil);
        p.pausedUntil = uint16(untilDay);
        emit Paused(poolId, untilDay);
        // Receipts cannot be paid meanwhile, so a notice that runs stands still. One that is over stays so, or pauses could keep the deposit.
        if (block.timestamp < p.refundableAt) _postponeRefund(poolId, p, p.refundableAt + uint40(PAUSE_DAYS * 1 days));
    }

    /// @inheritdoc IRoyaltyLedger
    function resume(bytes32 poolId) external {
        Pool storage p = _opened(poolId);
        if (msg.sender != p.guardian) revert NotGuardian(msg.sender);
        uint256 today = block.timestamp / 1 days;
        if (p.pausedUntil > today) p.pausedUntil = uint16(today);
        emit Paused(poolId, p.pausedUntil);
    }

    /* DIRECT SETTLEMENT */

    /// @inheritdoc IRoyaltyLedger
    function settle(bytes32 poolId, Report calldata report, bytes calldata sig) external {
        Pool storage p = _pools[poolId];
        Meter memory meter = _read(poolId, p);
        bytes32[] calldata workIds = report.workIds;
        _checkOperator(meter.operator, ReportLib.structHash(poolId, report, workIds), sig);
        _divide(meter, report, workIds);
        _write(p, meter);
    }

    /// @inheritdoc IRoyaltyLedger
    function settleMany(bytes32 poolId, Report[] calldata reports, bytes calldata sig) external {
        Pool storage p = _pools[poolId];
        Meter memory meter = _read(poolId, p);
        _checkOperator(meter.operator, ReportLib.structHash(poolId, reports), sig);
        for (uint256 i; i < reports.length; ++i) {
            _divide(meter, reports[i], reports[i].workIds);
        }
        _write(p, meter);
    }

    /// @inheritdoc IRoyaltyLedger
    function claimFixed(bytes32 poolId, uint8 role) external nonReentrant returns (uint256 amount) {
        Pool storage p = _opened(poolId);
        amount = fixedClaimable(poolId, role);
        if (amount == 0) revert NothingToPay();
        p.paid[role] += uint96(amount);
        address to = p.payTo[role];
        emit FixedClaimed(poolId, role, to, amount);
        _push(p.token, to, amount);
    }

    /// @inheritdoc IRoyaltyLedger
    function withdraw(address token, address to) external nonReentrant returns (uint256) {
        return _withdraw(token, msg.sender, to);
    }

    /// @inheritdoc IRoyaltyLedger
    function withdrawFor(address token, address payee) external nonReentrant returns (uint256) {
        return _withdraw(token, payee, payee);
    }

    /* EPOCHS */

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

    /* VIEWS */

    /// @inheritdoc IRoyaltyLedger
    function poolIdOf(PoolParams calldata params) public pure returns (bytes32) {
        return keccak256(abi.encode(params));
    }

    /// @inheritdoc IRoyaltyLedger
    function pool(bytes32 poolId) external view returns (Pool memory) {
        return _pools[poolId];
    }

    /// @inheritdoc IRoyaltyLedger
    function available(bytes32 poolId) public view returns (uint256) {
        Pool storage p = _pools[poolId];
        return p.ceiling - p.direct;
    }

    /// @inheritdoc IRoyaltyLedger
    function finalRevenue(bytes32 poolId) public view returns (uint256) {
        Pool storage p = _pools[poolId];
        return block.timestamp < p.validAt ? p.reported : uint256(p.reported) + p.pending;
    }

    /// @inheritdoc IRoyaltyLedger
    function fixedClaimable(bytes32 poolId, uint8 role) public view returns (uint256) {
        if (role > COMMONS) revert RoleUnknown(role);
        Pool storage p = _pools[poolId];
        if (role == COMMONS) return p.unattributed - p.paid[COMMONS];
        return _roleEarned(p, p.direct, role) + _roleEarned(p, finalRevenue(poolId), role) - p.paid[role];
    }

    /// @inheritdoc IRoyaltyLedger
    function nonceUsed(bytes32 poolId, uint256 nonce) external view returns (bool) {
        return _usedNonces[poolId].get(nonce);
    }

    /// @inheritdoc IRoyaltyLedger
    function disputeOf(bytes32 poolId) external view returns (Dispute memory) {
        return _disputes[poolId];
    }

    /* INSIDE */

    /// @dev Divides one report's revenue. It makes no call but to the work registry, so it needs no guard.
    function _divide(Meter memory meter, Report calldata report, bytes32[] calldata workIds) private {
        (bytes32 poolId, uint256 nonce, uint128 revenue) = (meter.poolId, report.nonce, report.revenue);
        if (block.timestamp > report.deadline) revert Expired(report.deadline);
        if (revenue == 0) revert ZeroValue();
        if (!_usedNonces[poolId].toggle(nonce)) revert NonceUsed(poolId, nonce);
        if (nonce >> NONCE_EPOCH_SHIFT != 0) _requireCheque(poolId, report);
        // Nothing here can overflow: a pool's counters have 96 bits and a revenue 128.
        unchecked {
            uint256 left = meter.ceiling - meter.direct;
            if (revenue > left) revert InsufficientDeposit(left, revenue);
            uint256 creatorPart = Shares.creatorPart(meter.direct, revenue, meter.creatorBps);
            uint256 unattributed = creatorPart - _creditWorks(meter.token, creatorPart, report.weights, workIds);
            meter.direct += revenue;
            meter.unattributed += unattributed;
            emit Settled(
                poolId,
                nonce,
                report.outputHash,
                report.reportHash,
                revenue,
                uint128(creatorPart),
                report.weights,
                workIds,
                uint128(unattributed)
            );
        }
    }

    /// @dev Assembly because every work of every image pays for it. Nothing here can overflow: weights have 20 bits, and all
    /// credits in a token are less than its pools received. In plain words, for each work i and its weight w:
    ///     require(workIds[i] > workIds[i - 1] && w != 0);
    ///     sum += w;
    ///     credit[token][payees[i]] += creatorPart * sum / PPM - attributed;
    ///     attributed = creatorPart * sum / PPM;
    /// @return attributed What the works take together.
    function _creditWorks(address token, uint256 creatorPart, uint256 weights, bytes32[] calldata workIds)
        private
        returns (uint256 attributed)
    {
        if (workIds.length > Shares.MAX_WORKS) revert TooManyWorks(workIds.length);
        address[] memory payees = Payees.payeesOf(works, workIds);
        mapping(address => uint256) storage credits = credit[token];
        (uint256 mask, uint256 bits, uint256 whole) = (Shares.WEIGHT_MASK, Shares.WEIGHT_BITS, Shares.PPM);
        // Ends as zero if any work does not ascend or any weight is zero: twelve weights of 20 bits multiply to 240.
        uint256 sound = 1;
        uint256 rest = weights;
        uint256 sum;
        assembly ("memory-safe") {
            let previous := 0
            let payee := payees
            let at := workIds.offset
            let end := add(at, shl(5, workIds.length))
            mstore(0x20, credits.slot)
            for {} lt(at, end) { at := add(at, 0x20) } {
                let workId := calldataload(at)
                let weight := and(rest, mask)
                sound := mul(mul(sound, weight), gt(workId, previous))
                previous := workId
                rest := shr(bits, rest)
                sum := add(sum, weight)
                let reached := div(mul(creatorPart, sum), whole)
                payee := add(payee, 0x20)
                mstore(0x00, mload(payee))
                let slot := keccak256(0x00, 0x40)
                sstore(slot, add(sload(slot), sub(reached, attributed)))
                attributed := reached
            }
        }
        if (sound == 0 || rest != 0 || sum > Shares.PPM) _refuseWorks(weights, workIds);
    }

    /// @dev Says what is wrong with works or weights of which something is.
    function _refuseWorks(uint256 weights, bytes32[] calldata workIds) private pure {
        for (uint256 i = 1; i < workIds.length; ++i) {
            if (workIds[i] <= workIds[i - 1]) revert WorksNotAscending(workIds[i]);
        }
        revert BadWeights(weights);
    }

    function _withdraw(address token, address who, address to) private returns (uint256 amount) {
        if (to == address(0)) revert ZeroValue();
        amount = credit[token][who];
        if (amount == 0) revert NothingToPay();
        credit[token][who] = 0;
        emit Withdrawn(token, who, to, amount);
        _push(token, to, amount);
    }

    /// @dev The difference of balances is what arrived, whatever the token says.
    function _pull(address token, uint256 amount) private returns (uint256) {
        bool isEth = token == ETH;
        if (msg.value != (isEth ? amount : 0)) revert WrongValue(msg.value);
        if (isEth) return amount;
        uint256 before = IERC20(token).balanceOf(address(this));
        SafeTransferLib.safeTransferFrom(token, msg.sender, address(this), amount);
        return IERC20(token).balanceOf(address(this)) - before;
    }

    function _push(address token, address to, uint256 amount) private {
        if (token == ETH) SafeTransferLib.safeTransferETH(to, amount);
        else SafeTransferLib.safeTransfer(token, to, amount);
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

    function _postponeRefund(bytes32 poolId, Pool storage p, uint40 refundableAt) private {
        if (p.refundRequested == 0 || refundableAt <= p.refundableAt) return;
        p.refundableAt = refundableAt;
        emit RefundRequested(poolId, p.refundRequested, refundableAt);
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

    /// @dev Writes `direct` and `unattributed`, the lowest 192 bits of a pool, at once.
    function _write(Pool storage p, Meter memory meter) private {
        (uint256 direct, uint256 unattributed) = (meter.direct, meter.unattributed);
        assembly ("memory-safe") {
            sstore(p.slot, or(shl(192, shr(192, sload(p.slot))), or(shl(96, unattributed), direct)))
        }
    }

    function _read(bytes32 poolId, Pool storage p) private view returns (Meter memory meter) {
        (meter.operator, meter.ceiling) = (p.operator, p.ceiling);
        if (meter.operator == address(0)) revert PoolUnknown(poolId);
        _requireRunning(poolId, p.pausedUntil);
        (meter.poolId, meter.token) = (poolId, p.token);
        (meter.creatorBps, meter.direct, meter.unattributed) = (p.creatorBps, p.direct, p.unattributed);
    }

    /// @return When a notice given now is over. It does not run while receipts cannot be paid.
    function _noticeEnd(Pool storage p) private view returns (uint40) {
        return uint40(FixedPointMathLib.max(block.timestamp, uint256(p.pausedUntil) * 1 days)) + p.window;
    }

    function _opened(bytes32 poolId) private view returns (Pool storage p) {
        p = _pools[poolId];
        if (p.operator == address(0)) revert PoolUnknown(poolId);
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

    /// @dev A receipt for an epoch that was never posted is worth its money all the same.
    function _requireCheque(bytes32 poolId, Report calldata report) private view {
        bool isDue = block.timestamp + CHEQUE_PERIOD > report.deadline;
        bool isPosted = _pools[poolId].epoch >= report.nonce >> NONCE_EPOCH_SHIFT;
        if (isPosted || !isDue) revert NotAChequeYet(report.nonce);
    }

    function _requireRunning(bytes32 poolId, uint256 pausedUntil) private view {
        if (block.timestamp / 1 days < pausedUntil) revert PoolPaused(poolId, pausedUntil);
    }

    function _roleEarned(Pool storage p, uint256 gross, uint8 role) private view returns (uint256) {
        return Shares.cut(gross, p.creatorBps, p.developerBps, p.computeBps)[role + 1];
    }

    function _checkOperator(address operator, bytes32 structHash, bytes calldata sig) private view {
        if (!Signature.isBy(operator, _hashTypedData(structHash), sig)) revert BadSignature(operator);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Creditline RoyaltyLedger", "1");
    }
}
