// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {FraudFixture} from "./FraudFixture.sol";
import {vm} from "./Vm.sol";

/// @dev Kinds that hold an epoch against what its operator signed.
contract FraudReceiptsTest is FraudFixture {
    IFraudProofs.Fraud private constant DROPPED = IFraudProofs.Fraud.ReceiptDropped;
    IFraudProofs.Fraud private constant DOUBLED = IFraudProofs.Fraud.ReceiptDoubled;

    function test_epoch_that_drops_a_receipt_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        delete receipts[PAIR];
        Draft memory bad = draft(one, receipts);
        decides(one, two, bad, DROPPED, ofDrop(bad, two.receipts[PAIR]), ofDrop(two, two.receipts[PAIR]));
    }

    function test_epoch_that_drops_its_last_receipt_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = new IRoyaltyLedger.Report[](3);
        for (uint256 i; i < 3; ++i) {
            receipts[i] = two.receipts[i];
        }
        Draft memory bad = draft(one, receipts);
        decides(one, two, bad, DROPPED, ofDrop(bad, two.receipts[3]), ofDrop(two, two.receipts[3]));
    }

    function test_epoch_with_another_report_in_a_receipts_place_is_voided() external {
        for (uint256 field; field < 5; ++field) {
            (Draft memory one, Draft memory two) = field == 0 ? begin() : (first(), second(first()));
            IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
            if (field == 0) receipts[PAIR].outputHash = keccak256("another");
            if (field == 1) receipts[PAIR].reportHash = keccak256("another");
            if (field == 2) receipts[PAIR].revenue -= 1;
            if (field == 3) receipts[PAIR].weights -= 1;
            if (field == 4) receipts[PAIR].workIds[1] = ids[6];
            Draft memory bad = draft(one, receipts);
            proved(one, bad, DROPPED, ofDrop(bad, two.receipts[PAIR]));
            notProved(one, two, DROPPED, ofDrop(two, two.receipts[PAIR]));
            if (field == 0) voided(one, bad, DROPPED, ofDrop(bad, two.receipts[PAIR]));
        }
    }

    function test_receipt_of_another_epoch_key_pool_or_contract_is_none() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report memory r = second(one).receipts[PAIR];
        r.reportHash = "another";
        proved(one, two, DROPPED, ofDrop(two, r));
        r.nonce = 3 << 32 | PAIR;
        notProved(one, two, DROPPED, ofDrop(two, r));
        r.nonce = PAIR;
        notProved(one, two, DROPPED, ofDrop(two, r));
        r.nonce = (2 | 1 << 24) << 32 | PAIR;
        notProved(one, two, DROPPED, ofDrop(two, r));
        r.nonce = 2 << 32 | PAIR;
        _refuseSignature(one, two, r, signReport(CREATOR_KEY, poolId, r));
        _refuseSignature(one, two, r, signReport(OPERATOR_KEY, keccak256("other pool"), r));
        _refuseSignature(one, two, r, "");
        bytes32 said = reportHash(poolId, r);
        _refuseSignature(one, two, r, sign(OPERATOR_KEY, "Creditline RoyaltyLedger", address(models), said));
        // A signature that names nobody must not pass for that of an operator who is nobody.
        params.operator = address(0);
        _refuseSignature(one, two, r, "");
        params.operator = operator;
        IRoyaltyLedger.Report[] memory batch = new IRoyaltyLedger.Report[](1);
        batch[0] = r;
        bytes32 hash = reportsHash(poolId, batch);
        _refuseSignature(one, two, r, sign(OPERATOR_KEY, "Creditline RoyaltyLedger", address(ledger), hash));
    }

    function _refuseSignature(
        Draft memory one,
        Draft memory two,
        IRoyaltyLedger.Report memory r,
        bytes memory signature
    ) private {
        bytes memory evidence = abi.encode(
            r, signature, false, two.leaves[PAIR], reportSeat(two, PAIR), openingOf(two.reportTree)
        );
        notProved(one, two, DROPPED, evidence);
    }

    function test_receipt_is_held_against_its_own_place_alone() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report memory r = two.receipts[PAIR];
        IFraudProofs.Opening memory opening = openingOf(two.reportTree);
        bytes memory signature = signedReceipt(r);
        notProved(one, two, DROPPED, abi.encode(r, signature, false, two.leaves[3], reportSeat(two, 3), opening));
        notProved(
            one, two, DROPPED, abi.encode(r, signature, true, two.leaves[PAIR], reportSeat(two, PAIR), opening)
        );
        IFraudProofs.Seat memory outside = reportSeat(two, PAIR);
        outside.count = 2;
        notProved(one, two, DROPPED, abi.encode(r, signature, true, two.leaves[PAIR], outside, opening));
        opening.count = uint64(PAIR);
        notProved(one, two, DROPPED, abi.encode(r, signature, false, two.leaves[PAIR], reportSeat(two, PAIR), opening));
        two.epoch.revenue += 1;
        notProved(one, two, DROPPED, abi.encode(r, signature, true, two.leaves[PAIR], reportSeat(two, PAIR), opening));
    }

    function test_place_of_a_cashed_cheque_stays_empty() external {
        (Draft memory one,) = begin();
        vm.warp(START + 371 days);
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        IRoyaltyLedger.Report memory cashed = receipts[BARE];
        ledger.settle(poolId, cashed, signedReceipt(cashed));
        delete receipts[BARE];
        Draft memory honest = draft(one, receipts);
        post(honest);
        refused(one, honest, DROPPED, ofDrop(honest, cashed));
        for (uint256 at; at < honest.credits.length; ++at) {
            refused(one, honest, IFraudProofs.Fraud.CreditOrphaned, ofOrphan(honest, at));
        }
        refused(one, honest, IFraudProofs.Fraud.TreeBroken, abi.encode(broken(honest, 0, 0, BARE)));
    }

    function test_two_receipts_for_one_index_void_the_epoch() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report memory other = second(one).receipts[PAIR];
        other.revenue += 1;
        voided(one, two, DOUBLED, ofTwo(two.receipts[PAIR], other));
    }

    function test_receipts_that_say_the_same_or_are_for_two_places_are_not_doubled() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report memory r = two.receipts[PAIR];
        IRoyaltyLedger.Report memory other = second(one).receipts[PAIR];
        other.deadline += 1;
        notProved(one, two, DOUBLED, ofTwo(r, other));
        notProved(one, two, DOUBLED, ofTwo(r, two.receipts[3]));
        other.revenue += 1;
        proved(one, two, DOUBLED, ofTwo(r, other));
        notProved(one, two, DOUBLED, abi.encode(r, signedReceipt(r), other, signReport(CREATOR_KEY, poolId, other)));
        notProved(one, two, DOUBLED, abi.encode(r, signReport(CREATOR_KEY, poolId, r), other, signedReceipt(other)));
    }

    function test_receipts_outlive_a_void_epoch() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.payouts[1].amount -= 1;
        bad.payouts[0].amount += 1;
        seal(bad);
        voided(one, bad, IFraudProofs.Fraud.PayoutWrong, ofGrowth(one, bad, 0));
        vm.warp(block.timestamp + 1 days);
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        delete receipts[3];
        Draft memory again = draft(one, receipts);
        voided(one, again, DROPPED, ofDrop(again, two.receipts[3]));
        two = second(one);
        post(two);
        refused(one, two, DROPPED, ofDrop(two, two.receipts[3]));
    }
}
