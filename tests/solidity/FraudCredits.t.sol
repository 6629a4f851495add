// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {FraudFixture} from "./FraudFixture.sol";
import {vm} from "./Vm.sol";

/// @dev Kinds that hold reports, credits and payees against each other.
contract FraudCreditsTest is FraudFixture {
    IFraudProofs.Fraud private constant PAYEE = IFraudProofs.Fraud.PayeeWrong;
    IFraudProofs.Fraud private constant WRONG = IFraudProofs.Fraud.CreditWrong;
    IFraudProofs.Fraud private constant MISSING = IFraudProofs.Fraud.CreditMissing;
    IFraudProofs.Fraud private constant ORPHANED = IFraudProofs.Fraud.CreditOrphaned;
    IFraudProofs.Fraud private constant UNSORTED = IFraudProofs.Fraud.CreditsUnsorted;

    /* PayeeWrong */

    function test_epoch_that_pays_a_wrong_payee_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        uint32 thief = bad.leaves[PAIR].payees[1];
        bad.payouts[thief].payee = STRANGER;
        seal(bad);
        decides(one, two, bad, PAYEE, ofPayee(bad, PAIR, 1), ofPayee(two, PAIR, 1));
    }

    function test_what_no_work_explains_goes_to_commons_and_nobody_else() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.leaves[PAIR].payees[2] = bad.leaves[PAIR].payees[1];
        seal(bad);
        decides(one, two, bad, PAYEE, ofPayee(bad, PAIR, 2), ofPayee(two, PAIR, 2));
    }

    function test_payee_beyond_the_last_one_is_wrong() external {
        (Draft memory one, Draft memory two) = begin();
        two.leaves[PAIR].payees[1] = uint32(two.payouts.length);
        seal(two);
        proved(one, two, PAYEE, ofPayee(two, PAIR, 1));
    }

    function test_work_that_is_not_in_the_registry_has_no_payee() external {
        (Draft memory one, Draft memory two) = begin();
        two.leaves[PAIR].workIds[1] = "nobody's";
        seal(two);
        proved(one, two, PAYEE, ofPayee(two, PAIR, 1));
        two.payouts[two.leaves[PAIR].payees[1]].payee = address(0);
        seal(two);
        proved(one, two, PAYEE, ofPayee(two, PAIR, 1));
    }

    function test_payee_is_that_of_the_cutoff_whatever_changes_after_it() external {
        (Draft memory one, Draft memory two) = begin();
        post(two);
        uint256 work = 5;
        vm.prank(creators[work]);
        works.setPayee(ids[work], STRANGER);
        refused(one, two, PAYEE, ofPayee(two, PAIR, 1));
        vm.warp(block.timestamp + 10);
        refused(one, two, PAYEE, ofPayee(two, PAIR, 1));
        two.epoch.cutoff = uint40(block.timestamp);
        proved(one, two, PAYEE, ofPayee(two, PAIR, 1));
        two.epoch.cutoff = START - 1;
        proved(one, two, PAYEE, ofPayee(two, PAIR, 0));
    }

    function test_payee_is_read_where_the_report_says() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.ReportLeaf memory leaf = two.leaves[PAIR];
        IFraudProofs.Seat memory seat = reportSeat(two, PAIR);
        IFraudProofs.Opening memory opening = openingOf(two.payoutTree);
        bytes memory evidence = abi.encode(leaf, seat, 1, two.payouts[1], payoutSeat(two, 1), opening);
        notProved(one, two, PAYEE, evidence);
        (opening.count, opening.top) = (1, 0);
        evidence = abi.encode(leaf, seat, 1, two.payouts[1], payoutSeat(two, 1), opening);
        notProved(one, two, PAYEE, evidence);
        uint256 at = leaf.payees[1];
        evidence = abi.encode(leaf, seat, 1, two.payouts[1], payoutSeat(two, at), opening);
        notInTree(one, two, PAYEE, evidence);
        evidence = abi.encode(leaf, seat, 3, two.payouts[at], payoutSeat(two, at), opening);
        judged(one, two, PAYEE, evidence, abi.encodeWithSignature("Panic(uint256)", 0x32));
    }

    /* CreditWrong */

    function test_epoch_that_moves_a_unit_between_credits_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        uint32 from = bad.leaves[PAIR].credits[0];
        bad.credits[from].amount -= 1;
        bad.credits[bad.leaves[PAIR].credits[1]].amount += 1;
        seal(bad);
        decides(one, two, bad, WRONG, ofCredit(bad, PAIR, 0), ofCredit(two, PAIR, 0));
    }

    function test_credit_to_another_payee_of_another_report_or_entry_is_wrong() external {
        (Draft memory one,) = begin();
        for (uint256 field; field < 3; ++field) {
            Draft memory bad = second(one);
            IFraudProofs.Credit memory credit = bad.credits[bad.leaves[PAIR].credits[1]];
            if (field == 0) credit.payee += 1;
            if (field == 1) credit.report -= 1;
            if (field == 2) credit.entry -= 1;
            seal(bad);
            proved(one, bad, WRONG, ofCredit(bad, PAIR, 1));
        }
    }

    function test_no_honest_credit_is_wrong() external {
        (Draft memory one, Draft memory two) = begin();
        post(two);
        for (uint256 i; i < two.leaves.length; ++i) {
            for (uint256 entry; entry < two.leaves[i].credits.length; ++entry) {
                refused(one, two, WRONG, ofCredit(two, i, entry));
                refused(one, two, MISSING, ofMissing(two, i, entry));
            }
        }
        IFraudProofs.ReportLeaf memory leaf = two.leaves[PAIR];
        bytes memory evidence = abi.encode(leaf, reportSeat(two, PAIR), 0, two.credits[0], creditSeat(two, 0));
        refused(one, two, WRONG, evidence);
        notInTree(
            one, two, WRONG, abi.encode(leaf, reportSeat(two, PAIR), 0, two.credits[1], creditSeat(two, 0))
        );
    }

    /* CreditMissing */

    function test_epoch_without_the_last_credit_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        IFraudProofs.Credit memory last = bad.credits[bad.credits.length - 1];
        bad.leaves[last.report].credits[last.entry] += 1;
        seal(bad);
        decides(
            one, two, bad, MISSING, ofMissing(bad, last.report, last.entry), ofMissing(two, last.report, last.entry)
        );
    }

    function test_credits_are_outside_only_of_their_own_tree() external {
        (Draft memory one, Draft memory two) = begin();
        two.leaves[PAIR].credits[0] = 99;
        seal(two);
        IFraudProofs.Opening memory opening = openingOf(two.creditTree);
        opening.count += 1;
        bytes memory evidence = abi.encode(two.leaves[PAIR], reportSeat(two, PAIR), 0, opening);
        notProved(one, two, MISSING, evidence);
    }

    /* CreditOrphaned */

    function test_epoch_with_a_credit_that_no_report_names_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        _addCredit(bad, IFraudProofs.Credit(uint32(bad.payouts.length - 1), 0, 3, 0));
        seal(bad);
        decides(one, two, bad, ORPHANED, ofOrphan(bad, bad.credits.length - 1), ofOrphan(two, 2));
    }

    function test_credit_of_no_report_an_empty_place_or_no_entry_is_orphaned() external {
        (Draft memory one,) = begin();
        for (uint256 field; field < 3; ++field) {
            Draft memory bad = second(one);
            uint256 last = bad.credits.length;
            _addCredit(bad, IFraudProofs.Credit(uint32(bad.payouts.length - 1), 0, 3, 0));
            if (field == 0) bad.credits[last].report = 4;
            // Its revenue goes to another report, so that the credits still add up.
            if (field == 1) (bad.leaves[BARE].revenue, bad.leaves[3].outputHash) = (99 + 31, 0);
            if (field == 2) bad.credits[last].entry = 4;
            seal(bad);
            proved(one, bad, ORPHANED, ofOrphan(bad, last));
        }
    }

    function test_honest_credit_is_not_orphaned_by_other_reports() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.Credit memory credit = two.credits[0];
        IFraudProofs.Opening memory opening = openingOf(two.reportTree);
        IFraudProofs.Seat memory seat = creditSeat(two, 0);
        uint256 other = credit.report + 1;
        bytes memory evidence =
            abi.encode(credit, seat, false, two.leaves[other], reportSeat(two, other), opening);
        notProved(one, two, ORPHANED, evidence);
        evidence = abi.encode(credit, seat, true, two.leaves[other], reportSeat(two, other), opening);
        notProved(one, two, ORPHANED, evidence);
        evidence = abi.encode(credit, seat, true, two.leaves[other], reportSeat(two, credit.report), opening);
        notProved(one, two, ORPHANED, evidence);
        evidence = abi.encode(two.credits[1], seat, true, two.leaves[other], reportSeat(two, credit.report), opening);
        notInTree(one, two, ORPHANED, evidence);
    }

    /* CreditsUnsorted */

    function test_epoch_with_credits_out_of_order_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        uint256 left = _boundary(bad);
        (bad.credits[left], bad.credits[left + 1]) = (bad.credits[left + 1], bad.credits[left]);
        seal(bad);
        decides(one, two, bad, UNSORTED, ofNeighbours(bad, left), ofNeighbours(two, left));
    }

    function test_neighbours_are_next_to_each_other_and_equals_are_in_order() external {
        (Draft memory one, Draft memory two) = begin();
        uint256 left = _boundary(two);
        notProved(one, two, UNSORTED, ofNeighbours(two, 0));
        IFraudProofs.Credit memory low = two.credits[left];
        IFraudProofs.Credit memory high = two.credits[left + 1];
        IFraudProofs.Seat memory lowSeat = creditSeat(two, left);
        IFraudProofs.Seat memory highSeat = creditSeat(two, left + 1);
        notProved(one, two, UNSORTED, abi.encode(high, highSeat, low, lowSeat));
        notInTree(one, two, UNSORTED, abi.encode(high, lowSeat, low, highSeat));
        notInTree(one, two, UNSORTED, abi.encode(low, lowSeat, low, highSeat));
    }

    /// @return left The first credit whose neighbour has another payee.
    function _boundary(Draft memory d) private pure returns (uint256 left) {
        while (d.credits[left].payee == d.credits[left + 1].payee) ++left;
    }

    function _addCredit(Draft memory d, IFraudProofs.Credit memory credit) private pure {
        IFraudProofs.Credit[] memory longer = new IFraudProofs.Credit[](d.credits.length + 1);
        for (uint256 i; i < d.credits.length; ++i) {
            longer[i] = d.credits[i];
        }
        longer[d.credits.length] = credit;
        d.credits = longer;
    }
}
