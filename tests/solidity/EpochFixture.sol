// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {SumTree} from "../../contracts/libraries/SumTree.sol";
import {LedgerFixture} from "./LedgerFixture.sol";
import {SumTreeBuilder} from "./SumTreeBuilder.sol";
import {vm} from "./Vm.sol";
import {BareToken} from "./mocks/Tokens.sol";

/// @dev Epochs as the ledger sees them: a tree of payouts, and roots of which it opens none. The one report of each is
/// malformed, so that any of them can be challenged with little evidence.
abstract contract EpochFixture is LedgerFixture {
    using SumTreeBuilder for SumTreeBuilder.Tree;

    uint96 internal constant BOND = 1e9;
    uint96 internal constant REVENUE = 1_000_000;
    uint40 internal constant NEVER = type(uint40).max;

    struct Draft {
        bytes32 poolId;
        uint256 n;
        IRoyaltyLedger.Epoch epoch;
        address[] payees;
        uint128[] amounts;
    }

    function openStaked() internal {
        openPools();
        fundBoth();
        stakeBond(address(yen), yenPool);
        stakeBond(address(0), ethPool);
    }

    function stakeBond(address token, bytes32 poolId) internal {
        provide(token, BOND);
        ledger.stake{value: token == address(0) ? BOND : 0}(poolId, BOND);
    }

    /// @dev Gives this contract an amount that it may send to the ledger.
    function provide(address token, uint256 amount) internal {
        if (token == address(0)) {
            vm.deal(address(this), address(this).balance + amount);
            return;
        }
        BareToken(token).mint(address(this), amount);
        BareToken(token).approve(address(ledger), amount);
    }

    /// @dev A pool with a deposit and a stake in a token of any kind.
    function poolIn(address token) internal returns (bytes32 poolId) {
        poolId = ledger.open(terms(token, modelId));
        provide(token, 2 * DEPOSIT);
        ledger.fund(poolId, DEPOSIT);
        ledger.stake(poolId, DEPOSIT);
    }

    /// @dev The next epoch: what creators have earned by then in all; what they leave goes to the commons, at index 0.
    function draft(bytes32 poolId, uint96 revenue, uint128[] memory earned) internal view returns (Draft memory d) {
        IRoyaltyLedger.Pool memory p = ledger.pool(poolId);
        uint256 before = uint256(p.reported) + p.pending;
        uint256 sum = (before + revenue) * p.creatorBps / 10_000;
        (d.poolId, d.n) = (poolId, uint256(p.epoch) + 1);
        (d.payees, d.amounts) = (new address[](earned.length + 1), new uint128[](earned.length + 1));
        (d.payees[0], d.amounts[0]) = (p.payTo[3], uint128(sum));
        for (uint256 i; i < earned.length; ++i) {
            (d.payees[i + 1], d.amounts[i + 1]) = (creators[i], earned[i]);
            d.amounts[0] -= earned[i];
        }
        (d.epoch.payoutSum, d.epoch.revenueBefore, d.epoch.revenue) = (uint128(sum), uint128(before), revenue);
        (d.epoch.reports, d.epoch.credits) = (reportRoot(revenue), keccak256(abi.encode("credits", d.n)));
        (d.epoch.cutoff, d.epoch.data) = (uint40(block.timestamp - 1), keccak256(abi.encode("data", d.n)));
        seal(d);
    }

    function draft(bytes32 poolId, uint128 first, uint128 second) internal view returns (Draft memory) {
        uint128[] memory earned = new uint128[](2);
        (earned[0], earned[1]) = (first, second);
        return draft(poolId, REVENUE, earned);
    }

    function seal(Draft memory d) internal pure {
        d.epoch.payouts = payoutTree(d).rootOf();
    }

    function payoutTree(Draft memory d) internal pure returns (SumTreeBuilder.Tree memory tree) {
        uint256 count = d.payees.length;
        tree = SumTreeBuilder.Tree(new bytes32[](count), new uint256[](count));
        for (uint256 i; i < count; ++i) {
            tree.hashes[i] = SumTree.leafHash(keccak256(abi.encode(d.payees[i], d.amounts[i])));
            tree.sums[i] = d.amounts[i];
        }
    }

    function post(Draft memory d) internal returns (Draft memory) {
        vm.prank(operator);
        postAs(d);
        return d;
    }

    function postAs(Draft memory d) internal {
        IRoyaltyLedger.Epoch memory e = d.epoch;
        ledger.post(d.poolId, d.n, e.payouts, e.reports, e.credits, uint96(e.revenue), e.cutoff, e.data);
    }

    /// @dev Posts an epoch and lets its window pass.
    function finish(Draft memory d) internal returns (Draft memory) {
        post(d);
        vm.warp(block.timestamp + 1 days);
        return d;
    }

    function claimOf(Draft memory d, uint256 index) internal pure returns (IRoyaltyLedger.Claim memory) {
        return IRoyaltyLedger.Claim({
            poolId: d.poolId,
            n: d.n,
            restHash: restHash(d.epoch),
            count: uint64(d.payees.length),
            payee: d.payees[index],
            index: index,
            amount: d.amounts[index],
            proof: payoutTree(d).proofOf(index)
        });
    }

    function restHash(IRoyaltyLedger.Epoch memory e) internal pure returns (bytes32) {
        return keccak256(abi.encode(e.reports, e.credits, e.revenueBefore, e.revenue, e.cutoff, e.data));
    }

    function epochHash(IRoyaltyLedger.Epoch memory e) internal pure returns (bytes32) {
        return keccak256(abi.encode(e.payouts, e.payoutSum, restHash(e)));
    }

    /// @dev A report without a payee for what no work explains.
    function malformed(uint256 revenue) internal pure returns (IFraudProofs.ReportLeaf memory leaf) {
        (leaf.outputHash, leaf.revenue) = (keccak256("output"), uint128(revenue));
    }

    function reportRoot(uint256 revenue) internal pure returns (bytes32) {
        return SumTree.rootOf(1, SumTree.leafHash(keccak256(abi.encode(malformed(revenue)))));
    }

    function evidence(uint256 revenue) internal pure returns (bytes memory) {
        return abi.encode(malformed(revenue), IFraudProofs.Seat(1, 0, ""));
    }

    /// @dev Makes one call only, so that a test can expect it to revert.
    function challenge(Draft memory d, IRoyaltyLedger.Epoch memory previous) internal {
        address token = d.poolId == ethPool ? address(0) : address(yen);
        IFraudProofs.Fraud fraud = IFraudProofs.Fraud.ReportMalformed;
        ledger.challenge(terms(token, modelId), d.epoch, previous, fraud, evidence(d.epoch.revenue));
    }

    function dispute(bytes32 poolId) internal {
        address token = ledger.pool(poolId).token;
        provide(token, BOND);
        ledger.dispute{value: token == address(0) ? BOND : 0}(poolId, BOND, "weights");
    }

    function none() internal pure returns (IRoyaltyLedger.Epoch memory) {}
}
