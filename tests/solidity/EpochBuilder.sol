// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {Fixture} from "./Fixture.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @dev A pool with real works, data sets and keys, and honest epochs of it, built the plain way that
/// docs/reference/epochs.md describes. A test takes one, spoils one thing, and seals it again.
abstract contract EpochBuilder is Fixture {
    using SumTreeBuilder for SumTreeBuilder.Tree;

    /// @dev An epoch before it is posted. A receipt or leaf without an output hash is a place left empty.
    struct Draft {
        uint256 n;
        IRoyaltyLedger.Report[] receipts;
        IFraudProofs.ReportLeaf[] leaves;
        IFraudProofs.Credit[] credits;
        IFraudProofs.Payout[] payouts;
        SumTreeBuilder.Tree reportTree;
        SumTreeBuilder.Tree creditTree;
        SumTreeBuilder.Tree payoutTree;
        IRoyaltyLedger.Epoch epoch;
    }

    uint256 internal constant INTEGRATOR_KEY = 0x1E7;
    bytes32 private constant USAGE_TYPEHASH =
        keccak256("Usage(bytes32 poolId,string usageId,bytes32 outputHash,uint128 revenue)");

    IRoyaltyLedger.PoolParams internal params;
    bytes32 internal poolId;
    /// @dev Twelve works, ascending; those at even places are in the first data set, the others in the second.
    bytes32[] internal ids;
    address[] internal creators;
    /// @dev A registered work that no data set holds.
    bytes32 internal outsider;
    bytes32[] internal datasets;
    bytes32[] private _lowSet;
    bytes32[] private _highSet;

    function openPool() internal {
        deployAll();
        (ids, creators) = registerWorks(12);
        outsider = works.register(keccak256("outsider"), 0, STRANGER);
        // Two works of one payee, so that a payee's credits can be many.
        vm.prank(creators[3]);
        works.setPayee(ids[3], creators[4]);
        params = terms(address(yen), _registerSets());
        params.integrator = vm.addr(INTEGRATOR_KEY);
        poolId = ledger.open(params);
        yen.mint(address(this), 1e15);
        yen.approve(address(ledger), 1e15);
        ledger.fund(poolId, 1e12);
        ledger.stake(poolId, params.bond);
        vm.warp(block.timestamp + 10);
    }

    function _registerSets() private returns (bytes32) {
        for (uint256 i; i < ids.length; ++i) {
            (i % 2 == 0 ? _lowSet : _highSet).push(TreeBuilder.leafHash(keccak256(abi.encode(ids[i]))));
        }
        bytes32 low = models.registerDataset(TreeBuilder.rootOf(_lowSet), uint64(_lowSet.length), START, "low");
        bytes32 high = models.registerDataset(TreeBuilder.rootOf(_highSet), uint64(_highSet.length), START, "high");
        datasets = [low, high];
        return models.registerModel("weights", "algorithm", model().datasetIds);
    }

    function model() internal view returns (IFraudProofs.Model memory m) {
        m = IFraudProofs.Model(address(this), "weights", "algorithm", datasets);
        if (m.datasetIds[0] > m.datasetIds[1]) {
            (m.datasetIds[0], m.datasetIds[1]) = (m.datasetIds[1], m.datasetIds[0]);
        }
    }

    /// @return leaf What a data set holds at a place.
    function heldAt(uint256 set, uint256 place) internal view returns (bytes32 leaf, bytes32[] memory proof) {
        bytes32[] memory leaves = set == 0 ? _lowSet : _highSet;
        return (leaves[place], TreeBuilder.proofOf(leaves, place));
    }

    /* RECEIPTS */

    /// @dev On `count` works from the one at `first` on, with equal weights that leave a tenth, and the rest of division.
    function receipt(uint256 n, uint256 index, uint128 revenue, uint256 first, uint256 count)
        internal
        view
        returns (IRoyaltyLedger.Report memory r)
    {
        r.nonce = n << 32 | index;
        r.outputHash = keccak256(abi.encode("output", r.nonce));
        r.reportHash = keccak256(abi.encode("report", r.nonce));
        r.revenue = revenue;
        r.deadline = START + 400 days;
        r.workIds = new bytes32[](count);
        uint256[] memory weights = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            (r.workIds[i], weights[i]) = (ids[first + i], 900_000 / count);
        }
        r.weights = pack(weights);
    }

    function signedReceipt(IRoyaltyLedger.Report memory r) internal view returns (bytes memory) {
        return signReport(OPERATOR_KEY, poolId, r);
    }

    function signUsage(bytes32 usageId, bytes32 outputHash, uint128 revenue) internal view returns (bytes memory) {
        bytes32 usage = keccak256(abi.encode(USAGE_TYPEHASH, poolId, usageId, outputHash, revenue));
        return sign(INTEGRATOR_KEY, "Creditline RoyaltyLedger", address(ledger), usage);
    }

    /* EPOCHS */

    /// @param before The epoch before; an empty draft for the first.
    function draft(Draft memory before, IRoyaltyLedger.Report[] memory receipts) internal view returns (Draft memory d) {
        d.n = before.n + 1;
        d.receipts = receipts;
        d.epoch.cutoff = uint40(block.timestamp - 1);
        d.epoch.revenueBefore = before.epoch.revenueBefore + before.epoch.revenue;
        d.leaves = new IFraudProofs.ReportLeaf[](receipts.length);
        d.payouts = _payoutsOf(before);
        uint256 reached = d.epoch.revenueBefore;
        for (uint256 i; i < receipts.length; ++i) {
            if (receipts[i].outputHash == 0) continue;
            d.leaves[i] = _leafOf(receipts[i]);
            _addCredits(d, i, reached);
            reached += receipts[i].revenue;
        }
        _sortCredits(d.credits);
        for (uint256 at; at < d.credits.length; ++at) {
            IFraudProofs.Credit memory credit = d.credits[at];
            d.leaves[credit.report].credits[credit.entry] = uint32(at);
            d.payouts[credit.payee].amount += credit.amount;
        }
        seal(d);
    }

    /// @dev Builds the trees of the leaves anew, and what is posted of them.
    function seal(Draft memory d) internal view {
        uint256 count = d.leaves.length;
        d.reportTree = SumTreeBuilder.Tree(new bytes32[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            if (d.leaves[i].outputHash == 0) continue;
            d.reportTree.hashes[i] = TreeBuilder.leafHash(keccak256(abi.encode(d.leaves[i])));
            d.reportTree.sums[i] = d.leaves[i].revenue;
        }
        count = d.credits.length;
        d.creditTree = SumTreeBuilder.Tree(new bytes32[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            d.creditTree.hashes[i] = TreeBuilder.leafHash(keccak256(abi.encode(d.credits[i])));
            d.creditTree.sums[i] = d.credits[i].amount;
        }
        count = d.payouts.length;
        d.payoutTree = SumTreeBuilder.Tree(new bytes32[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            d.payoutTree.hashes[i] = TreeBuilder.leafHash(keccak256(abi.encode(d.payouts[i])));
            d.payoutTree.sums[i] = d.payouts[i].amount;
        }
        d.epoch.revenue = uint128(d.reportTree.totalOf());
        root(d);
    }

    /// @dev The roots of the trees as they are, and what follows from the revenue.
    function root(Draft memory d) internal view {
        d.epoch.reports = d.reportTree.rootOf();
        d.epoch.credits = d.creditTree.rootOf();
        d.epoch.payouts = d.payoutTree.rootOf();
        d.epoch.payoutSum = uint128(uint256(d.epoch.revenueBefore + d.epoch.revenue) * params.creatorBps / 10_000);
    }

    function post(Draft memory d) internal {
        IRoyaltyLedger.Epoch memory e = d.epoch;
        vm.prank(operator);
        ledger.post(poolId, d.n, e.payouts, e.reports, e.credits, uint96(e.revenue), e.cutoff, e.data);
    }

    function finalise() internal {
        vm.warp(block.timestamp + params.window);
    }

    /* SEATS */

    function reportSeat(Draft memory d, uint256 i) internal pure returns (IFraudProofs.Seat memory) {
        return seatIn(d.reportTree, i);
    }

    function creditSeat(Draft memory d, uint256 i) internal pure returns (IFraudProofs.Seat memory) {
        return seatIn(d.creditTree, i);
    }

    function payoutSeat(Draft memory d, uint256 i) internal pure returns (IFraudProofs.Seat memory) {
        return seatIn(d.payoutTree, i);
    }

    function seatIn(SumTreeBuilder.Tree memory tree, uint256 i) internal pure returns (IFraudProofs.Seat memory) {
        return IFraudProofs.Seat(uint64(tree.hashes.length), i, tree.proofOf(i));
    }

    function openingOf(SumTreeBuilder.Tree memory tree) internal pure returns (IFraudProofs.Opening memory) {
        (bytes32 top,) = tree.top();
        return IFraudProofs.Opening(uint64(tree.hashes.length), top);
    }

    /* INSIDE */

    function _leafOf(IRoyaltyLedger.Report memory r) private view returns (IFraudProofs.ReportLeaf memory leaf) {
        uint256 count = r.workIds.length;
        leaf.outputHash = r.outputHash;
        leaf.reportHash = r.reportHash;
        leaf.revenue = r.revenue;
        leaf.weights = r.weights;
        leaf.workIds = new bytes32[](count);
        leaf.usageId = keccak256(abi.encode("usage", r.nonce));
        leaf.usageSignature = signUsage(leaf.usageId, r.outputHash, r.revenue);
        leaf.datasetIds = new bytes32[](count);
        leaf.places = new uint64[](count);
        leaf.payees = new uint32[](count + 1);
        leaf.credits = new uint32[](count + 1);
        for (uint256 i; i < count; ++i) {
            leaf.workIds[i] = r.workIds[i];
            uint256 at;
            while (at < ids.length - 1 && ids[at] != r.workIds[i]) ++at;
            (leaf.datasetIds[i], leaf.places[i]) = (datasets[at % 2], uint64(at / 2));
        }
    }

    /// @dev The credits of one report, at the end of the list, unsorted.
    function _addCredits(Draft memory d, uint256 index, uint256 reached) private view {
        IFraudProofs.ReportLeaf memory leaf = d.leaves[index];
        uint256 part = (reached + leaf.revenue) * params.creatorBps / 10_000 - reached * params.creatorBps / 10_000;
        uint256 given;
        uint256 sum;
        IFraudProofs.Credit[] memory longer = new IFraudProofs.Credit[](d.credits.length + leaf.workIds.length + 1);
        for (uint256 i; i < d.credits.length; ++i) {
            longer[i] = d.credits[i];
        }
        for (uint256 entry; entry <= leaf.workIds.length; ++entry) {
            bool isRest = entry == leaf.workIds.length;
            sum += leaf.weights >> (20 * entry) & 0xfffff;
            uint256 now_ = isRest ? part : part * sum / 1_000_000;
            leaf.payees[entry] = _indexOf(d, isRest ? COMMONS : works.payeeAt(leaf.workIds[entry], d.epoch.cutoff));
            longer[d.credits.length + entry] =
                IFraudProofs.Credit(leaf.payees[entry], uint128(now_ - given), uint32(index), uint8(entry));
            given = now_;
        }
        d.credits = longer;
    }

    /// @dev A payee that had nothing yet comes after all others.
    function _indexOf(Draft memory d, address payee) private pure returns (uint32) {
        uint256 count = d.payouts.length;
        for (uint256 i; i < count; ++i) {
            if (d.payouts[i].payee == payee) return uint32(i);
        }
        IFraudProofs.Payout[] memory longer = new IFraudProofs.Payout[](count + 1);
        for (uint256 i; i < count; ++i) {
            longer[i] = d.payouts[i];
        }
        longer[count].payee = payee;
        d.payouts = longer;
        return uint32(count);
    }

    function _payoutsOf(Draft memory before) private pure returns (IFraudProofs.Payout[] memory payouts) {
        payouts = new IFraudProofs.Payout[](before.n == 0 ? 1 : before.payouts.length);
        payouts[0].payee = COMMONS;
        for (uint256 i; i < before.payouts.length; ++i) {
            payouts[i] = IFraudProofs.Payout(before.payouts[i].payee, before.payouts[i].amount);
        }
    }

    /// @dev Insertion, since the list is short.
    function _sortCredits(IFraudProofs.Credit[] memory credits) private pure {
        for (uint256 i = 1; i < credits.length; ++i) {
            IFraudProofs.Credit memory credit = credits[i];
            uint256 at = i;
            for (; at > 0 && credits[at - 1].payee > credit.payee; --at) {
                credits[at] = credits[at - 1];
            }
            credits[at] = credit;
        }
    }
}
