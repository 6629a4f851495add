// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {SumTree} from "../../contracts/libraries/SumTree.sol";
import {FraudFixture} from "./FraudFixture.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";

/// @dev What the trees themselves may hide.
contract FraudTreesTest is FraudFixture {
    using SumTreeBuilder for SumTreeBuilder.Tree;

    IFraudProofs.Fraud private constant BROKEN = IFraudProofs.Fraud.TreeBroken;

    function test_epoch_whose_payouts_add_up_to_more_than_the_creators_part_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.payouts[1].amount += 1;
        seal(bad);
        decides(one, two, bad, BROKEN, _top(bad, 2), _top(two, 2));
    }

    function test_each_tree_must_add_up_to_what_was_posted() external {
        (Draft memory one, Draft memory two) = begin();
        for (uint8 tree; tree < 3; ++tree) {
            Draft memory bad = second(one);
            treeOf(bad, tree).sums[0] += 1;
            root(bad);
            proved(one, bad, BROKEN, _top(bad, tree));
            notProved(one, two, BROKEN, _top(two, tree));
        }
    }

    function test_epoch_that_hides_a_sum_in_a_leaf_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.payoutTree.sums[0] -= 1;
        bad.payoutTree.sums[5] += 1;
        root(bad);
        decides(one, two, bad, BROKEN, abi.encode(broken(bad, 2, 0, 5)), abi.encode(broken(two, 2, 0, 5)));
    }

    function test_leaf_of_each_tree_is_worth_what_it_says() external {
        (Draft memory one, Draft memory two) = begin();
        for (uint8 tree; tree < 3; ++tree) {
            Draft memory bad = second(one);
            treeOf(bad, tree).sums[2] += 1;
            root(bad);
            proved(one, bad, BROKEN, abi.encode(broken(bad, tree, 0, 2)));
            notProved(one, two, BROKEN, abi.encode(broken(two, tree, 0, 2)));
            IFraudProofs.Broken memory b = broken(bad, tree, 0, 2);
            b.below = contentAt(bad, tree, 1);
            notProved(one, bad, BROKEN, abi.encode(b));
        }
    }

    function test_epoch_that_hides_a_sum_in_a_parent_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        SumTreeBuilder.Tree memory row = bad.payoutTree.padded().above();
        row.sums[1] += 7;
        row.sums[2] -= 7;
        _rootAbove(bad, row);
        IFraudProofs.Broken memory b = _parent(bad, row, 1);
        decides(one, two, bad, BROKEN, abi.encode(b), abi.encode(broken(two, 2, 1, 1)));
    }

    function test_parents_of_an_honest_tree_are_what_lies_below_them() external {
        (Draft memory one, Draft memory two) = begin();
        for (uint256 level = 1; level < 4; ++level) {
            for (uint256 i; i < 16 >> level; ++i) {
                notProved(one, two, BROKEN, abi.encode(broken(two, 2, level, i)));
            }
        }
        IFraudProofs.Broken memory b = broken(two, 2, 2, 1);
        b.below = broken(two, 2, 2, 0).below;
        notProved(one, two, BROKEN, abi.encode(b));
    }

    function test_parent_of_anything_but_two_children_is_broken() external {
        (Draft memory one, Draft memory two) = begin();
        SumTreeBuilder.Tree memory row = two.payoutTree.padded().above();
        row.hashes[1] = keccak256(abi.encodePacked(bytes1(0x01), "money"));
        _rootAbove(two, row);
        IFraudProofs.Broken memory b = _parent(two, row, 1);
        b.below = "money";
        proved(one, two, BROKEN, abi.encode(b));
    }

    function test_parent_of_hash_zero_hides_its_leaves_and_is_broken() external {
        (Draft memory one, Draft memory two) = begin();
        SumTreeBuilder.Tree memory row = two.reportTree.padded().above();
        (row.hashes[1], row.sums[1]) = (0, 0);
        (bytes32 top,) = row.top();
        two.epoch.reports = SumTree.rootOf(4, top);
        notInTree(one, two, IFraudProofs.Fraud.ReceiptDropped, ofDrop(two, two.receipts[3]));
        IFraudProofs.Broken memory b = _parent(two, row, 1);
        (b.tree, b.count) = (0, 4);
        proved(one, two, BROKEN, abi.encode(b));
    }

    function test_epoch_with_a_gap_between_its_credits_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        (bad.creditTree.hashes[4], bad.creditTree.sums[4]) = (0, 0);
        root(bad);
        decides(one, two, bad, BROKEN, abi.encode(broken(bad, 1, 0, 4)), abi.encode(broken(two, 1, 0, 4)));
    }

    function test_gap_among_payees_and_a_missing_report_that_is_worth_something_are_broken() external {
        (Draft memory one,) = begin();
        for (uint256 field; field < 3; ++field) {
            Draft memory bad = second(one);
            uint8 tree = field == 0 ? 2 : 0;
            treeOf(bad, tree).hashes[1] = 0;
            if (field != 1) treeOf(bad, tree).sums[1] = 0;
            root(bad);
            if (field == 2) notProved(one, bad, BROKEN, abi.encode(broken(bad, tree, 0, 1)));
            else proved(one, bad, BROKEN, abi.encode(broken(bad, tree, 0, 1)));
        }
    }

    function test_epoch_with_money_beyond_its_last_payee_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        assert(bad.payouts.length == 12);
        SumTreeBuilder.Tree memory row = bad.payoutTree.padded();
        row.sums[0] -= 1;
        row.sums[13] += 1;
        _rootAbove(bad, row);
        IFraudProofs.Broken memory b = _parent(bad, row, 13);
        (b.level, b.below) = (0, "");
        decides(one, two, bad, BROKEN, abi.encode(b), abi.encode(broken(two, 2, 0, 13)));
        bad = second(one);
        row = bad.payoutTree.padded().above().above();
        row.sums[3] = 1;
        _rootAbove(bad, row);
        b = _parent(bad, row, 3);
        b.level = 2;
        proved(one, bad, BROKEN, abi.encode(b));
        notProved(one, two, BROKEN, abi.encode(broken(two, 2, 2, 3)));
    }

    function test_single_leaf_is_the_top() external {
        Draft memory none;
        Draft memory one = first();
        IFraudProofs.Payout[] memory alone = new IFraudProofs.Payout[](1);
        alone[0] = IFraudProofs.Payout(COMMONS, one.epoch.payoutSum);
        one.payouts = alone;
        seal(one);
        notProved(none, one, BROKEN, abi.encode(broken(one, 2, 0, 0)));
        alone[0].amount -= 1;
        seal(one);
        proved(none, one, BROKEN, abi.encode(broken(one, 2, 0, 0)));
    }

    function test_node_is_heard_only_where_it_stands() external {
        (Draft memory one, Draft memory two) = begin();
        for (uint256 field; field < 9; ++field) {
            IFraudProofs.Broken memory b = field < 7 ? broken(two, 2, 2, 1) : broken(two, 2, 4, 0);
            if (field == 0) b.level = 5;
            if (field == 1) b.index = 5;
            if (field == 2) b.level = 1;
            if (field == 3) b.sum += 1;
            if (field == 4) b.node = keccak256("other");
            if (field == 5) b.count = 11;
            if (field == 6) b.tree = 1;
            if (field == 7) b.sum += 1;
            if (field == 8) b.index = 1;
            notInTree(one, two, BROKEN, abi.encode(b));
        }
    }

    function _top(Draft memory d, uint8 tree) private pure returns (bytes memory) {
        uint256 depth;
        while (1 << depth < treeOf(d, tree).hashes.length) ++depth;
        return abi.encode(broken(d, tree, depth, 0));
    }

    /// @dev Puts another row of nodes under the root of the payouts.
    function _rootAbove(Draft memory d, SumTreeBuilder.Tree memory row) private pure {
        (bytes32 top,) = row.top();
        d.epoch.payouts = SumTree.rootOf(uint64(d.payouts.length), top);
    }

    /// @dev A node of a row one above the payouts, with its honest children.
    function _parent(Draft memory d, SumTreeBuilder.Tree memory row, uint256 i)
        private
        pure
        returns (IFraudProofs.Broken memory b)
    {
        if (2 * i < d.payouts.length) b = broken(d, 2, 1, i);
        (b.tree, b.count, b.level, b.index) = (2, uint64(d.payouts.length), 1, i);
        (b.node, b.sum, b.proof) = (row.hashes[i], uint128(row.sums[i]), row.proofOf(i));
    }
}
