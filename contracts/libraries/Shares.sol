// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title How revenue is cut, by telescoping floors, so that no unit is lost or made
/// @notice IRoyaltyLedger states the rules; amounts.py and shares.ts compute the same numbers.
library Shares {
    uint256 internal constant BPS = 10_000;
    uint256 internal constant PPM = 1_000_000;
    uint256 internal constant MAX_WORKS = 12;
    uint256 internal constant WEIGHT_BITS = 20;
    uint256 internal constant WEIGHT_MASK = (1 << WEIGHT_BITS) - 1;

    /// @notice What the creators' part of all revenue grows by, when `revenue` comes after `before`.
    /// @dev Both have at most 128 bits, and `creatorBps` is at most `BPS`, so nothing can overflow.
    function creatorPart(uint256 before, uint256 revenue, uint256 creatorBps) internal pure returns (uint256) {
        unchecked {
            return (before + revenue) * creatorBps / BPS - before * creatorBps / BPS;
        }
    }

    /// @notice The four parts of `gross`: creators, developer, compute, treasury. None ever falls while `gross` grows, so what
    /// a role took out before is never more than its part.
    /// @dev Each takes its share of what those before it left. Cutting at fixed boundaries would add up as well, but let a
    /// part in the middle fall by a unit now and then.
    function cut(uint256 gross, uint256 creatorBps, uint256 developerBps, uint256 computeBps)
        internal
        pure
        returns (uint256[4] memory parts)
    {
        (uint256 left, uint256 bps) = (gross, BPS);
        uint256[3] memory shares = [creatorBps, developerBps, computeBps];
        for (uint256 i; i < 3; ++i) {
            if (bps != 0) parts[i] = left * shares[i] / bps;
            left -= parts[i];
            bps -= shares[i];
        }
        parts[3] = left;
    }

    /// @notice What an entry takes of a creators' part: the works in order, and after them what they leave.
    function amountOf(uint256 part, uint256 weights, uint256 entry, uint256 count) internal pure returns (uint256) {
        uint256 before = sumOf(weights, entry);
        if (entry == count) return part - part * before / PPM;
        return part * sumOf(weights, entry + 1) / PPM - part * before / PPM;
    }

    /// @notice The first `count` weights together.
    function sumOf(uint256 weights, uint256 count) internal pure returns (uint256 sum) {
        for (uint256 i; i < count; ++i) {
            sum += weights >> (WEIGHT_BITS * i) & WEIGHT_MASK;
        }
    }

    /// @notice Whether works ascend, and weights are one for each, none of them zero, and at most a million together.
    function areSound(uint256 weights, bytes32[] memory workIds) internal pure returns (bool) {
        uint256 count = workIds.length;
        bytes32 previous;
        for (uint256 i; i < count; ++i) {
            if (workIds[i] <= previous || weights >> (WEIGHT_BITS * i) & WEIGHT_MASK == 0) return false;
            previous = workIds[i];
        }
        return weights >> (WEIGHT_BITS * count) == 0 && sumOf(weights, count) <= PPM;
    }
}
