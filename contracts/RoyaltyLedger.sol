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

    uint256 public constant WINDOW_MIN = 1 hours;
    uint256 public constant CUTOFF_AGE_MAX = 7 days;
    uint256 public constant CHEQUE_PERIOD = 30 days;
    uint256 public constant RULING_PERIOD = 14 days;
    uint256 public constant PAUSE_DAYS = 14;

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
        uint40 refundableAt = uint40(block.timestamp) + p.window;
        p.refundRequested = amount;
        p.refundableAt = refundableAt;
        emit RefundRequested(poolId, amount, refundableAt);
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
        Pool storage p = _opened(poolId);
        _checkOperator(p.operator, ReportLib.structHash(poolId, report), sig);
        Meter memory meter = _read(poolId, p);
        _divide(meter, report);
        _write(p, meter);
    }

    /// @inheritdoc IRoyaltyLedger
    function settleMany(bytes32 poolId, Report[] calldata reports, bytes calldata sig) external {
        Pool storage p = _opened(poolId);
        _checkOperator(p.operator, ReportLib.structHash(poolId, reports), sig);
        Meter memory meter = _read(poolId, p);
        for (uint256 i; i < reports.length; ++i) {
            _divide(meter, reports[i]);
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
        if (p.staked) revert AlreadyStaked(poolId);
        p.staked = true;
        emit Staked(poolId, msg.sender, _pullBond(p, amount));
    }

    /// @inheritdoc IRoyaltyLedger
    function unstake(bytes32 poolId) external {
        Pool storage p = _opened(poolId);
        if (msg.sender != p.operator) revert NotOperator(msg.sender);
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
        Pool storage p = _opened(poolId);
        if (msg.sender != p.operator) revert NotOperator(msg.sender);
        if (!p.staked) revert NotStaked(poolId);
        _requireRunning(poolId, p.pausedUntil);
        if (block.timestamp < p.validAt) revert EpochPending(poolId, p.validAt);
        if (n != uint256(p.epoch) + 1) revert EpochOutOfOrder(n);
        if (revenue == 0) revert ZeroValue();
        if (cutoff >= block.timestamp || cutoff + CUTOFF_AGE_MAX < block.timestamp) revert BadCutoff(cutoff);
        uint256 left = p.ceiling - p.direct;
        if (revenue > left) revert InsufficientDeposit(left, revenue);

        uint96 before = p.reported + p.pending;
        p.ceiling -= revenue;
        (p.reported, p.pending) = (before, revenue);
        (p.validAt, p.epoch) = (uint40(block.timestamp) + p.window, uint24(n));
        uint128 payoutSum = uint128((uint256(before) + revenue) * p.creatorBps / Shares.BPS);
        Epoch memory epoch = Epoch(payouts, payoutSum, reports, credits, before, revenue, cutoff, data);
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
        uint256 n = _requirePending(poolId, p);
        if (p.validAt == NEVER) revert AlreadyDisputed(poolId);
        uint40 ruleBy = uint40(block.timestamp + RULING_PERIOD);
        _disputes[poolId] = Dispute(msg.sender, p.validAt, ruleBy);
        p.validAt = NEVER;
        emit Disputed(poolId, n, msg.sender, reason, ruleBy, _pullBond(p, amount));
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
        uint256 afterDeveloper = uint256(p.creatorBps) + p.developerBps;
        uint256[4] memory bounds = [uint256(p.creatorBps), afterDeveloper, afterDeveloper + p.computeBps, Shares.BPS];
        (uint256 from, uint256 to) = (bounds[role], bounds[role + 1]);
        return _part(p.direct, from, to) + _part(finalRevenue(poolId), from, to) - p.paid[role];
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
    function _divide(Meter memory meter, Report calldata report) private {
        if (block.timestamp > report.deadline) revert Expired(report.deadline);
        if (report.revenue == 0) revert ZeroValue();
        if (!_usedNonces[meter.poolId].toggle(report.nonce)) revert NonceUsed(meter.poolId, report.nonce);
        if (report.nonce >> NONCE_EPOCH_SHIFT != 0) _requireCheque(meter.poolId, report);
        uint256 direct = meter.direct + report.revenue;
        if (direct > meter.ceiling) revert InsufficientDeposit(meter.ceiling - meter.direct, report.revenue);

        uint256 creatorPart = Shares.creatorPart(meter.direct, report.revenue, meter.creatorBps);
        uint256 unattributed = creatorPart - _creditWorks(meter.token, creatorPart, report.weights, report.workIds);
        meter.direct = direct;
        meter.unattributed += unattributed;
        emit Settled(
            meter.poolId,
            report.nonce,
            report.outputHash,
            report.reportHash,
            report.revenue,
            uint128(creatorPart),
            report.weights,
            report.workIds,
            uint128(unattributed)
        );
    }

    /// @return attributed What the works take together.
    function _creditWorks(address token, uint256 creatorPart, uint256 weights, bytes32[] calldata workIds)
        private
        returns (uint256 attributed)
    {
        uint256 count = workIds.length;
        if (count > Shares.MAX_WORKS) revert TooManyWorks(count);
        address[] memory payees = Payees.payeesOf(works, workIds);
        mapping(address => uint256) storage credits = credit[token];
        bytes32 previous;
        uint256 rest = weights;
        uint256 sum;
        // Nothing here can overflow: weights have 20 bits, and all credits in a token are less than its pools received.
        unchecked {
            for (uint256 i; i < count; ++i) {
                bytes32 workId = workIds[i];
                if (workId <= previous) revert WorksNotAscending(workId);
                previous = workId;
                uint256 weight = rest & Shares.WEIGHT_MASK;
                if (weight == 0) revert BadWeights(weights);
                rest >>= Shares.WEIGHT_BITS;
                sum += weight;
                uint256 reached = creatorPart * sum / Shares.PPM;
                credits[payees[i]] += reached - attributed;
                attributed = reached;
            }
        }
        if (rest != 0 || sum > Shares.PPM) revert BadWeights(weights);
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
        if (msg.value != (token == ETH ? amount : 0)) revert WrongValue(msg.value);
        if (token == ETH) return amount;
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
        (bytes32 poolId, uint256 index) = (what.poolId, what.index);
        Pool storage p = _opened(poolId);
        if (what.n == p.epoch && block.timestamp < p.validAt) revert EpochPending(poolId, p.validAt);
        bytes32 leaf = SumTree.leafHash(keccak256(abi.encode(what.payee, what.amount)));
        (bytes32 payouts, uint256 sum,) = SumTree.climb(what.count, leaf, what.amount, index, what.proof);
        if (epochHash[poolId][what.n] != keccak256(abi.encode(payouts, sum, what.restHash))) {
            revert EpochUnknown(poolId, what.n);
        }
        uint256 before = claimed[poolId][index];
        if (what.amount <= before) return 0;
        amount = what.amount - before;
        claimed[poolId][index] = what.amount;
        // One root cannot promise more than its sum. Roots that contradict each other, and were not challenged, could.
        uint256 paidOut = p.paidOut + amount;
        if (paidOut > finalRevenue(poolId) * p.creatorBps / Shares.BPS) revert PaidOut(poolId);
        p.paidOut = uint96(paidOut);
        emit Claimed(poolId, index, what.payee, to, what.n, what.amount, amount);
        _push(p.token, to, amount);
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
        (p.pending, p.validAt, p.epoch) = (0, 0, n - 1);
        emit EpochVoided(poolId, n, revenue);
    }

    function _write(Pool storage p, Meter memory meter) private {
        p.direct = uint96(meter.direct);
        p.unattributed = uint96(meter.unattributed);
    }

    function _read(bytes32 poolId, Pool storage p) private view returns (Meter memory) {
        _requireRunning(poolId, p.pausedUntil);
        return Meter(poolId, p.token, p.creatorBps, p.ceiling, p.direct, p.unattributed);
    }

    function _opened(bytes32 poolId) private view returns (Pool storage p) {
        p = _pools[poolId];
        if (p.operator == address(0)) revert PoolUnknown(poolId);
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

    /// @dev What lies between two boundaries of `gross`, in hundredths of a per cent.
    function _part(uint256 gross, uint256 from, uint256 to) private pure returns (uint256) {
        return gross * to / Shares.BPS - gross * from / Shares.BPS;
    }

    function _checkOperator(address operator, bytes32 structHash, bytes calldata sig) private view {
        if (!Signature.isBy(operator, _hashTypedData(structHash), sig)) revert BadSignature(operator);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Creditline RoyaltyLedger", "1");
    }
}
