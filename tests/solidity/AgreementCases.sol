// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {SumTree} from "../../contracts/libraries/SumTree.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";

/// @dev Random trees and splits by the rules of tests/contracts/agreement.js, which says what they are for.
library AgreementCases {
    bytes32 private constant START = keccak256("creditline/agreement/1");

    enum Kind {
        Payouts,
        Credits,
        Reports
    }

    struct Split {
        uint256[3] bps;
        uint256 before;
        uint256[] revenues;
        uint256[][] weights;
    }

    function tree(uint256 t) internal pure returns (SumTreeBuilder.Tree memory leaves, uint256 index) {
        uint256 w = _word(0, t, 0);
        Kind kind = Kind(t % 3);
        uint256 exponent = kind == Kind.Reports ? w % 3 : t % 1000 == 999 ? 12 : w % 8;
        uint256 count = 1 + (w >> 8) % 2 ** exponent;
        leaves = SumTreeBuilder.Tree(new bytes32[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            uint256 r = _word(1, t, i);
            if (r % 16 == 0) continue;
            uint256 amount = _amount(r >> 8, r >> 4);
            leaves.hashes[i] = SumTree.leafHash(_content(kind, r, uint128(amount)));
            leaves.sums[i] = amount;
        }
        index = (w >> 64) % count;
    }

    function split(uint256 s) internal pure returns (Split memory it) {
        uint256 w = _word(2, s, 0);
        it.bps[0] = w % 10_001;
        it.bps[1] = (w >> 16) % (10_001 - it.bps[0]);
        it.bps[2] = (w >> 32) % (10_001 - it.bps[0] - it.bps[1]);
        it.before = _amount(w >> 48, w >> 144);
        uint256 length = 1 + (w >> 150) % 3;
        (it.revenues, it.weights) = (new uint256[](length), new uint256[][](length));
        for (uint256 i; i < length; ++i) {
            uint256 r = _word(3, s, i);
            (it.revenues[i], it.weights[i]) = (1 + _amount(r, r >> 96), _weights(r));
        }
    }

    function _word(uint8 kind, uint256 item, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(START, kind, uint32(item), uint32(i))));
    }

    function _amount(uint256 random, uint256 shift) private pure returns (uint256) {
        return random % 2 ** 96 >> 12 * (shift % 8);
    }

    function _content(Kind kind, uint256 r, uint128 amount) private pure returns (bytes32) {
        if (kind == Kind.Payouts) {
            return keccak256(abi.encode(IFraudProofs.Payout(address(uint160(r >> 96)), amount)));
        }
        if (kind == Kind.Credits) {
            return keccak256(
                abi.encode(IFraudProofs.Credit(uint32(r >> 104), amount, uint32(r >> 136), uint8(r >> 168)))
            );
        }
        return keccak256(abi.encode(_report(r, amount)));
    }

    function _report(uint256 r, uint128 revenue) private pure returns (IFraudProofs.ReportLeaf memory leaf) {
        uint256 works = (r >> 200) % 4;
        (leaf.outputHash, leaf.reportHash, leaf.revenue, leaf.weights) = (bytes32(r), ~bytes32(r), revenue, r >> 16);
        (leaf.workIds, leaf.datasetIds) = (new bytes32[](works), new bytes32[](works));
        leaf.places = new uint64[](works);
        for (uint256 j; j < works; ++j) {
            (leaf.workIds[j], leaf.datasetIds[j]) = (bytes32(r ^ j + 1), bytes32(r ^ j + 101));
            leaf.places[j] = uint64(r >> 8 * j & 2 ** 53 - 1);
        }
        (leaf.payees, leaf.credits) = (new uint32[](works + 1), new uint32[](works + 1));
        for (uint256 j; j <= works; ++j) {
            (leaf.payees[j], leaf.credits[j]) = (uint32(r >> 16 * j), uint32(r >> 16 * j + 7));
        }
        leaf.usageId = keccak256(abi.encodePacked("usage-", bytes1(uint8(bytes1("0")) + uint8(works))));
        if (works != 0) leaf.usageSignature = abi.encodePacked(r, ~r, uint8(works));
    }

    function _weights(uint256 r) private pure returns (uint256[] memory weights) {
        uint256 count = (r >> 100) % 13;
        uint256 left = 1_000_000;
        weights = new uint256[](count);
        for (uint256 j; j < count; ++j) {
            uint256 draw = (r >> 104 + 12 * j) % 4096;
            bool isRest = j == count - 1 && r >> 255 == 1;
            weights[j] = isRest ? left : 1 + draw * (left / (count - j) - 1) / 4096;
            left -= weights[j];
        }
    }
}
