// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {FraudSearch} from "./FraudSearch.sol";
import {vm} from "./Vm.sol";

/// @dev Random epochs: an honest operator is never slashed, and whatever is spoiled is found.
contract FraudSearchTest is FraudSearch {
    uint256 private constant SPOILS = 25;

    uint256 private _dice;

    /// @dev One run takes a second, so fewer of them; each tries a part of the kinds at every place, and all at random.
    /// forge-config: default.fuzz.runs = 100
    function testFuzz_no_evidence_of_any_kind_harms_an_honest_epoch(uint256 seed) external {
        _dice = seed;
        Draft[] memory all = _history(1 + _roll(4));
        vm.assertFalse(searchPart(all, _roll(PARTS)));
        for (uint256 i; i < 30; ++i) {
            _refuseRandom(all, IFraudProofs.Fraud(i % 15));
        }
        finalise();
        Draft memory last = all[all.length - 1];
        vm.assertEq(ledger.finalRevenue(poolId), last.epoch.revenueBefore + last.epoch.revenue);
    }

    /// forge-config: default.fuzz.runs = 100
    function testFuzz_whatever_one_field_is_spoiled_a_stranger_voids_the_epoch(uint256 seed) external {
        _dice = seed;
        Draft[] memory all = _history(_roll(2));
        Draft[] memory longer = new Draft[](all.length + 1);
        for (uint256 i; i < all.length; ++i) {
            longer[i] = all[i];
        }
        if (all.length != 0) finalise();
        Draft memory before;
        if (all.length != 0) before = all[all.length - 1];
        Draft memory bad = _random(before);
        uint256 what = _roll(SPOILS);
        _spoil(bad, what);
        // Without any revenue it cannot be posted.
        if (bad.epoch.revenue == 0) return;
        longer[all.length] = bad;
        vm.assertTrue(search(longer), "no kind proves it");
        voided(before, bad, foundKind, foundEvidence);
    }

    /* EPOCHS */

    /// @return all As many honest epochs, posted; all but the last are final.
    function _history(uint256 count) private returns (Draft[] memory all) {
        all = new Draft[](count);
        Draft memory before;
        for (uint256 i; i < count; ++i) {
            if (i != 0) finalise();
            before = all[i] = _random(before);
            post(before);
        }
    }

    /// @dev One to six reports on up to twelve works. Some of them were settled as cheques before.
    function _random(Draft memory before) private returns (Draft memory) {
        uint256 n = before.n + 1;
        IRoyaltyLedger.Report[] memory receipts = new IRoyaltyLedger.Report[](1 + _roll(6));
        for (uint256 i; i < receipts.length; ++i) {
            uint256 count = _roll(13);
            uint128 revenue = uint128(1 + _roll(_roll(2) == 0 ? 5 : 1_000_000));
            receipts[i] = receipt(n, i, revenue, _roll(13 - count), count);
            uint256[] memory weights = new uint256[](count);
            for (uint256 j; j < count; ++j) {
                weights[j] = 1 + _roll(1_000_000 / count);
            }
            receipts[i].weights = pack(weights);
            if (i == 0 || _roll(4) != 0) continue;
            receipts[i].deadline = block.timestamp + 1 days;
            ledger.settle(poolId, receipts[i], signedReceipt(receipts[i]));
            delete receipts[i];
        }
        return draft(before, receipts);
    }

    /* RANDOM EVIDENCE */

    /// @dev Of the right form, and put together from what the epoch holds without regard to what belongs together.
    function _refuseRandom(Draft[] memory all, IFraudProofs.Fraud kind) private {
        Draft memory d = all[all.length - 1];
        Draft memory before;
        if (d.n > 1) before = all[d.n - 2];
        bytes memory evidence = uint256(kind) < 7 ? _reportEvidence(d, kind) : _otherEvidence(all, before, d, kind);
        try judge.prove(caseOf(before, d), kind, evidence) {
            vm.assertTrue(false, "an honest epoch was voided");
        } catch {}
    }

    function _reportEvidence(Draft memory d, IFraudProofs.Fraud kind) private returns (bytes memory) {
        uint256 i = _roll(d.leaves.length);
        IFraudProofs.Seat memory seat = reportSeat(d, _roll(3) == 0 ? _roll(d.leaves.length) : i);
        IFraudProofs.ReportLeaf memory leaf = d.leaves[i];
        uint256 entry = _roll(14);
        if (kind == IFraudProofs.Fraud.WorkNotTrained) {
            (bytes32 held, bytes32[] memory proof) = heldAt(_roll(2), _roll(6));
            return abi.encode(leaf, seat, entry, model(), held, proof);
        }
        uint256 at = _roll(d.credits.length);
        if (kind == IFraudProofs.Fraud.CreditWrong) {
            return abi.encode(leaf, seat, entry, d.credits[at], creditSeat(d, at));
        }
        if (kind == IFraudProofs.Fraud.CreditMissing) return abi.encode(leaf, seat, entry, _opening(d));
        if (kind == IFraudProofs.Fraud.CreditOrphaned) {
            return abi.encode(d.credits[at], creditSeat(d, at), _roll(2) == 0, leaf, seat, _opening(d));
        }
        at = _roll(d.payouts.length);
        if (kind == IFraudProofs.Fraud.PayeeWrong) {
            return abi.encode(leaf, seat, entry, d.payouts[at], payoutSeat(d, at), _opening(d));
        }
        return abi.encode(leaf, seat);
    }

    function _otherEvidence(Draft[] memory all, Draft memory before, Draft memory d, IFraudProofs.Fraud kind)
        private
        returns (bytes memory)
    {
        uint256 at = _roll(d.credits.length);
        uint256 next = _roll(d.credits.length);
        if (kind == IFraudProofs.Fraud.CreditsUnsorted) {
            return abi.encode(d.credits[at], creditSeat(d, at), d.credits[next], creditSeat(d, next));
        }
        if (kind == IFraudProofs.Fraud.PayoutWrong) return abi.encode(_growth(all, before, d));
        if (kind == IFraudProofs.Fraud.PayoutChanged) {
            Draft memory other = all[_roll(all.length)];
            (at, next) = (_roll(other.payouts.length), _roll(d.payouts.length));
            return abi.encode(other.payouts[at], payoutSeat(other, at), d.payouts[next], payoutSeat(d, next), _opening(d));
        }
        at = _roll(d.leaves.length);
        if (kind == IFraudProofs.Fraud.OutputRepeated) {
            Draft memory other = all[_roll(all.length)];
            return ofRepetition(d, at, other, _roll(other.leaves.length));
        }
        IRoyaltyLedger.Report memory r = d.receipts[_roll(d.receipts.length)];
        if (kind == IFraudProofs.Fraud.ReceiptDropped) {
            return abi.encode(r, signedReceipt(r), _roll(2) == 0, d.leaves[at], reportSeat(d, at), _opening(d));
        }
        if (kind == IFraudProofs.Fraud.ReceiptDoubled) return ofTwo(r, d.receipts[_roll(d.receipts.length)]);
        IFraudProofs.Broken memory b = broken(d, uint8(_roll(3)), 0, 0);
        if (_roll(2) == 0) b.level = _roll(4);
        if (_roll(2) == 0) b.index = _roll(20);
        if (_roll(2) == 0) (b.node, b.sum) = (0, 0);
        return abi.encode(b);
    }

    /// @dev The growth of one index with the boundary, or the past, of another.
    function _growth(Draft[] memory all, Draft memory before, Draft memory d)
        private
        returns (IFraudProofs.Growth memory g)
    {
        g = growth(before, d, _roll(d.payouts.length));
        Draft memory past = all[_roll(all.length)];
        IFraudProofs.Growth memory other = growth(past, d, _roll(d.payouts.length));
        uint256 mix = _roll(4);
        if (mix == 0) (g.none, g.left, g.leftSeat) = (other.none, other.left, other.leftSeat);
        if (mix == 1) (g.all, g.right, g.rightSeat) = (other.all, other.right, other.rightSeat);
        if (mix == 2) (g.known, g.payoutBefore, g.seatBefore) = (other.known, other.payoutBefore, other.seatBefore);
        if (mix == 3) (g.known, g.opening) = (false, _opening(past));
    }

    function _opening(Draft memory d) private returns (IFraudProofs.Opening memory opening) {
        opening = openingOf(treeOf(d, uint8(_roll(3))));
        if (_roll(4) == 0) opening.count = uint64(_roll(opening.count));
    }

    /* SPOILING */

    function _spoil(Draft memory d, uint256 what) private {
        uint256 i = _roll(d.leaves.length);
        if (d.leaves[i].outputHash == 0) i = 0;
        uint256 at = _roll(d.credits.length);
        uint256 index = _roll(d.payouts.length);
        // A report on no work has none to spoil, the last credit no neighbour, and commons alone cannot be left out.
        if (what > 10 && what < 16 && d.leaves[i].workIds.length == 0) what = 0;
        if (what == 19 && d.credits.length == 1) what = 16;
        if (what == 21 && d.payouts.length == 1) what = 20;
        if (what < 11) _spoilReport(d, i, what);
        else if (what < 16) _spoilWork(d.leaves[i], _roll(d.leaves[i].workIds.length), what);
        else if (what < 20) _spoilCredit(d, at, what);
        else if (what < 23) _spoilPayout(d, index, what);
        seal(d);
        uint8 tree = uint8(_roll(3));
        at = tree == 0 ? i : tree == 1 ? at : index;
        // A leaf alone is the top, whose sum is not in the tree but posted.
        if (what == 23 && treeOf(d, tree).sums.length == 1) what = 24;
        if (what == 23) treeOf(d, tree).sums[at] += 1;
        if (what == 24) treeOf(d, tree).hashes[at] = 0;
        root(d);
    }

    function _spoilReport(Draft memory d, uint256 i, uint256 what) private {
        // What was signed stays as it was.
        d.receipts[i] = abi.decode(abi.encode(d.receipts[i]), (IRoyaltyLedger.Report));
        IFraudProofs.ReportLeaf memory leaf = d.leaves[i];
        uint256 entry = _roll(leaf.credits.length);
        if (what == 0) leaf.outputHash = "spoiled";
        if (what == 1) leaf.reportHash = "spoiled";
        if (what == 2) leaf.revenue += 1;
        if (what == 3) leaf.revenue -= 1;
        if (what == 4) leaf.weights ^= 1;
        if (what == 5) leaf.usageId = "spoiled";
        if (what == 6) leaf.usageSignature[_roll(65)] ^= 0x01;
        if (what == 7) leaf.payees[entry] += 1;
        if (what == 8) leaf.credits[entry] += 1;
        if (what == 9) leaf.outputHash = 0;
        if (what == 10) leaf.workIds = new bytes32[](leaf.workIds.length + 1);
    }

    function _spoilWork(IFraudProofs.ReportLeaf memory leaf, uint256 entry, uint256 what) private view {
        if (what == 11) leaf.workIds[entry] = outsider;
        if (what == 12) leaf.workIds[entry] = bytes32(uint256(leaf.workIds[entry]) + 1);
        if (what == 13) leaf.datasetIds[entry] = leaf.datasetIds[entry] == datasets[0] ? datasets[1] : datasets[0];
        if (what == 14) leaf.datasetIds[entry] = "another model's";
        if (what == 15) leaf.places[entry] += 1;
    }

    function _spoilCredit(Draft memory d, uint256 at, uint256 what) private pure {
        IFraudProofs.Credit memory credit = d.credits[at];
        if (what == 16) credit.payee += 1;
        if (what == 17) credit.amount += 1;
        if (what == 18) credit.report += 1;
        if (what != 19) return;
        uint256 other = (at + 1) % d.credits.length;
        (d.credits[at], d.credits[other]) = (d.credits[other], credit);
    }

    function _spoilPayout(Draft memory d, uint256 index, uint256 what) private pure {
        if (what == 20) d.payouts[index].payee = STRANGER;
        if (what == 22) d.payouts[index].amount += 1;
        if (what != 21) return;
        IFraudProofs.Payout[] memory shorter = new IFraudProofs.Payout[](d.payouts.length - 1);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = d.payouts[i];
        }
        d.payouts = shorter;
    }

    function _roll(uint256 sides) private returns (uint256) {
        _dice = uint256(keccak256(abi.encode(_dice)));
        return _dice % sides;
    }
}
