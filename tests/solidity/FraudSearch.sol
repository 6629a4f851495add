// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {FraudFixture} from "./FraudFixture.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";

/// @dev A challenger that knows nothing of what was spoiled, and tries every kind at every place.
abstract contract FraudSearch is FraudFixture {
    using SumTreeBuilder for SumTreeBuilder.Tree;

    uint256 internal constant PARTS = 5;

    bool private _found;
    IFraudProofs.Fraud internal foundKind;
    bytes internal foundEvidence;

    /// @param all The epochs of the pool; the last is in question.
    function search(Draft[] memory all) internal returns (bool) {
        _found = false;
        for (uint256 part; part < PARTS && !_found; ++part) {
            searchPart(all, part);
        }
        return _found;
    }

    function searchPart(Draft[] memory all, uint256 part) internal returns (bool) {
        Draft memory d = all[all.length - 1];
        Draft memory before;
        if (d.n > 1) before = all[d.n - 2];
        if (part == 0) _searchReports(all, before, d);
        if (part == 1) _searchReceipts(before, d);
        if (part == 2) _searchCredits(before, d);
        if (part == 3) _searchPayouts(before, d);
        if (part == 4) _searchTrees(before, d);
        return _found;
    }

    function _searchReports(Draft[] memory all, Draft memory before, Draft memory d) private {
        for (uint256 i; i < d.leaves.length; ++i) {
            IFraudProofs.ReportLeaf memory leaf = d.leaves[i];
            if (leaf.outputHash == 0) continue;
            _try(before, d, IFraudProofs.Fraud.ReportMalformed, ofReport(d, i));
            _try(before, d, IFraudProofs.Fraud.UsageNotReported, ofReport(d, i));
            _try(before, d, IFraudProofs.Fraud.AlreadySettled, ofReport(d, i));
            uint256 count = leaf.workIds.length;
            if (_found || leaf.credits.length != count + 1 || leaf.payees.length != count + 1) return;
            for (uint256 entry; entry <= count; ++entry) {
                if (entry < count) _try(before, d, IFraudProofs.Fraud.WorkNotTrained, ofWork(d, i, entry));
                _try(before, d, IFraudProofs.Fraud.PayeeWrong, ofPayee(d, i, entry));
                _try(before, d, IFraudProofs.Fraud.CreditWrong, ofCredit(d, i, entry));
                _try(before, d, IFraudProofs.Fraud.CreditMissing, ofMissing(d, i, entry));
            }
            _searchOutput(all, before, d, i);
        }
    }

    function _searchOutput(Draft[] memory all, Draft memory before, Draft memory d, uint256 i) private {
        for (uint256 m; m < all.length; ++m) {
            for (uint256 j; j < all[m].leaves.length; ++j) {
                if (all[m].leaves[j].outputHash != d.leaves[i].outputHash) continue;
                _try(before, d, IFraudProofs.Fraud.OutputRepeated, ofRepetition(d, i, all[m], j));
            }
        }
    }

    function _searchReceipts(Draft memory before, Draft memory d) private {
        for (uint256 i; i < d.receipts.length; ++i) {
            if (d.receipts[i].outputHash == 0) continue;
            _try(before, d, IFraudProofs.Fraud.ReceiptDropped, ofDrop(d, d.receipts[i]));
            _try(before, d, IFraudProofs.Fraud.ReceiptDoubled, ofTwo(d.receipts[i], d.receipts[0]));
        }
    }

    function _searchCredits(Draft memory before, Draft memory d) private {
        for (uint256 at; at < d.credits.length; ++at) {
            _try(before, d, IFraudProofs.Fraud.CreditOrphaned, ofOrphan(d, at));
            if (at + 1 < d.credits.length) _try(before, d, IFraudProofs.Fraud.CreditsUnsorted, ofNeighbours(d, at));
        }
    }

    function _searchPayouts(Draft memory before, Draft memory d) private {
        for (uint256 i; i < d.payouts.length; ++i) {
            _try(before, d, IFraudProofs.Fraud.PayoutWrong, ofGrowth(before, d, i));
        }
        for (uint256 i; i < before.payouts.length; ++i) {
            _try(before, d, IFraudProofs.Fraud.PayoutChanged, ofChange(before, d, i));
        }
    }

    function _searchTrees(Draft memory before, Draft memory d) private {
        for (uint8 tree; tree < 3; ++tree) {
            uint256 width = treeOf(d, tree).padded().hashes.length;
            for (uint256 level; width >> level != 0; ++level) {
                for (uint256 i; i < width >> level; ++i) {
                    _try(before, d, IFraudProofs.Fraud.TreeBroken, abi.encode(broken(d, tree, level, i)));
                }
            }
        }
    }

    /// @dev Evidence is made to be thrown away; its memory is used again, since memory costs the more the more there is.
    function _try(Draft memory before, Draft memory d, IFraudProofs.Fraud kind, bytes memory evidence) private {
        if (_found) return;
        uint256 free;
        assembly ("memory-safe") {
            free := mload(0x40)
        }
        try judge.prove(caseOf(before, d), kind, evidence) {
            (_found, foundKind, foundEvidence) = (true, kind, evidence);
        } catch {}
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }
}
