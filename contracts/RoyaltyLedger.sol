// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {EIP712} from "solady/src/utils/EIP712.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {LibBitmap} from "solady/src/utils/LibBitmap.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {Payees} from "./libraries/Payees.sol";
import {ReportLib} from "./libraries/ReportLib.sol";
import {Signature} from "./libraries/Signature.sol";

/// @notice See IRoyaltyLedger, which documents every function.
contract RoyaltyLedger is IRoyaltyLedger, EIP712, ReentrancyGuardTransient {
    using LibBitmap for LibBitmap.Bitmap;

    /// @dev What settling reads and changes of a pool, held in memory so that a batch writes it once.
    struct Meter {
        bytes32 poolId;
        address token;
        uint256 creatorBps;
        uint256 deposited;
        uint256 direct;
        uint256 unattributed;
    }

    address private constant ETH = address(0);
    uint256 private constant BPS = 10_000;
    uint256 private constant PPM = 1_000_000;
    uint256 private constant MAX_WORKS = 12;
    uint256 private constant WEIGHT_BITS = 20;
    uint256 private constant WEIGHT_MASK = (1 << WEIGHT_BITS) - 1;
    uint8 private constant COMMONS = 3;

    IWorkRegistry public immutable works;
    IModelRegistry public immutable models;

    /// @inheritdoc IRoyaltyLedger
    mapping(address token => mapping(address who => uint256)) public credit;

    mapping(bytes32 poolId => Pool) private _pools;
    mapping(bytes32 poolId => LibBitmap.Bitmap) private _usedNonces;

    constructor(IWorkRegistry works_, IModelRegistry models_) {
        works = works_;
        models = models_;
    }

    /// @inheritdoc IRoyaltyLedger
    function open(PoolParams calldata params) external returns (bytes32 poolId) {
        poolId = poolIdOf(params);
        if (_pools[poolId].operator != address(0)) revert AlreadyOpen(poolId);
        if (
            params.integrator == address(0) || params.operator == address(0) || params.arbiter == address(0)
                || params.developer == address(0) || params.compute == address(0) || params.treasury == address(0)
                || params.commons == address(0)
        ) revert ZeroValue();
        uint256 bps = uint256(params.creatorBps) + params.developerBps + params.computeBps;
        if (bps > BPS) revert SharesTooHigh(bps);
        if (params.token != ETH && params.token.code.length == 0) revert NotAToken(params.token);
        if (models.model(params.modelId).registeredAt == 0) revert ModelUnknown(params.modelId);

        Pool storage p = _pools[poolId];
        p.operator = params.operator;
        p.creatorBps = params.creatorBps;
        p.developerBps = params.developerBps;
        p.computeBps = params.computeBps;
        p.window = params.window;
        p.token = params.token;
        p.integrator = params.integrator;
        p.payTo = [params.developer, params.compute, params.treasury, params.commons];
        emit PoolOpened(poolId, params);
    }

    /// @inheritdoc IRoyaltyLedger
    function fund(bytes32 poolId, uint256 amount) external payable nonReentrant returns (uint256 received) {
        Pool storage p = _opened(poolId);
        received = _pull(p.token, amount);
        if (received == 0) revert ZeroValue();
        uint256 deposited = p.deposited + received;
        if (deposited > type(uint96).max) revert PoolFull(poolId);
        p.deposited = uint96(deposited);
        emit Funded(poolId, msg.sender, received);
    }

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
        p.deposited -= uint96(amount);
        emit Refunded(poolId, amount);
        _push(p.token, msg.sender, amount);
    }

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
        return p.deposited - p.direct;
    }

    /// @inheritdoc IRoyaltyLedger
    function fixedClaimable(bytes32 poolId, uint8 role) public view returns (uint256) {
        if (role > COMMONS) revert RoleUnknown(role);
        Pool storage p = _pools[poolId];
        if (role == COMMONS) return p.unattributed - p.paid[COMMONS];
        uint256 afterDeveloper = uint256(p.creatorBps) + p.developerBps;
        uint256[4] memory bounds = [uint256(p.creatorBps), afterDeveloper, afterDeveloper + p.computeBps, BPS];
        uint256 gross = p.direct;
        return gross * bounds[role + 1] / BPS - gross * bounds[role] / BPS - p.paid[role];
    }

    /// @inheritdoc IRoyaltyLedger
    function nonceUsed(bytes32 poolId, uint256 nonce) external view returns (bool) {
        return _usedNonces[poolId].get(nonce);
    }

    /// @dev Divides one report's revenue. It makes no call but to the work registry, so it needs no guard.
    function _divide(Meter memory meter, Report calldata report) private {
        if (block.timestamp > report.deadline) revert Expired(report.deadline);
        if (report.revenue == 0) revert ZeroValue();
        if (!_usedNonces[meter.poolId].toggle(report.nonce)) revert NonceUsed(meter.poolId, report.nonce);
        uint256 direct = meter.direct + report.revenue;
        if (direct > meter.deposited) revert InsufficientDeposit(meter.deposited - meter.direct, report.revenue);

        uint256 creatorPart = direct * meter.creatorBps / BPS - meter.direct * meter.creatorBps / BPS;
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
        if (count > MAX_WORKS) revert TooManyWorks(count);
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
                uint256 weight = rest & WEIGHT_MASK;
                if (weight == 0) revert BadWeights(weights);
                rest >>= WEIGHT_BITS;
                sum += weight;
                uint256 reached = creatorPart * sum / PPM;
                credits[payees[i]] += reached - attributed;
                attributed = reached;
            }
        }
        if (rest != 0 || sum > PPM) revert BadWeights(weights);
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

    function _write(Pool storage p, Meter memory meter) private {
        p.direct = uint96(meter.direct);
        p.unattributed = uint96(meter.unattributed);
    }

    function _read(bytes32 poolId, Pool storage p) private view returns (Meter memory) {
        return Meter(poolId, p.token, p.creatorBps, p.deposited, p.direct, p.unattributed);
    }

    function _opened(bytes32 poolId) private view returns (Pool storage p) {
        p = _pools[poolId];
        if (p.operator == address(0)) revert PoolUnknown(poolId);
    }

    function _checkOperator(address operator, bytes32 structHash, bytes calldata sig) private view {
        if (msg.sender == operator && sig.length == 0) return;
        if (!Signature.isBy(operator, _hashTypedData(structHash), sig)) revert BadSignature(operator);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Creditline RoyaltyLedger", "1");
    }
}
