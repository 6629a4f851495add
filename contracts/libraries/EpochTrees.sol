// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../interfaces/IRoyaltyLedger.sol";
import {Shares} from "./Shares.sol";
import {SumTree} from "./SumTree.sol";

/// @title What stands where in the three trees of an epoch
/// @notice Each `require…` reverts with `NotInTree` unless the leaf stands at its seat, and returns the sum before it.
library EpochTrees {
    uint8 internal constant REPORTS = 0;
    uint8 internal constant CREDITS = 1;

    /// @notice keccak256(abi.encode(payouts, payoutSum, keccak256(abi.encode(all that follows)))).
    /// @dev Assembly because every post pays for it: the eight words of an epoch lie in memory as they are encoded.
    function hashOf(IRoyaltyLedger.Epoch memory e) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let at := mload(0x40)
            mcopy(at, e, 0x40)
            mstore(add(at, 0x40), keccak256(add(e, 0x40), 0xc0))
            hash := keccak256(at, 0x60)
        }
    }

    function requireReport(IFraudProofs.Case memory c, IFraudProofs.ReportLeaf memory leaf, IFraudProofs.Seat memory seat)
        internal
        pure
        returns (uint256)
    {
        return requireReportOf(c.epoch, leaf, seat);
    }

    function requireReportOf(
        IRoyaltyLedger.Epoch memory e,
        IFraudProofs.ReportLeaf memory leaf,
        IFraudProofs.Seat memory seat
    ) internal pure returns (uint256) {
        return _require(e.reports, e.revenue, keccak256(abi.encode(leaf)), leaf.revenue, seat);
    }

    function requireCredit(IFraudProofs.Case memory c, IFraudProofs.Credit memory credit, IFraudProofs.Seat memory seat)
        internal
        pure
        returns (uint256)
    {
        return _require(c.epoch.credits, creditSum(c), keccak256(abi.encode(credit)), credit.amount, seat);
    }

    function requirePayoutOf(
        IRoyaltyLedger.Epoch memory e,
        IFraudProofs.Payout memory payout,
        IFraudProofs.Seat memory seat
    ) internal pure returns (uint256) {
        return _require(e.payouts, e.payoutSum, keccak256(abi.encode(payout)), payout.amount, seat);
    }

    /// @notice Whether no report stands at the seat, which lies within the tree.
    function isEmptyReport(IFraudProofs.Case memory c, IFraudProofs.Seat memory seat) internal pure returns (bool) {
        (bytes32 root, uint256 total,) = SumTree.climbPlain(seat.count, 0, 0, seat.index, seat.proof);
        return root == c.epoch.reports && total == c.epoch.revenue;
    }

    /// @notice Reverts with `NotInTree` unless the node stands at its level and index.
    function requireNode(IFraudProofs.Case memory c, IFraudProofs.Broken memory b) internal pure {
        uint256 depth = SumTree.depthOf(b.count);
        if (b.level > depth || b.index >> (depth - b.level) != 0) revert IFraudProofs.NotInTree();
        if (b.proof.length != (depth - b.level) * SumTree.SIBLING_BYTES) revert IFraudProofs.NotInTree();
        (bytes32 top,,) = SumTree.ascendPlain(b.node, b.sum, b.index, b.proof);
        (bytes32 root, uint256 sum) = b.tree == REPORTS
            ? (c.epoch.reports, uint256(c.epoch.revenue))
            : b.tree == CREDITS ? (c.epoch.credits, creditSum(c)) : (c.epoch.payouts, uint256(c.epoch.payoutSum));
        // Every sum but that of the top is part of the hash above it.
        bool isTop = b.proof.length == 0;
        if (SumTree.rootOf(b.count, top) != root || (isTop && b.sum != sum)) revert IFraudProofs.NotInTree();
    }

    /// @param below Hash, sum, hash, sum: 96 bytes. Any other length is no pair of children, and no node has the sum of one.
    function sumOfChildren(bytes memory below) internal pure returns (uint256 sum) {
        if (below.length != 2 * SumTree.SIBLING_BYTES) return type(uint256).max;
        assembly ("memory-safe") {
            sum := add(shr(128, mload(add(below, 0x40))), shr(128, mload(add(below, 0x70))))
        }
    }

    /// @notice The amount that the ABI-encoded content of a leaf names.
    function amountIn(uint8 tree, bytes memory content) internal pure returns (uint256) {
        if (tree == REPORTS) return abi.decode(content, (IFraudProofs.ReportLeaf)).revenue;
        if (tree == CREDITS) return abi.decode(content, (IFraudProofs.Credit)).amount;
        return abi.decode(content, (IFraudProofs.Payout)).amount;
    }

    function creditSum(IFraudProofs.Case memory c) internal pure returns (uint256) {
        return Shares.creatorPart(c.epoch.revenueBefore, c.epoch.revenue, c.params.creatorBps);
    }

    function _require(bytes32 root, uint256 total, bytes32 content, uint256 amount, IFraudProofs.Seat memory seat)
        private
        pure
        returns (uint256 before)
    {
        bytes32 found;
        uint256 sum;
        (found, sum, before) =
            SumTree.climbPlain(seat.count, SumTree.leafHash(content), amount, seat.index, seat.proof);
        if (found == 0 || found != root || sum != total) revert IFraudProofs.NotInTree();
    }
}
