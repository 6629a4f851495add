// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";
import {Shares} from "./libraries/Shares.sol";

/// @title Pools, the money in them, and the money of those who are credited
/// @notice The first part of RoyaltyLedger. See IRoyaltyLedger, which documents every function.
abstract contract Pools is IRoyaltyLedger, ReentrancyGuardTransient {
    address internal constant ETH = address(0);
    uint8 internal constant COMMONS = 3;

    uint256 private constant WINDOW_MIN = 1 hours;
    uint256 private constant PAUSE_DAYS = 14;

    IModelRegistry public immutable models;

    /// @inheritdoc IRoyaltyLedger
    mapping(address token => mapping(address who => uint256)) public credit;

    mapping(bytes32 poolId => Pool) internal _pools;

    constructor(IModelRegistry models_) {
        models = models_;
    }

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

    /// @inheritdoc IRoyaltyLedger
    function withdraw(address token, address to) external nonReentrant returns (uint256) {
        return _withdraw(token, msg.sender, to);
    }

    /// @inheritdoc IRoyaltyLedger
    function withdrawFor(address token, address payee) external nonReentrant returns (uint256) {
        return _withdraw(token, payee, payee);
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

    function _withdraw(address token, address who, address to) private returns (uint256 amount) {
        if (to == address(0)) revert ZeroValue();
        amount = credit[token][who];
        if (amount == 0) revert NothingToPay();
        credit[token][who] = 0;
        emit Withdrawn(token, who, to, amount);
        _push(token, to, amount);
    }

    /// @dev The difference of balances is what arrived, whatever the token says.
    function _pull(address token, uint256 amount) internal returns (uint256) {
        bool isEth = token == ETH;
        if (msg.value != (isEth ? amount : 0)) revert WrongValue(msg.value);
        if (isEth) return amount;
        uint256 before = IERC20(token).balanceOf(address(this));
        SafeTransferLib.safeTransferFrom(token, msg.sender, address(this), amount);
        return IERC20(token).balanceOf(address(this)) - before;
    }

    function _push(address token, address to, uint256 amount) internal {
        if (token == ETH) SafeTransferLib.safeTransferETH(to, amount);
        else SafeTransferLib.safeTransfer(token, to, amount);
    }

    function _postponeRefund(bytes32 poolId, Pool storage p, uint40 refundableAt) internal {
        if (p.refundRequested == 0 || refundableAt <= p.refundableAt) return;
        p.refundableAt = refundableAt;
        emit RefundRequested(poolId, p.refundRequested, refundableAt);
    }

    /// @return When a notice given now is over. It does not run while receipts cannot be paid.
    function _noticeEnd(Pool storage p) internal view returns (uint40) {
        return uint40(FixedPointMathLib.max(block.timestamp, uint256(p.pausedUntil) * 1 days)) + p.window;
    }

    function _opened(bytes32 poolId) internal view returns (Pool storage p) {
        p = _pools[poolId];
        if (p.operator == address(0)) revert PoolUnknown(poolId);
    }

    function _requireRunning(bytes32 poolId, uint256 pausedUntil) internal view {
        if (block.timestamp / 1 days < pausedUntil) revert PoolPaused(poolId, pausedUntil);
    }

    function _roleEarned(Pool storage p, uint256 gross, uint8 role) private view returns (uint256) {
        return Shares.cut(gross, p.creatorBps, p.developerBps, p.computeBps)[role + 1];
    }
}
