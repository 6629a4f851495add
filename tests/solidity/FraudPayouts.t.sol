// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {FraudFixture} from "./FraudFixture.sol";
import {vm} from "./Vm.sol";

/// @dev Kinds that hold the payouts against the credits, and against the payouts of the epoch before.
contract FraudPayoutsTest is FraudFixture {
    IFraudProofs.Fraud private constant WRONG = IFraudProofs.Fraud.PayoutWrong;
    IFraudProofs.Fraud private constant CHANGED = IFraudProofs.Fraud.PayoutChanged;

    /* PayoutWrong */

    function test_epoch_that_moves_a_unit_between_payees_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.payouts[3].amount -= 1;
        bad.payouts[4].amount += 1;
        seal(bad);
        decides(one, two, bad, WRONG, ofGrowth(one, bad, 3), ofGrowth(one, two, 3));
    }

    function test_epoch_that_pays_a_new_payee_for_nothing_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        _addPayout(bad, IFraudProofs.Payout(STRANGER, 5));
        bad.payouts[bad.payouts.length - 2].amount -= 5;
        seal(bad);
        uint256 cheated = bad.payouts.length - 2;
        decides(one, two, bad, WRONG, ofGrowth(one, bad, cheated), ofGrowth(one, two, cheated));
    }

    function test_first_epoch_pays_its_credits_and_nothing_before_them() external {
        Draft memory none;
        Draft memory bad = first();
        bad.payouts[0].amount += 1;
        bad.payouts[1].amount -= 1;
        seal(bad);
        decides(none, first(), bad, WRONG, ofGrowth(none, bad, 0), ofGrowth(none, first(), 0));
    }

    function test_first_epoch_is_not_judged_by_one_that_the_challenger_invents() external {
        Draft memory one = first();
        post(one);
        Draft memory invented = first();
        invented.payouts[0].amount += 1_000;
        seal(invented);
        for (uint256 i; i < one.payouts.length; ++i) {
            refused(invented, one, WRONG, ofGrowth(invented, one, i));
            refused(invented, one, CHANGED, ofChange(invented, one, i));
        }
    }

    function test_no_honest_growth_is_wrong() external {
        (Draft memory one, Draft memory two) = begin();
        post(two);
        for (uint256 i; i < two.payouts.length; ++i) {
            refused(one, two, WRONG, ofGrowth(one, two, i));
        }
    }

    function test_payee_that_grew_without_any_credit_at_or_before_it_is_wrong() external {
        (Draft memory one, Draft memory two) = begin();
        // Everything that commons was credited is said to be the first creator's.
        for (uint256 at; at < two.credits.length; ++at) {
            if (two.credits[at].payee == 0) two.credits[at].payee = 1;
        }
        seal(two);
        assert(growth(one, two, 0).none);
        proved(one, two, WRONG, ofGrowth(one, two, 0));
        uint128 grown = two.payouts[0].amount - one.payouts[0].amount;
        two.payouts[0].amount -= grown;
        two.payouts[1].amount += grown;
        seal(two);
        notProved(one, two, WRONG, ofGrowth(one, two, 0));
        notProved(one, two, WRONG, ofGrowth(one, two, 1));
    }

    function test_boundary_between_credits_must_be_the_true_one() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.Growth memory g = growth(one, two, 1);
        assert(!g.none && !g.all);
        // Too far to the right, too far to the left, and not next to each other.
        IFraudProofs.Growth memory far = growth(one, two, 2);
        (g.left, g.leftSeat, g.right, g.rightSeat) = (far.left, far.leftSeat, far.right, far.rightSeat);
        notProved(one, two, WRONG, abi.encode(g));
        IFraudProofs.Growth memory near = growth(one, two, 0);
        (g.left, g.leftSeat, g.right, g.rightSeat) = (near.left, near.leftSeat, near.right, near.rightSeat);
        notProved(one, two, WRONG, abi.encode(g));
        (g.right, g.rightSeat) = (far.right, far.rightSeat);
        notProved(one, two, WRONG, abi.encode(g));
    }

    function test_all_and_none_are_not_taken_on_trust() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.Growth memory g = growth(one, two, 1);
        g.all = true;
        notProved(one, two, WRONG, abi.encode(g));
        g.none = true;
        notProved(one, two, WRONG, abi.encode(g));
        g.all = false;
        notProved(one, two, WRONG, abi.encode(g));
        (g.right, g.rightSeat) = (two.credits[0], creditSeat(two, 0));
        notProved(one, two, WRONG, abi.encode(g));
        // A count that the root does not commit to: the credit that would be the last is not in such a tree.
        g = growth(one, two, 1);
        g.all = true;
        g.leftSeat.count = uint64(g.leftSeat.index + 1);
        notInTree(one, two, WRONG, abi.encode(g));
    }

    function test_what_a_payee_had_before_must_be_shown() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.Growth memory g = growth(one, two, 1);
        assert(g.known);
        (g.payoutBefore, g.seatBefore) = (one.payouts[2], payoutSeat(one, 2));
        notProved(one, two, WRONG, abi.encode(g));
        (g.known, g.opening) = (false, openingOf(one.payoutTree));
        notProved(one, two, WRONG, abi.encode(g));
        g.opening.count = 1;
        notProved(one, two, WRONG, abi.encode(g));
        (g.known, g.payoutBefore.amount) = (true, 0);
        notInTree(one, two, WRONG, abi.encode(g));
        uint256 last = two.payouts.length - 1;
        g = growth(one, two, last);
        assert(!g.known && g.all);
        notProved(one, two, WRONG, abi.encode(g));
        g.opening.top = 0;
        notProved(one, two, WRONG, abi.encode(g));
        g.payout.amount += 1;
        notInTree(one, two, WRONG, abi.encode(g));
    }

    /* PayoutChanged */

    function test_epoch_that_lowers_a_payee_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        uint128 taken = bad.payouts[1].amount - one.payouts[1].amount + 1;
        bad.payouts[1].amount -= taken;
        bad.payouts[0].amount += taken;
        seal(bad);
        decides(one, two, bad, CHANGED, ofChange(one, bad, 1), ofChange(one, two, 1));
    }

    function test_epoch_that_gives_a_payees_total_to_another_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.payouts[1].payee = STRANGER;
        seal(bad);
        decides(one, two, bad, CHANGED, ofChange(one, bad, 1), ofChange(one, two, 1));
    }

    function test_epoch_that_forgets_its_last_payee_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        IFraudProofs.Payout[] memory shorter = new IFraudProofs.Payout[](one.payouts.length - 1);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = bad.payouts[i];
        }
        bad.payouts = shorter;
        seal(bad);
        uint256 last = shorter.length;
        decides(one, two, bad, CHANGED, ofChange(one, bad, last), ofChange(one, two, last));
    }

    function test_one_payee_is_not_held_against_another() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.Opening memory opening = openingOf(two.payoutTree);
        bytes memory evidence =
            abi.encode(one.payouts[1], payoutSeat(one, 1), two.payouts[2], payoutSeat(two, 2), opening);
        notProved(one, two, CHANGED, evidence);
        opening.count = 1;
        evidence = abi.encode(one.payouts[1], payoutSeat(one, 1), two.payouts[1], payoutSeat(two, 1), opening);
        notProved(one, two, CHANGED, evidence);
        evidence = abi.encode(one.payouts[1], payoutSeat(one, 0), two.payouts[1], payoutSeat(two, 1), opening);
        notInTree(one, two, CHANGED, evidence);
        evidence = abi.encode(one.payouts[1], payoutSeat(one, 1), two.payouts[2], payoutSeat(two, 1), opening);
        notInTree(one, two, CHANGED, evidence);
    }

    /* WHO MAY BRING WHAT */

    function test_epochs_in_question_must_be_the_posted_ones() external {
        (Draft memory one, Draft memory two) = begin();
        bytes memory evidence = ofGrowth(one, two, 1);
        post(two);
        Draft memory other = second(one);
        other.epoch.data = "other";
        vm.expectRevert(abi.encodeWithSignature("EpochUnknown(bytes32,uint256)", poolId, 2));
        challenge(one, other, WRONG, evidence);
        Draft memory before = first();
        before.epoch.data = "other";
        vm.expectRevert(abi.encodeWithSignature("EpochUnknown(bytes32,uint256)", poolId, 1));
        challenge(before, two, WRONG, evidence);
        finalise();
        vm.expectRevert(abi.encodeWithSignature("EpochFinal(bytes32,uint256)", poolId, 2));
        challenge(one, two, WRONG, evidence);
    }

    function _addPayout(Draft memory d, IFraudProofs.Payout memory payout) private pure {
        IFraudProofs.Payout[] memory longer = new IFraudProofs.Payout[](d.payouts.length + 1);
        for (uint256 i; i < d.payouts.length; ++i) {
            longer[i] = d.payouts[i];
        }
        longer[d.payouts.length] = payout;
        d.payouts = longer;
    }
}
