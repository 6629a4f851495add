// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {FraudProofs} from "../../../contracts/FraudProofs.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {RoyaltyLedger} from "../../../contracts/RoyaltyLedger.sol";
import {WorkRegistry} from "../../../contracts/WorkRegistry.sol";
import {IRoyaltyLedger} from "../../../contracts/interfaces/IRoyaltyLedger.sol";
import {SumTree} from "../../../contracts/libraries/SumTree.sol";
import {vm} from "../Vm.sol";

/// @dev For halmos: the real ledger, two final epochs of two payees, and totals that are any number.
contract ClaimProofs {
    address private constant OPERATOR = address(0x0BE7);
    address private constant PAYEE = address(0xA11CE);
    address private constant OTHER = address(0xB0B);
    uint96 private constant REVENUE = 1_000_000;
    uint16 private constant BPS = 6000;

    RoyaltyLedger private _ledger;
    bytes32 private _poolId;
    bytes32 private _other;

    function setUp() public {
        vm.warp(1_800_000_000);
        WorkRegistry works = new WorkRegistry();
        ModelRegistry models = new ModelRegistry(works);
        _ledger = new RoyaltyLedger(works, models, new FraudProofs(works, models));
        bytes32[] memory datasets = new bytes32[](1);
        datasets[0] = models.registerDataset("root", 1, 1, "manifest");
        IRoyaltyLedger.PoolParams memory p;
        p.modelId = models.registerModel("weights", "algorithm", datasets);
        (p.integrator, p.operator, p.arbiter) = (address(1), OPERATOR, address(2));
        (p.developer, p.compute, p.treasury, p.commons) = (address(3), address(4), address(5), address(6));
        (p.creatorBps, p.window, p.bond) = (BPS, 1 hours, 1);
        _poolId = _ledger.open(p);
        vm.deal(address(this), 100 ether);
        _ledger.fund{value: 10 * uint256(REVENUE)}(_poolId, 10 * uint256(REVENUE));
        _ledger.stake{value: 1}(_poolId, 1);
        _other = SumTree.leafHash(keccak256("other"));
    }

    /// @dev Whatever the order, and however often, a payee gets the greater of its totals, once.
    function check_claims_of_two_epochs_in_any_order_pay_the_greater_total_once(
        uint128 one,
        uint128 two,
        bool firstThenSecond
    ) external {
        _post(1, PAYEE, one, 0);
        _post(2, PAYEE, two, 0);
        _tryClaim(firstThenSecond ? 1 : 2, PAYEE, firstThenSecond ? one : two, 0);
        _tryClaim(firstThenSecond ? 2 : 1, PAYEE, firstThenSecond ? two : one, 0);
        _tryClaim(2, PAYEE, two, 0);
        assert(PAYEE.balance == (one > two ? one : two));
        assert(_ledger.claimed(_poolId, 0) == PAYEE.balance);
    }

    /// @dev Two roots that contradict each other: each keeps to its sum, and both together promise more than there is.
    function check_contradicting_epochs_pay_no_more_than_the_creators_part(uint128 one, uint128 two) external {
        _post(1, PAYEE, one, 0);
        _post(2, OTHER, two, 1);
        _tryClaim(1, PAYEE, one, 0);
        _tryClaim(2, OTHER, two, 1);
        uint256 paid = PAYEE.balance + OTHER.balance;
        assert(paid <= 2 * uint256(REVENUE) * BPS / 10_000);
        assert(_ledger.pool(_poolId).paidOut == paid);
    }

    function check_a_claim_above_the_total_of_its_epoch_pays_nothing(uint128 amount) external {
        vm.assume(amount > _sum(1));
        bytes32 root = keccak256("any");
        _postRoot(1, root);
        IRoyaltyLedger.Claim memory what = _claimOf(1, PAYEE, amount, 0, 0);
        (bool ok,) = address(_ledger).call(abi.encodeCall(_ledger.claim, (what)));
        assert(!ok && PAYEE.balance == 0);
    }

    function _post(uint256 n, address payee, uint128 amount, uint256 index) private {
        vm.assume(amount <= _sum(n));
        bytes32 leaf = SumTree.leafHash(keccak256(abi.encode(payee, amount)));
        uint256 rest = _sum(n) - amount;
        bytes32 top = index == 0
            ? SumTree.parentOf(leaf, amount, _other, rest)
            : SumTree.parentOf(_other, rest, leaf, amount);
        _postRoot(n, SumTree.rootOf(2, top));
    }

    function _postRoot(uint256 n, bytes32 root) private {
        vm.prank(OPERATOR);
        _ledger.post(_poolId, n, root, "reports", "credits", REVENUE, _cutoff(n), "data");
        vm.warp(_cutoff(n) + 1 + 1 hours);
    }

    function _tryClaim(uint256 n, address payee, uint128 amount, uint256 index) private {
        IRoyaltyLedger.Claim memory what = _claimOf(n, payee, amount, index, _sum(n) - amount);
        (bool ok,) = address(_ledger).call(abi.encodeCall(_ledger.claim, (what)));
        ok;
    }

    function _claimOf(uint256 n, address payee, uint128 amount, uint256 index, uint256 rest)
        private
        view
        returns (IRoyaltyLedger.Claim memory)
    {
        bytes32 restHash = keccak256(
            abi.encode(
                bytes32("reports"), bytes32("credits"), (n - 1) * uint256(REVENUE), uint256(REVENUE), _cutoff(n), bytes32("data")
            )
        );
        bytes memory proof = abi.encodePacked(_other, uint128(rest));
        return IRoyaltyLedger.Claim(_poolId, n, restHash, 2, payee, index, amount, proof);
    }

    function _sum(uint256 n) private pure returns (uint256) {
        return n * uint256(REVENUE) * BPS / 10_000;
    }

    /// @dev The second before posting: an epoch is posted when the window of the one before is over.
    function _cutoff(uint256 n) private pure returns (uint40) {
        return uint40(1_800_000_000 - 1 + (n - 1) * 1 hours);
    }
}
