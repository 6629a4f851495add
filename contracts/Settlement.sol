// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "solady/src/utils/EIP712.sol";
import {LibBitmap} from "solady/src/utils/LibBitmap.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {Payees} from "./libraries/Payees.sol";
import {ReportLib} from "./libraries/ReportLib.sol";
import {Shares} from "./libraries/Shares.sol";
import {Signature} from "./libraries/Signature.sol";
import {Pools} from "./Pools.sol";

/// @title Settling one image at a time, by a receipt that its holder cashes
/// @notice The second part of RoyaltyLedger. See IRoyaltyLedger, which documents every function.
abstract contract Settlement is Pools, EIP712 {
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

    uint256 private constant NONCE_EPOCH_SHIFT = 32;
    uint256 private constant CHEQUE_PERIOD = 30 days;

    IWorkRegistry public immutable works;

    mapping(bytes32 poolId => LibBitmap.Bitmap) private _usedNonces;

    constructor(IWorkRegistry works_) {
        works = works_;
    }

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
    function nonceUsed(bytes32 poolId, uint256 nonce) external view returns (bool) {
        return _usedNonces[poolId].get(nonce);
    }

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

    /// @dev A receipt for an epoch that was never posted is worth its money all the same.
    function _requireCheque(bytes32 poolId, Report calldata report) private view {
        bool isDue = block.timestamp + CHEQUE_PERIOD > report.deadline;
        bool isPosted = _pools[poolId].epoch >= report.nonce >> NONCE_EPOCH_SHIFT;
        if (isPosted || !isDue) revert NotAChequeYet(report.nonce);
    }

    function _checkOperator(address operator, bytes32 structHash, bytes calldata sig) internal view {
        if (!Signature.isBy(operator, _hashTypedData(structHash), sig)) revert BadSignature(operator);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Creditline RoyaltyLedger", "1");
    }
}
