// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochBuilder} from "./EpochBuilder.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";

/// @dev The evidence that a stranger would send, from what is published of an epoch. Where the epoch names something that
/// is not there, anything that is there stands in for what is not read.
abstract contract FraudEvidence is EpochBuilder {
    using SumTreeBuilder for SumTreeBuilder.Tree;

    function ofReport(Draft memory d, uint256 i) internal pure returns (bytes memory) {
        return abi.encode(d.leaves[i], reportSeat(d, i));
    }

    function ofWork(Draft memory d, uint256 i, uint256 entry) internal view returns (bytes memory) {
        IFraudProofs.ReportLeaf memory leaf = d.leaves[i];
        uint256 place = leaf.places[entry] < 6 ? leaf.places[entry] : 5;
        (bytes32 held, bytes32[] memory proof) = heldAt(leaf.datasetIds[entry] == datasets[0] ? 0 : 1, place);
        return abi.encode(leaf, reportSeat(d, i), entry, model(), held, proof);
    }

    function ofPayee(Draft memory d, uint256 i, uint256 entry) internal pure returns (bytes memory) {
        IFraudProofs.ReportLeaf memory leaf = d.leaves[i];
        uint256 at = _within(leaf.payees[entry], d.payouts.length);
        return abi.encode(
            leaf, reportSeat(d, i), entry, d.payouts[at], payoutSeat(d, at), openingOf(d.payoutTree)
        );
    }

    function ofCredit(Draft memory d, uint256 i, uint256 entry) internal pure returns (bytes memory) {
        IFraudProofs.ReportLeaf memory leaf = d.leaves[i];
        uint256 at = _within(leaf.credits[entry], d.credits.length);
        return abi.encode(leaf, reportSeat(d, i), entry, d.credits[at], creditSeat(d, at));
    }

    function ofMissing(Draft memory d, uint256 i, uint256 entry) internal pure returns (bytes memory) {
        return abi.encode(d.leaves[i], reportSeat(d, i), entry, openingOf(d.creditTree));
    }

    function ofOrphan(Draft memory d, uint256 at) internal pure returns (bytes memory) {
        uint256 i = _within(d.credits[at].report, d.leaves.length);
        bool empty = d.leaves[i].outputHash == 0;
        return abi.encode(
            d.credits[at], creditSeat(d, at), empty, d.leaves[i], reportSeat(d, i), openingOf(d.reportTree)
        );
    }

    function ofNeighbours(Draft memory d, uint256 left) internal pure returns (bytes memory) {
        return abi.encode(d.credits[left], creditSeat(d, left), d.credits[left + 1], creditSeat(d, left + 1));
    }

    function ofGrowth(Draft memory before, Draft memory d, uint256 i) internal pure returns (bytes memory) {
        return abi.encode(growth(before, d, i));
    }

    function growth(Draft memory before, Draft memory d, uint256 i)
        internal
        pure
        returns (IFraudProofs.Growth memory g)
    {
        (g.payout, g.seat) = (d.payouts[i], payoutSeat(d, i));
        if (i < before.payouts.length) {
            (g.known, g.payoutBefore, g.seatBefore) = (true, before.payouts[i], payoutSeat(before, i));
        } else if (before.payouts.length != 0) {
            g.opening = openingOf(before.payoutTree);
        }
        uint256 next;
        while (next < d.credits.length && d.credits[next].payee <= i) ++next;
        g.none = next == 0;
        if (!g.none) (g.left, g.leftSeat) = (d.credits[next - 1], creditSeat(d, next - 1));
        g.all = next == d.credits.length;
        if (!g.all) (g.right, g.rightSeat) = (d.credits[next], creditSeat(d, next));
    }

    function ofChange(Draft memory before, Draft memory d, uint256 i) internal pure returns (bytes memory) {
        uint256 at = _within(i, d.payouts.length);
        return abi.encode(
            before.payouts[i], payoutSeat(before, i), d.payouts[at], payoutSeat(d, at), openingOf(d.payoutTree)
        );
    }

    function ofRepetition(Draft memory d, uint256 i, Draft memory other, uint256 j)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encode(
            d.leaves[i], reportSeat(d, i), other.n, other.epoch, other.leaves[j], reportSeat(other, j)
        );
    }

    function ofDrop(Draft memory d, IRoyaltyLedger.Report memory r) internal view returns (bytes memory) {
        uint256 i = _within(r.nonce & type(uint32).max, d.leaves.length);
        bool empty = d.leaves[i].outputHash == 0;
        return abi.encode(
            r, signedReceipt(r), empty, d.leaves[i], reportSeat(d, i), openingOf(d.reportTree)
        );
    }

    function ofTwo(IRoyaltyLedger.Report memory one, IRoyaltyLedger.Report memory other)
        internal
        view
        returns (bytes memory)
    {
        return abi.encode(one, signedReceipt(one), other, signedReceipt(other));
    }

    /// @param tree 0 reports, 1 credits, 2 payouts.
    function broken(Draft memory d, uint8 tree, uint256 level, uint256 index)
        internal
        pure
        returns (IFraudProofs.Broken memory b)
    {
        SumTreeBuilder.Tree memory leaves = treeOf(d, tree);
        (b.tree, b.count, b.level, b.index) = (tree, uint64(leaves.hashes.length), level, index);
        SumTreeBuilder.Tree memory row = leaves.padded();
        for (uint256 i; i < level; ++i) {
            (uint256 l, uint256 r) = (2 * index, 2 * index + 1);
            if (i + 1 == level) {
                b.below = abi.encodePacked(row.hashes[l], uint128(row.sums[l]), row.hashes[r], uint128(row.sums[r]));
            }
            row = row.above();
        }
        (b.node, b.sum) = (row.hashes[index], uint128(row.sums[index]));
        b.proof = row.proofOf(index);
        if (level == 0 && index < leaves.hashes.length && b.node != 0) b.below = contentAt(d, tree, index);
        // The sum above the top is what was posted.
        if (b.proof.length == 0) b.sum = tree == 0 ? d.epoch.revenue : tree == 1 ? creditSum(d) : d.epoch.payoutSum;
    }

    function treeOf(Draft memory d, uint8 tree) internal pure returns (SumTreeBuilder.Tree memory) {
        return tree == 0 ? d.reportTree : tree == 1 ? d.creditTree : d.payoutTree;
    }

    function contentAt(Draft memory d, uint8 tree, uint256 i) internal pure returns (bytes memory) {
        if (tree == 0) return abi.encode(d.leaves[i]);
        return tree == 1 ? abi.encode(d.credits[i]) : abi.encode(d.payouts[i]);
    }

    function creditSum(Draft memory d) internal pure returns (uint128) {
        return d.epoch.payoutSum - uint128(uint256(d.epoch.revenueBefore) * 6000 / 10_000);
    }

    function _within(uint256 i, uint256 count) private pure returns (uint256) {
        return i < count ? i : 0;
    }
}
