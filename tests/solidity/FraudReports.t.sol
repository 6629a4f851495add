// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {FraudFixture} from "./FraudFixture.sol";
import {TreeBuilder} from "./TreeBuilder.sol";
import {vm} from "./Vm.sol";

/// @dev Kinds that look at a report alone: what it says, who reported it, and what the model learned.
contract FraudReportsTest is FraudFixture {
    IFraudProofs.Fraud private constant MALFORMED = IFraudProofs.Fraud.ReportMalformed;
    IFraudProofs.Fraud private constant UNREPORTED = IFraudProofs.Fraud.UsageNotReported;
    IFraudProofs.Fraud private constant UNTRAINED = IFraudProofs.Fraud.WorkNotTrained;
    IFraudProofs.Fraud private constant REPEATED = IFraudProofs.Fraud.OutputRepeated;
    IFraudProofs.Fraud private constant SETTLED = IFraudProofs.Fraud.AlreadySettled;

    /* ReportMalformed */

    function test_report_with_too_many_payees_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        Draft memory bad = second(one);
        bad.leaves[PAIR].payees = new uint32[](4);
        seal(bad);
        decides(one, two, bad, MALFORMED, ofReport(bad, PAIR), ofReport(two, PAIR));
    }

    /// @dev One field of a well-formed report at a time.
    function test_each_rule_of_a_report_makes_it_malformed() external {
        (Draft memory one,) = begin();
        for (uint256 rule; rule < 12; ++rule) {
            Draft memory bad = second(one);
            IFraudProofs.ReportLeaf memory leaf = bad.leaves[PAIR];
            _breakRule(leaf, rule);
            seal(bad);
            proved(one, bad, MALFORMED, ofReport(bad, PAIR));
        }
    }

    function _breakRule(IFraudProofs.ReportLeaf memory leaf, uint256 rule) private view {
        if (rule == 0) leaf.revenue = 0;
        if (rule == 1) (leaf.workIds, leaf.datasetIds) = (_thirteen(), _thirteen());
        if (rule == 1) (leaf.places, leaf.payees, leaf.credits) = (new uint64[](13), new uint32[](14), new uint32[](14));
        if (rule == 2) leaf.datasetIds = new bytes32[](1);
        if (rule == 3) leaf.places = new uint64[](3);
        if (rule == 4) leaf.payees = new uint32[](2);
        if (rule == 5) leaf.credits = new uint32[](2);
        if (rule == 6) (leaf.workIds[0], leaf.workIds[1]) = (leaf.workIds[1], leaf.workIds[0]);
        if (rule == 7) leaf.workIds[1] = leaf.workIds[0];
        if (rule == 8) leaf.workIds[0] = 0;
        if (rule == 9) leaf.weights = leaf.weights >> 20 << 20;
        if (rule == 10) leaf.weights |= uint256(1) << 40;
        if (rule == 11) leaf.weights = 500_001 | 500_000 << 20;
    }

    function _thirteen() private view returns (bytes32[] memory list) {
        list = new bytes32[](13);
        for (uint256 i; i < 12; ++i) {
            list[i] = ids[i];
        }
        list[12] = bytes32(type(uint256).max);
    }

    function test_reports_of_twelve_works_of_none_and_of_a_full_million_are_well_formed() external {
        (Draft memory one, Draft memory two) = begin();
        notProved(one, two, MALFORMED, ofReport(two, FULL));
        notProved(one, two, MALFORMED, ofReport(two, BARE));
        two.leaves[PAIR].weights = 500_000 | 500_000 << 20;
        seal(two);
        notProved(one, two, MALFORMED, ofReport(two, PAIR));
    }

    function test_a_leaf_is_heard_only_where_it_stands() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.Seat memory seat = reportSeat(two, PAIR);
        notInTree(one, two, MALFORMED, abi.encode(two.leaves[BARE], seat));
        seat.index = 3;
        notInTree(one, two, MALFORMED, abi.encode(two.leaves[PAIR], seat));
        (seat.index, seat.count) = (PAIR, 3);
        notInTree(one, two, MALFORMED, abi.encode(two.leaves[PAIR], seat));
        seat = reportSeat(two, PAIR);
        seat.index += 4;
        notInTree(one, two, MALFORMED, abi.encode(two.leaves[PAIR], seat));
        seat = reportSeat(two, PAIR);
        seat.proof = abi.encodePacked(seat.proof, new bytes(48));
        notInTree(one, two, MALFORMED, abi.encode(two.leaves[PAIR], seat));
        two.epoch.revenue += 1;
        notInTree(one, two, MALFORMED, ofReport(two, PAIR));
    }

    function test_root_of_zero_is_no_tree() external {
        (Draft memory one, Draft memory two) = begin();
        (two.epoch.reports, two.epoch.revenue) = (0, 0);
        IFraudProofs.Seat memory seat = reportSeat(two, PAIR);
        seat.index = 4;
        notInTree(one, two, MALFORMED, abi.encode(two.leaves[PAIR], seat));
    }

    /* UsageNotReported */

    function test_epoch_that_pays_more_than_was_reported_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = two.receipts;
        receipts[PAIR].revenue += 1;
        Draft memory bad = draft(one, receipts);
        bad.leaves[PAIR].usageSignature = signUsage(bad.leaves[PAIR].usageId, bad.leaves[PAIR].outputHash, 7_000);
        seal(bad);
        decides(one, second(one), bad, UNREPORTED, ofReport(bad, PAIR), ofReport(second(one), PAIR));
    }

    function test_usage_signed_by_another_for_another_pool_or_output_is_not_reported() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.ReportLeaf memory leaf = two.leaves[PAIR];
        bytes memory honest = leaf.usageSignature;
        leaf.usageSignature = "";
        seal(two);
        proved(one, two, UNREPORTED, ofReport(two, PAIR));
        leaf.usageSignature = signUsage(leaf.usageId, keccak256("other"), leaf.revenue);
        seal(two);
        proved(one, two, UNREPORTED, ofReport(two, PAIR));
        leaf.usageSignature = two.leaves[BARE].usageSignature;
        seal(two);
        proved(one, two, UNREPORTED, ofReport(two, PAIR));
        bytes32 pool = poolId;
        poolId = keccak256("another");
        leaf.usageSignature = signUsage(leaf.usageId, leaf.outputHash, leaf.revenue);
        poolId = pool;
        seal(two);
        proved(one, two, UNREPORTED, ofReport(two, PAIR));
        leaf.usageSignature = honest;
        seal(two);
        notProved(one, two, UNREPORTED, ofReport(two, PAIR));
    }

    function test_word_of_an_integrator_that_is_a_contract_is_left_to_the_arbiter() external {
        (Draft memory one, Draft memory two) = begin();
        two.leaves[PAIR].usageSignature = "";
        seal(two);
        params.integrator = address(yen);
        notProved(one, two, UNREPORTED, ofReport(two, PAIR));
    }

    function test_account_that_delegates_to_code_reports_with_its_key() external {
        (Draft memory one, Draft memory two) = begin();
        vm.etch(params.integrator, abi.encodePacked(hex"ef0100", address(yen)));
        notProved(one, two, UNREPORTED, ofReport(two, PAIR));
        two.leaves[PAIR].usageSignature = "";
        seal(two);
        proved(one, two, UNREPORTED, ofReport(two, PAIR));
    }

    function test_code_that_only_resembles_a_delegation_is_a_contract() external {
        (Draft memory one, Draft memory two) = begin();
        two.leaves[PAIR].usageSignature = "";
        seal(two);
        vm.etch(params.integrator, abi.encodePacked(hex"600000", address(yen)));
        notProved(one, two, UNREPORTED, ofReport(two, PAIR));
    }

    /* WorkNotTrained */

    function test_epoch_that_names_a_work_outside_the_training_set_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        receipts[PAIR] = receipt(2, PAIR, 7_000, 4, 1);
        receipts[PAIR].workIds[0] = outsider;
        Draft memory bad = draft(one, receipts);
        decides(one, two, bad, UNTRAINED, ofWork(bad, PAIR, 0), ofWork(two, PAIR, 0));
    }

    function test_work_in_a_data_set_of_another_model_is_not_trained() external {
        (Draft memory one, Draft memory two) = begin();
        (bytes32 held, bytes32[] memory proof) = heldAt(0, 2);
        bytes32 foreign = models.registerDataset(TreeBuilder.climb(held, 2, proof), 6, START, "foreign");
        two.leaves[PAIR].datasetIds[0] = foreign;
        seal(two);
        proved(one, two, UNTRAINED, ofWork(two, PAIR, 0));
    }

    function test_work_beyond_the_end_of_a_data_set_is_not_trained() external {
        (Draft memory one, Draft memory two) = begin();
        two.leaves[PAIR].places[0] = 6;
        seal(two);
        proved(one, two, UNTRAINED, ofWork(two, PAIR, 0));
    }

    function test_place_of_a_data_set_that_holds_nothing_holds_no_work() external {
        bytes32[] memory leaves = new bytes32[](4);
        leaves[0] = TreeBuilder.leafHash(keccak256(abi.encode(ids[0])));
        datasets[0] = models.registerDataset(TreeBuilder.rootOf(leaves), 4, START, "gaps");
        params.modelId = models.registerModel("weights", "algorithm", model().datasetIds);
        (Draft memory one, Draft memory two) = (first(), second(first()));
        two.leaves[PAIR].places[0] = 1;
        seal(two);
        bytes32[] memory proof = TreeBuilder.proofOf(leaves, 1);
        IFraudProofs.ReportLeaf memory leaf = two.leaves[PAIR];
        proved(one, two, UNTRAINED, abi.encode(leaf, reportSeat(two, PAIR), 0, model(), bytes32(0), proof));
        proof[0] = 0;
        notProved(one, two, UNTRAINED, abi.encode(leaf, reportSeat(two, PAIR), 0, model(), bytes32(0), proof));
    }

    function test_trained_work_is_not_refuted_by_another_model_or_place() external {
        (Draft memory one, Draft memory two) = begin();
        IFraudProofs.ReportLeaf memory leaf = two.leaves[PAIR];
        IFraudProofs.Seat memory seat = reportSeat(two, PAIR);
        IFraudProofs.Model memory other = model();
        other.weightsHash = "other";
        (bytes32 held, bytes32[] memory proof) = heldAt(0, 1);
        notProved(one, two, UNTRAINED, abi.encode(leaf, seat, 0, other, held, proof));
        notProved(one, two, UNTRAINED, abi.encode(leaf, seat, 0, model(), held, proof));
        (held, proof) = heldAt(1, 2);
        notProved(one, two, UNTRAINED, abi.encode(leaf, seat, 0, model(), held, proof));
        notProved(one, two, UNTRAINED, abi.encode(leaf, seat, 0, model(), held, new bytes32[](2)));
        // No entry for what no work explains.
        bytes memory panic = abi.encodeWithSignature("Panic(uint256)", 0x32);
        judged(one, two, UNTRAINED, abi.encode(leaf, seat, 2, model(), held, proof), panic);
    }

    /* OutputRepeated */

    function test_epoch_that_repeats_an_output_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        receipts[3].outputHash = receipts[PAIR].outputHash;
        Draft memory bad = draft(one, receipts);
        decides(one, two, bad, REPEATED, ofRepetition(bad, 3, bad, PAIR), ofRepetition(two, 3, two, PAIR));
    }

    function test_epoch_that_repeats_an_output_of_an_earlier_one_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        receipts[3].outputHash = one.leaves[1].outputHash;
        Draft memory bad = draft(one, receipts);
        decides(one, two, bad, REPEATED, ofRepetition(bad, 3, one, 1), ofRepetition(two, 3, one, 1));
    }

    function test_epoch_that_doubles_a_receipt_is_voided() external {
        (Draft memory one, Draft memory two) = begin();
        IRoyaltyLedger.Report[] memory receipts = new IRoyaltyLedger.Report[](5);
        for (uint256 i; i < 4; ++i) {
            receipts[i] = two.receipts[i];
        }
        receipts[4] = two.receipts[PAIR];
        Draft memory bad = draft(one, receipts);
        decides(one, two, bad, REPEATED, ofRepetition(bad, 4, bad, PAIR), ofRepetition(two, 3, two, PAIR));
    }

    function test_a_report_does_not_repeat_itself_nor_an_epoch_that_is_not_posted() external {
        (Draft memory one, Draft memory two) = begin();
        post(two);
        refused(one, two, REPEATED, ofRepetition(two, PAIR, two, PAIR));
        Draft memory twin = second(one);
        twin.n = 3;
        refused(one, two, REPEATED, ofRepetition(two, PAIR, twin, PAIR));
        twin.n = 1;
        refused(one, two, REPEATED, ofRepetition(two, PAIR, twin, PAIR));
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.NotInTree.selector));
        IRoyaltyLedger.PoolParams memory p = params;
        one.leaves[0].outputHash = two.leaves[PAIR].outputHash;
        ledger.challenge(p, two.epoch, one.epoch, REPEATED, ofRepetition(two, PAIR, one, 0));
    }

    /* AlreadySettled */

    function test_report_whose_cheque_was_cashed_is_voided() external {
        (Draft memory one,) = begin();
        vm.warp(START + 371 days);
        IRoyaltyLedger.Report[] memory receipts = second(one).receipts;
        ledger.settle(poolId, receipts[BARE], signedReceipt(receipts[BARE]));
        Draft memory bad = second(one);
        delete receipts[BARE];
        Draft memory honest = draft(one, receipts);
        decides(one, honest, bad, SETTLED, ofReport(bad, BARE), ofReport(honest, PAIR));
    }
}
