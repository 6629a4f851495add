// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Shares} from "../../../contracts/libraries/Shares.sol";
import {vm} from "../Vm.sol";

/// @dev For halmos. Products of two unknowns are hard for a solver, so amounts are bounded where a check says so; the
/// fuzz tests go on from there. That a part is within its revenue divides unknown products, and is left to them.
contract SharesProofs {
    function check_parts_of_two_reports_are_the_part_of_both(uint32 before, uint32 first, uint32 second, uint16 bps)
        external
        pure
    {
        vm.assume(bps <= Shares.BPS);
        uint256 one = Shares.creatorPart(before, first, bps);
        uint256 two = Shares.creatorPart(uint256(before) + first, second, bps);
        assert(one + two == Shares.creatorPart(before, uint256(first) + second, bps));
    }

    function check_two_works_and_the_rest_are_the_whole(uint16 part, uint256 weights) external pure {
        vm.assume(weights >> 40 == 0 && Shares.sumOf(weights, 2) <= Shares.PPM);
        uint256 sum;
        for (uint256 entry; entry <= 2; ++entry) {
            sum += Shares.amountOf(part, weights, entry, 2);
        }
        assert(sum == part);
    }

    function check_a_report_without_works_leaves_all_to_the_rest(uint96 part) external pure {
        assert(Shares.amountOf(part, 0, 0, 0) == part);
    }

    function check_sound_weights_are_within_a_million_and_none_is_zero(uint256 weights, bytes32 low, bytes32 high)
        external
        pure
    {
        bytes32[] memory works = new bytes32[](2);
        (works[0], works[1]) = (low, high);
        bool sound = Shares.areSound(weights, works);
        uint256 first = weights & Shares.WEIGHT_MASK;
        uint256 second = weights >> 20;
        bool expected = low != 0 && low < high && first != 0 && second != 0 && second <= Shares.PPM
            && first + second <= Shares.PPM;
        assert(sound == expected);
    }
}
