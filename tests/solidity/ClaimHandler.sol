// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {EpochHandler} from "./EpochHandler.sol";
import {vm} from "./Vm.sol";

/// @dev What may be done with an epoch once it is posted: objected to, ruled on, claimed from.
contract ClaimHandler is EpochHandler {
    IFraudProofs.Fraud private constant FRAUD = IFraudProofs.Fraud.ReportMalformed;

    /// @dev Succeeds paused or not, and disputed or not, unless roots contradict each other.
    function claim(uint256 seed, uint256 n, uint256 k, bool toAnother) external leavesOthersAlone(seed) {
        (uint256 i, uint256 newest) = (seed % POOLS, _newestFinal(seed % POOLS));
        if (newest == 0 || _isTurned(i)) return;
        Draft memory d = _drafts[i][n % newest + 1];
        k %= PAYEES;
        if (d.amounts[k] <= claimedOf[i][k]) return;
        IRoyaltyLedger.Claim memory c = claimOf(d, k);
        uint256 grown = d.amounts[k] - claimedOf[i][k];
        if (_isBeyond(i, grown)) {
            _refuse(c);
            return;
        }
        if (k == 4) stubborn.callOnPayment(abi.encodeCall(ledger.claim, (c)));
        if (toAnother) {
            vm.prank(c.payee);
            vm.assertEq(ledger.claimTo(c, STRANGER), grown);
        } else {
            vm.assertEq(ledger.claim(c), grown);
        }
        claimedOf[i][k] = d.amounts[k];
        claimsPaid[i] += grown;
    }

    function claimMany(uint256 seed, uint256 n) external leavesOthersAlone(seed) {
        (uint256 i, uint256 newest) = (seed % POOLS, _newestFinal(seed % POOLS));
        if (newest == 0 || _isTurned(i)) return;
        Draft memory d = _drafts[i][n % newest + 1];
        IRoyaltyLedger.Claim[] memory all = new IRoyaltyLedger.Claim[](PAYEES);
        uint256 grown;
        for (uint256 k; k < PAYEES; ++k) {
            all[k] = claimOf(d, k);
            if (d.amounts[k] > claimedOf[i][k]) grown += d.amounts[k] - claimedOf[i][k];
        }
        if (_isBeyond(i, grown)) return;
        ledger.claimMany(all);
        claimsPaid[i] += grown;
        for (uint256 k; k < PAYEES; ++k) {
            if (d.amounts[k] > claimedOf[i][k]) claimedOf[i][k] = d.amounts[k];
        }
    }

    function claimTooEarly(uint256 seed, uint256 k) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 n = ledger.pool(pools[i]).epoch;
        if (n != _newestFinal(i)) _refuse(claimOf(_drafts[i][n], k % PAYEES));
    }

    /// @dev What a void epoch said is worth nothing, whoever takes its number.
    function claimOfAVoidEpoch(uint256 seed, uint256 k) external leavesOthersAlone(seed) {
        Draft memory d = _void[seed % POOLS];
        if (d.n == 0) return;
        if (ledger.epochHash(d.poolId, d.n) == epochHash(d.epoch)) return;
        _refuse(claimOf(d, k % PAYEES));
    }

    function challenge(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 n = ledger.pool(pools[i]).epoch;
        if (n == 0) return;
        Draft memory d = _drafts[i][n];
        IRoyaltyLedger.Epoch memory previous = _drafts[i][n - 1].epoch;
        bytes memory shown = evidence(d.epoch.revenue);
        bool isFinal = n == _newestFinal(i);
        vm.prank(STRANGER);
        try ledger.challenge(paramsOf(i), d.epoch, previous, FRAUD, shown) {
            vm.assertFalse(isFinal);
            _void[i] = d;
        } catch {
            vm.assertTrue(isFinal, "refused a fraud");
        }
    }

    function dispute(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        uint256 validAt = ledger.pool(pools[i]).validAt;
        if (validAt <= block.timestamp || validAt == NEVER || _isTurned(i)) return;
        uint256 sent = 2 * uint256(paramsOf(i).bond);
        provide(tokens[i], sent);
        ledger.dispute{value: tokens[i] == address(0) ? sent : 0}(pools[i], sent, "weights");
    }

    function rule(uint256 seed, bool valid) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        if (ledger.pool(pools[i]).validAt != NEVER) return;
        if (block.timestamp > ledger.disputeOf(pools[i]).ruleBy) return;
        if (!valid) _void[i] = _drafts[i][ledger.pool(pools[i]).epoch];
        vm.prank(ARBITER);
        ledger.rule(pools[i], valid);
    }

    function lapse(uint256 seed) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        if (ledger.pool(pools[i]).validAt != NEVER) return;
        if (block.timestamp <= ledger.disputeOf(pools[i]).ruleBy) return;
        _void[i] = _drafts[i][ledger.pool(pools[i]).epoch];
        ledger.lapse(pools[i]);
    }

    function claimFixed(uint256 seed, uint8 role) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        role %= 4;
        if (ledger.fixedClaimable(pools[i], role) == 0 || _isTurned(i)) return;
        fixedPaid[i] += ledger.claimFixed(pools[i], role);
    }

    function withdraw(uint256 seed, uint256 who) external leavesOthersAlone(seed) {
        uint256 i = seed % POOLS;
        address payee = [operator, COMMONS, STRANGER, creators[0], creators[1], creators[2]][who % 6];
        if (ledger.credit(tokens[i], payee) == 0 || _isTurned(i)) return;
        ledger.withdrawFor(tokens[i], payee);
    }

    function _newestFinal(uint256 i) private view returns (uint256) {
        IRoyaltyLedger.Pool memory p = ledger.pool(pools[i]);
        return block.timestamp < p.validAt ? p.epoch - 1 : p.epoch;
    }

    /// @return beyond Whether the ledger has to refuse, which only roots that contradict each other can bring about.
    function _isBeyond(uint256 i, uint256 grown) private view returns (bool beyond) {
        uint256 cap = ledger.finalRevenue(pools[i]) * ledger.pool(pools[i]).creatorBps / 10_000;
        beyond = claimsPaid[i] + grown > cap;
        if (beyond) vm.assertTrue(crooked[i], "honest roots promise too much");
    }

    function _refuse(IRoyaltyLedger.Claim memory c) private {
        try ledger.claim(c) {
            revert("paid what it must not");
        } catch {}
    }
}
