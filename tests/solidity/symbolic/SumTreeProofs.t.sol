// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SumTree} from "../../../contracts/libraries/SumTree.sol";
import {vm} from "../Vm.sol";

/// @dev For halmos: every input is every value at once. keccak256 is taken to be free of collisions, and nothing else.
contract SumTreeProofs {
    /// @dev Of a tree of up to eight leaves; the siblings above its depth are not used.
    struct Shown {
        bytes32 leaf;
        uint128 amount;
        uint256 index;
        bytes32 h0;
        uint128 s0;
        bytes32 h1;
        uint128 s1;
        bytes32 h2;
        uint128 s2;
    }

    function check_two_leaves_under_one_root_are_within_its_total(Shown memory a, Shown memory b) external pure {
        _checkWithin(2, 1, a, b);
    }

    function check_two_of_four_leaves_under_one_root_are_within_its_total(Shown memory a, Shown memory b)
        external
        pure
    {
        _checkWithin(4, 2, a, b);
    }

    function check_two_of_eight_leaves_under_one_root_are_within_its_total(Shown memory a, Shown memory b)
        external
        pure
    {
        _small(a);
        _small(b);
        _checkWithin(8, 3, a, b);
    }

    function check_two_of_five_leaves_under_one_root_are_within_its_total(Shown memory a, Shown memory b)
        external
        pure
    {
        _small(a);
        _small(b);
        _checkWithin(5, 3, a, b);
    }

    function check_of_two_leaves_one_ends_before_the_other_begins(Shown memory a, Shown memory b) external pure {
        _checkBefore(2, 1, a, b);
    }

    function check_of_four_leaves_one_ends_before_the_other_begins(Shown memory a, Shown memory b) external pure {
        _small(a);
        _small(b);
        _checkBefore(4, 2, a, b);
    }

    function check_one_place_of_two_holds_one_leaf(Shown memory a, Shown memory b) external pure {
        _checkOne(2, 1, a, b);
    }

    function check_one_place_of_four_holds_one_leaf(Shown memory a, Shown memory b) external pure {
        _checkOne(4, 2, a, b);
    }

    function check_one_place_of_eight_holds_one_leaf(Shown memory a, Shown memory b) external pure {
        _small(a);
        _small(b);
        _checkOne(8, 3, a, b);
    }

    function check_trees_of_different_counts_have_different_roots(Shown memory a, Shown memory b) external pure {
        (bytes32 root,,) = _climb(3, 2, a);
        (bytes32 other,,) = _climb(4, 2, b);
        vm.assume(root != 0);
        assert(root != other);
        (other,,) = _climb(2, 1, b);
        assert(root != other);
    }

    function check_a_proof_of_another_length_proves_nothing(Shown memory a) external pure {
        (bytes32 root,,) = _climb(4, 1, a);
        assert(root == 0);
        (root,,) = _climb(4, 3, a);
        assert(root == 0);
    }

    function _checkWithin(uint64 count, uint256 depth, Shown memory a, Shown memory b) private pure {
        vm.assume(a.index < b.index);
        (bytes32 root, uint256 total,) = _climb(count, depth, a);
        (bytes32 other,,) = _climb(count, depth, b);
        vm.assume(root != 0 && root == other);
        assert(uint256(a.amount) + b.amount <= total);
    }

    /// @dev What is shown to stand before a leaf is what the leaves there are worth: a leaf ends before a later one begins.
    function _checkBefore(uint64 count, uint256 depth, Shown memory a, Shown memory b) private pure {
        vm.assume(a.index < b.index);
        (bytes32 root, uint256 total, uint256 before) = _climb(count, depth, a);
        (bytes32 other, uint256 otherTotal, uint256 otherBefore) = _climb(count, depth, b);
        vm.assume(root != 0 && root == other);
        assert(total == otherTotal && before + a.amount <= otherBefore && otherBefore + b.amount <= total);
    }

    function _checkOne(uint64 count, uint256 depth, Shown memory a, Shown memory b) private pure {
        vm.assume(a.index == b.index);
        (bytes32 root,, uint256 before) = _climb(count, depth, a);
        (bytes32 other,, uint256 otherBefore) = _climb(count, depth, b);
        vm.assume(root != 0 && root == other);
        assert(a.leaf == b.leaf && a.amount == b.amount && before == otherBefore);
    }

    function _climb(uint64 count, uint256 depth, Shown memory s)
        private
        pure
        returns (bytes32 root, uint256 total, uint256 before)
    {
        bytes memory proof = abi.encodePacked(s.h0, s.s0);
        if (depth > 1) proof = abi.encodePacked(proof, s.h1, s.s1);
        if (depth > 2) proof = abi.encodePacked(proof, s.h2, s.s2);
        return SumTree.climbPlain(count, s.leaf, s.amount, _each(s.index), proof);
    }

    /// @dev For where the solver would run out of time on sums of 128 bits.
    function _small(Shown memory s) private pure {
        vm.assume((s.amount | s.s0 | s.s1 | s.s2) >> 32 == 0);
    }

    /// @dev The same number, as one case for each, which spares the solver the search.
    function _each(uint256 index) private pure returns (uint256) {
        for (uint256 i; i < 8; ++i) {
            if (index == i) return i;
        }
        return 8;
    }
}
