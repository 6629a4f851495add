// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {IFraudProofs} from "./interfaces/IFraudProofs.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {EpochTrees} from "./libraries/EpochTrees.sol";
import {PositionalTree} from "./libraries/PositionalTree.sol";
import {ReportLib} from "./libraries/ReportLib.sol";
import {Shares} from "./libraries/Shares.sol";
import {Signature} from "./libraries/Signature.sol";
import {SumTree} from "./libraries/SumTree.sol";

/// @notice See IFraudProofs, which documents every kind.
contract FraudProofs is IFraudProofs {
    using EpochTrees for Case;

    bytes32 private constant USAGE_TYPEHASH =
        keccak256("Usage(bytes32 poolId,string usageId,bytes32 outputHash,uint128 revenue)");
    uint256 private constant NONCE_EPOCH_SHIFT = 32;

    IWorkRegistry public immutable works;
    IModelRegistry public immutable models;

    constructor(IWorkRegistry works_, IModelRegistry models_) {
        works = works_;
        models = models_;
    }

    /// @inheritdoc IFraudProofs
    function prove(Case calldata what, Fraud fraud, bytes calldata evidence) external view {
        Case memory c = what;
        bool proved;
        if (fraud == Fraud.ReportMalformed) proved = _reportMalformed(c, evidence);
        else if (fraud == Fraud.UsageNotReported) proved = _usageNotReported(c, evidence);
        else if (fraud == Fraud.WorkNotTrained) proved = _workNotTrained(c, evidence);
        else if (fraud == Fraud.PayeeWrong) proved = _payeeWrong(c, evidence);
        else if (fraud == Fraud.CreditWrong) proved = _creditWrong(c, evidence);
        else if (fraud == Fraud.CreditMissing) proved = _creditMissing(c, evidence);
        else if (fraud == Fraud.CreditOrphaned) proved = _creditOrphaned(c, evidence);
        else if (fraud == Fraud.CreditsUnsorted) proved = _creditsUnsorted(c, evidence);
        else if (fraud == Fraud.PayoutWrong) proved = _payoutWrong(c, evidence);
        else if (fraud == Fraud.PayoutChanged) proved = _payoutChanged(c, evidence);
        else if (fraud == Fraud.OutputRepeated) proved = _outputRepeated(c, evidence);
        else if (fraud == Fraud.AlreadySettled) proved = _alreadySettled(c, evidence);
        else if (fraud == Fraud.ReceiptDropped) proved = _receiptDropped(c, evidence);
        else if (fraud == Fraud.ReceiptDoubled) proved = _receiptDoubled(c, evidence);
        else proved = _treeBroken(c, evidence);
        if (!proved) revert NotProved(fraud);
    }

    /* REPORTS */

    function _reportMalformed(Case memory c, bytes calldata evidence) private pure returns (bool) {
        (ReportLeaf memory leaf, Seat memory seat) = abi.decode(evidence, (ReportLeaf, Seat));
        c.requireReport(leaf, seat);
        uint256 count = leaf.workIds.length;
        if (leaf.revenue == 0 || count > Shares.MAX_WORKS) return true;
        if (leaf.datasetIds.length != count || leaf.places.length != count) return true;
        if (leaf.payees.length != count + 1 || leaf.credits.length != count + 1) return true;
        return !Shares.areSound(leaf.weights, leaf.workIds);
    }

    function _usageNotReported(Case memory c, bytes calldata evidence) private view returns (bool) {
        (ReportLeaf memory leaf, Seat memory seat) = abi.decode(evidence, (ReportLeaf, Seat));
        c.requireReport(leaf, seat);
        bytes32 usage =
            keccak256(abi.encode(USAGE_TYPEHASH, c.poolId, leaf.usageId, leaf.outputHash, uint256(leaf.revenue)));
        address integrator = c.params.integrator;
        return Signature.hasKey(integrator) && ECDSA.tryRecover(_digest(c, usage), leaf.usageSignature) != integrator;
    }

    function _workNotTrained(Case memory c, bytes calldata evidence) private view returns (bool) {
        (
            ReportLeaf memory leaf,
            Seat memory seat,
            uint256 entry,
            Model memory model,
            bytes32 otherLeaf,
            bytes32[] memory proof
        ) = abi.decode(evidence, (ReportLeaf, Seat, uint256, Model, bytes32, bytes32[]));
        c.requireReport(leaf, seat);
        if (!_opens(c.params.modelId, model)) return false;
        bytes32 datasetId = leaf.datasetIds[entry];
        if (!_contains(model.datasetIds, datasetId)) return true;
        IModelRegistry.Dataset memory set = models.dataset(datasetId);
        uint256 place = leaf.places[entry];
        if (place >= set.count) return true;
        // A hash, and not what it is of: where a data set holds nothing, or nonsense, no other work could be named.
        return otherLeaf != PositionalTree.leafHash(keccak256(abi.encode(leaf.workIds[entry])))
            && PositionalTree.containsPlain(set.root, set.count, otherLeaf, place, proof);
    }

    function _outputRepeated(Case memory c, bytes calldata evidence) private view returns (bool) {
        (
            ReportLeaf memory leaf,
            Seat memory seat,
            uint256 m,
            IRoyaltyLedger.Epoch memory other,
            ReportLeaf memory otherLeaf,
            Seat memory otherSeat
        ) = abi.decode(evidence, (ReportLeaf, Seat, uint256, IRoyaltyLedger.Epoch, ReportLeaf, Seat));
        c.requireReport(leaf, seat);
        if (c.ledger.epochHash(c.poolId, m) != EpochTrees.hashOf(other)) return false;
        EpochTrees.requireReportOf(other, otherLeaf, otherSeat);
        bool apart = m != c.n || otherSeat.index != seat.index;
        return apart && leaf.outputHash == otherLeaf.outputHash;
    }

    function _alreadySettled(Case memory c, bytes calldata evidence) private view returns (bool) {
        (ReportLeaf memory leaf, Seat memory seat) = abi.decode(evidence, (ReportLeaf, Seat));
        c.requireReport(leaf, seat);
        return c.ledger.nonceUsed(c.poolId, c.n << NONCE_EPOCH_SHIFT | seat.index);
    }

    /* RECEIPTS */

    function _receiptDropped(Case memory c, bytes calldata evidence) private view returns (bool) {
        (
            IRoyaltyLedger.Report memory receipt,
            bytes memory signature,
            bool empty,
            ReportLeaf memory leaf,
            Seat memory seat,
            Opening memory opening
        ) = abi.decode(evidence, (IRoyaltyLedger.Report, bytes, bool, ReportLeaf, Seat, Opening));
        uint256 index = receipt.nonce & type(uint32).max;
        if (!_isReceipt(c, receipt, signature) || c.ledger.nonceUsed(c.poolId, receipt.nonce)) return false;
        if (_isOutside(c.epoch.reports, opening, index)) return true;
        if (seat.index != index) return false;
        if (empty) return c.isEmptyReport(seat);
        c.requireReport(leaf, seat);
        return _said(leaf.outputHash, leaf.reportHash, leaf.revenue, leaf.weights, leaf.workIds)
            != _said(receipt.outputHash, receipt.reportHash, receipt.revenue, receipt.weights, receipt.workIds);
    }

    function _receiptDoubled(Case memory c, bytes calldata evidence) private view returns (bool) {
        (
            IRoyaltyLedger.Report memory one,
            bytes memory signature,
            IRoyaltyLedger.Report memory other,
            bytes memory otherSignature
        ) = abi.decode(evidence, (IRoyaltyLedger.Report, bytes, IRoyaltyLedger.Report, bytes));
        return one.nonce == other.nonce && _isReceipt(c, one, signature) && _isReceipt(c, other, otherSignature)
            && _said(one.outputHash, one.reportHash, one.revenue, one.weights, one.workIds)
                != _said(other.outputHash, other.reportHash, other.revenue, other.weights, other.workIds);
    }

    /* CREDITS */

    function _payeeWrong(Case memory c, bytes calldata evidence) private view returns (bool) {
        (
            ReportLeaf memory leaf,
            Seat memory seat,
            uint256 entry,
            Payout memory payout,
            Seat memory payoutSeat,
            Opening memory opening
        ) = abi.decode(evidence, (ReportLeaf, Seat, uint256, Payout, Seat, Opening));
        c.requireReport(leaf, seat);
        uint256 index = leaf.payees[entry];
        if (_isOutside(c.epoch.payouts, opening, index)) return true;
        if (payoutSeat.index != index) return false;
        EpochTrees.requirePayoutOf(c.epoch, payout, payoutSeat);
        if (entry == leaf.workIds.length) return payout.payee != c.params.commons;
        address payee = works.payeeAt(leaf.workIds[entry], c.epoch.cutoff);
        return payee == address(0) || payout.payee != payee;
    }

    function _creditWrong(Case memory c, bytes calldata evidence) private pure returns (bool) {
        (ReportLeaf memory leaf, Seat memory seat, uint256 entry, Credit memory credit, Seat memory creditSeat) =
            abi.decode(evidence, (ReportLeaf, Seat, uint256, Credit, Seat));
        uint256 before = c.requireReport(leaf, seat);
        c.requireCredit(credit, creditSeat);
        if (creditSeat.index != leaf.credits[entry]) return false;
        uint256 earlier = c.epoch.revenueBefore + before;
        uint256 part = Shares.creatorPart(earlier, leaf.revenue, c.params.creatorBps);
        return credit.payee != leaf.payees[entry] || credit.report != seat.index || credit.entry != entry
            || credit.amount != Shares.amountOf(part, leaf.weights, entry, leaf.workIds.length);
    }

    function _creditMissing(Case memory c, bytes calldata evidence) private pure returns (bool) {
        (ReportLeaf memory leaf, Seat memory seat, uint256 entry, Opening memory opening) =
            abi.decode(evidence, (ReportLeaf, Seat, uint256, Opening));
        c.requireReport(leaf, seat);
        return _isOutside(c.epoch.credits, opening, leaf.credits[entry]);
    }

    function _creditOrphaned(Case memory c, bytes calldata evidence) private pure returns (bool) {
        (
            Credit memory credit,
            Seat memory creditSeat,
            bool empty,
            ReportLeaf memory leaf,
            Seat memory seat,
            Opening memory opening
        ) = abi.decode(evidence, (Credit, Seat, bool, ReportLeaf, Seat, Opening));
        c.requireCredit(credit, creditSeat);
        if (_isOutside(c.epoch.reports, opening, credit.report)) return true;
        if (seat.index != credit.report) return false;
        if (empty) return c.isEmptyReport(seat);
        c.requireReport(leaf, seat);
        return credit.entry >= leaf.credits.length || leaf.credits[credit.entry] != creditSeat.index;
    }

    function _creditsUnsorted(Case memory c, bytes calldata evidence) private pure returns (bool) {
        (Credit memory left, Seat memory leftSeat, Credit memory right, Seat memory rightSeat) =
            abi.decode(evidence, (Credit, Seat, Credit, Seat));
        c.requireCredit(left, leftSeat);
        c.requireCredit(right, rightSeat);
        return rightSeat.index == leftSeat.index + 1 && right.payee < left.payee;
    }

    /* PAYOUTS */

    function _payoutWrong(Case memory c, bytes calldata evidence) private pure returns (bool) {
        Growth memory growth = abi.decode(evidence, (Growth));
        uint256 index = growth.seat.index;
        uint256 now_ = EpochTrees.requirePayoutOf(c.epoch, growth.payout, growth.seat) + growth.payout.amount;
        (bool shown, uint256 before) = _payoutsBefore(c, growth, index);
        if (!shown) return false;
        uint256 credited;
        if (!growth.none) {
            if (growth.left.payee > index) return false;
            credited = c.requireCredit(growth.left, growth.leftSeat) + growth.left.amount;
        }
        uint256 next = growth.none ? 0 : growth.leftSeat.index + 1;
        if (growth.all) {
            if (growth.none || growth.leftSeat.count != next) return false;
        } else {
            c.requireCredit(growth.right, growth.rightSeat);
            if (growth.rightSeat.index != next || growth.right.payee <= index) return false;
        }
        return now_ != before + credited;
    }

    /// @return shown Whether the evidence says what all payees up to the index had before.
    function _payoutsBefore(Case memory c, Growth memory growth, uint256 index)
        private
        pure
        returns (bool shown, uint256 before)
    {
        if (c.n == 1) return (true, 0);
        if (!growth.known) return (_isOutside(c.previous.payouts, growth.opening, index), c.previous.payoutSum);
        before = EpochTrees.requirePayoutOf(c.previous, growth.payoutBefore, growth.seatBefore);
        return (growth.seatBefore.index == index, before + growth.payoutBefore.amount);
    }

    function _payoutChanged(Case memory c, bytes calldata evidence) private pure returns (bool) {
        (Payout memory before, Seat memory seatBefore, Payout memory now_, Seat memory seat, Opening memory opening) =
            abi.decode(evidence, (Payout, Seat, Payout, Seat, Opening));
        if (c.n == 1) return false;
        EpochTrees.requirePayoutOf(c.previous, before, seatBefore);
        if (_isOutside(c.epoch.payouts, opening, seatBefore.index)) return true;
        EpochTrees.requirePayoutOf(c.epoch, now_, seat);
        return seat.index == seatBefore.index && (now_.payee != before.payee || now_.amount < before.amount);
    }

    /* TREES */

    function _treeBroken(Case memory c, bytes calldata evidence) private pure returns (bool) {
        Broken memory broken = abi.decode(evidence, (Broken));
        c.requireNode(broken);
        if (broken.index << broken.level >= broken.count) return broken.sum != 0;
        // A report may be left out after its receipt was cashed; nothing else may, and nothing is worth nothing. A parent
        // is never zero, even of nothing: it would hide which of its leaves are left out.
        if (broken.node == 0) return broken.level != 0 || broken.tree != EpochTrees.REPORTS || broken.sum != 0;
        if (broken.level != 0) {
            return keccak256(abi.encodePacked(bytes1(0x01), broken.below)) == broken.node
                && EpochTrees.sumOfChildren(broken.below) != broken.sum;
        }
        return SumTree.leafHash(keccak256(broken.below)) == broken.node
            && EpochTrees.amountIn(broken.tree, broken.below) != broken.sum;
    }

    /* WHAT THE KINDS SHARE */

    /// @return Whether an index lies beyond the end of the tree under `root`.
    function _isOutside(bytes32 root, Opening memory opening, uint256 index) private pure returns (bool) {
        return index >= opening.count && root == SumTree.rootOf(opening.count, opening.top);
    }

    function _isReceipt(Case memory c, IRoyaltyLedger.Report memory report, bytes memory signature)
        private
        view
        returns (bool)
    {
        return report.nonce >> NONCE_EPOCH_SHIFT == c.n
            && Signature.isByPlain(
                c.params.operator, _digest(c, ReportLib.structHashPlain(c.poolId, report)), signature
            );
    }

    function _digest(Case memory c, bytes32 structHash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", c.domainSeparator, structHash));
    }

    function _said(bytes32 outputHash, bytes32 reportHash, uint256 revenue, uint256 weights, bytes32[] memory workIds)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(outputHash, reportHash, revenue, weights, workIds));
    }

    function _opens(bytes32 modelId, Model memory m) private pure returns (bool) {
        return modelId == keccak256(abi.encode(m.developer, m.weightsHash, m.algorithmHash, m.datasetIds));
    }

    function _contains(bytes32[] memory ids, bytes32 id) private pure returns (bool) {
        for (uint256 i; i < ids.length; ++i) {
            if (ids[i] == id) return true;
        }
        return false;
    }
}
