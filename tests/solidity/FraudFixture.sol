// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {FraudEvidence} from "./FraudEvidence.sol";
import {vm} from "./Vm.sol";

/// @dev Two epochs, of which the first is final and the second is about to be posted, honest or not.
abstract contract FraudFixture is FraudEvidence {
    /// @dev Of the second epoch's reports: on twelve works, on none, on two, on three.
    uint256 internal constant FULL = 0;
    uint256 internal constant BARE = 1;
    uint256 internal constant PAIR = 2;

    function setUp() public virtual {
        openPool();
    }

    function begin() internal returns (Draft memory one, Draft memory two) {
        one = first();
        post(one);
        finalise();
        two = second(one);
    }

    function first() internal view returns (Draft memory) {
        IRoyaltyLedger.Report[] memory receipts = new IRoyaltyLedger.Report[](3);
        receipts[0] = receipt(1, 0, 1_000, 0, 3);
        receipts[1] = receipt(1, 1, 777, 2, 4);
        receipts[2] = receipt(1, 2, 50_000, 5, 1);
        Draft memory none;
        return draft(none, receipts);
    }

    /// @dev The same at every call. The payees of the works from 6 on are new in it.
    function second(Draft memory one) internal view returns (Draft memory) {
        IRoyaltyLedger.Report[] memory receipts = new IRoyaltyLedger.Report[](4);
        receipts[FULL] = receipt(2, 0, 123_456, 0, 12);
        receipts[BARE] = receipt(2, 1, 99, 0, 0);
        receipts[PAIR] = receipt(2, 2, 7_000, 4, 2);
        receipts[3] = receipt(2, 3, 31, 1, 3);
        return draft(one, receipts);
    }

    function caseOf(Draft memory before, Draft memory d) internal view returns (IFraudProofs.Case memory) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Creditline RoyaltyLedger"),
                keccak256("1"),
                block.chainid,
                ledger
            )
        );
        return IFraudProofs.Case(ledger, domain, poolId, d.n, params, d.epoch, before.epoch);
    }

    function challenge(Draft memory before, Draft memory d, IFraudProofs.Fraud kind, bytes memory evidence) internal {
        IRoyaltyLedger.Epoch memory epoch = d.epoch;
        IRoyaltyLedger.PoolParams memory p = params;
        vm.prank(STRANGER);
        ledger.challenge(p, epoch, before.epoch, kind, evidence);
    }

    /// @dev Posts the epoch, which a stranger voids by one call: the stake is split, and the number is free again.
    function voided(Draft memory before, Draft memory spoiled, IFraudProofs.Fraud kind, bytes memory evidence)
        internal
    {
        post(spoiled);
        uint256 available = ledger.available(poolId);
        uint256[2] memory had = [ledger.credit(address(yen), STRANGER), ledger.credit(address(yen), COMMONS)];
        challenge(before, spoiled, kind, evidence);
        vm.assertEq(ledger.credit(address(yen), STRANGER) - had[0], params.bond / 2);
        vm.assertEq(ledger.credit(address(yen), COMMONS) - had[1], params.bond - params.bond / 2);
        vm.assertEq(ledger.epochHash(poolId, spoiled.n), 0);
        vm.assertEq(ledger.pool(poolId).epoch, spoiled.n - 1);
        vm.assertEq(ledger.available(poolId), available + spoiled.epoch.revenue);
        vm.assertFalse(ledger.pool(poolId).staked);
        ledger.stake(poolId, params.bond);
    }

    /// @dev The spoiled epoch is voided; the honest one takes its number, and neither evidence harms it.
    function decides(
        Draft memory before,
        Draft memory honest,
        Draft memory spoiled,
        IFraudProofs.Fraud kind,
        bytes memory evidence,
        bytes memory sameOfHonest
    ) internal {
        voided(before, spoiled, kind, evidence);
        post(honest);
        refused(before, honest, kind, sameOfHonest);
        vm.expectRevert();
        challenge(before, honest, kind, evidence);
        finalise();
        vm.assertEq(ledger.finalRevenue(poolId), honest.epoch.revenueBefore + honest.epoch.revenue);
    }

    /// @dev The evidence is of the right form, against an epoch that is posted, and proves nothing.
    function refused(Draft memory before, Draft memory d, IFraudProofs.Fraud kind, bytes memory evidence) internal {
        IRoyaltyLedger.PoolParams memory p = params;
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.NotProved.selector, kind));
        ledger.challenge(p, d.epoch, before.epoch, kind, evidence);
    }

    /// @dev The same of the judge alone, posted or not, and for a given reason.
    function judged(
        Draft memory before,
        Draft memory d,
        IFraudProofs.Fraud kind,
        bytes memory evidence,
        bytes memory reason
    ) internal {
        IFraudProofs.Case memory what = caseOf(before, d);
        if (reason.length != 0) vm.expectRevert(reason);
        judge.prove(what, kind, evidence);
    }

    function proved(Draft memory before, Draft memory d, IFraudProofs.Fraud kind, bytes memory evidence) internal {
        judged(before, d, kind, evidence, "");
    }

    function notProved(Draft memory before, Draft memory d, IFraudProofs.Fraud kind, bytes memory evidence) internal {
        judged(before, d, kind, evidence, abi.encodeWithSelector(IFraudProofs.NotProved.selector, kind));
    }

    function notInTree(Draft memory before, Draft memory d, IFraudProofs.Fraud kind, bytes memory evidence) internal {
        judged(before, d, kind, evidence, abi.encodeWithSelector(IFraudProofs.NotInTree.selector));
    }
}
