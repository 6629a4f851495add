// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {Fixture} from "./Fixture.sol";
import {vm} from "./Vm.sol";

/// @dev A pool in demo yen and one in ETH, both on one model, and twelve works.
abstract contract LedgerFixture is Fixture {
    uint256 internal constant DEPOSIT = 1e12;

    bytes32 internal modelId;
    bytes32 internal yenPool;
    bytes32 internal ethPool;
    bytes32[] internal ids;
    address[] internal creators;

    function openPools() internal {
        deployAll();
        (ids, creators) = registerWorks(12);
        modelId = registerModel();
        yenPool = ledger.open(terms(address(yen), modelId));
        ethPool = ledger.open(terms(address(0), modelId));
    }

    function fundBoth() internal {
        fundYen(yenPool, DEPOSIT);
        vm.deal(address(this), DEPOSIT);
        ledger.fund{value: DEPOSIT}(ethPool, DEPOSIT);
    }

    function fundYen(bytes32 poolId, uint256 amount) internal {
        yen.mint(address(this), amount);
        yen.approve(address(ledger), amount);
        ledger.fund(poolId, amount);
    }

    /// @dev A report on the first works, with equal weights that leave `unattributedPpm`.
    function report(uint256 nonce, uint128 revenue, uint256 count, uint256 unattributedPpm)
        internal
        view
        returns (IRoyaltyLedger.Report memory r)
    {
        r = IRoyaltyLedger.Report({
            nonce: nonce,
            outputHash: keccak256(abi.encode("output", nonce)),
            reportHash: keccak256(abi.encode("report", nonce)),
            revenue: revenue,
            weights: 0,
            workIds: new bytes32[](count),
            deadline: FOREVER
        });
        uint256[] memory weights = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            weights[i] = (1_000_000 - unattributedPpm) / count;
            r.workIds[i] = ids[i];
        }
        r.weights = pack(weights);
    }

    function settle(bytes32 poolId, IRoyaltyLedger.Report memory r) internal {
        ledger.settle(poolId, r, signReport(OPERATOR_KEY, poolId, r));
    }

    /// @dev Expects the next call, which must be made right after, to refuse this report.
    function expectRefusal(bytes32 poolId, IRoyaltyLedger.Report memory r, bytes memory reason) internal {
        bytes memory sig = signReport(OPERATOR_KEY, poolId, r);
        vm.expectRevert(reason);
        ledger.settle(poolId, r, sig);
    }
}
