// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../interfaces/IRoyaltyLedger.sol";

/// @title Reports as typed data
library ReportLib {
    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(bytes32 poolId,uint256 nonce,bytes32 outputHash,bytes32 reportHash,"
        "uint128 revenue,uint256 weights,bytes32[] workIds,uint256 deadline)"
    );
    bytes32 private constant REPORTS_TYPEHASH = keccak256(
        "Reports(bytes32 poolId,Report[] reports)"
        "Report(bytes32 poolId,uint256 nonce,bytes32 outputHash,bytes32 reportHash,"
        "uint128 revenue,uint256 weights,bytes32[] workIds,uint256 deadline)"
    );

    function structHash(bytes32 poolId, IRoyaltyLedger.Report calldata report) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                REPORT_TYPEHASH,
                poolId,
                report.nonce,
                report.outputHash,
                report.reportHash,
                report.revenue,
                report.weights,
                keccak256(abi.encodePacked(report.workIds)),
                report.deadline
            )
        );
    }

    function structHash(bytes32 poolId, IRoyaltyLedger.Report[] calldata reports) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](reports.length);
        for (uint256 i; i < reports.length; ++i) {
            hashes[i] = structHash(poolId, reports[i]);
        }
        return keccak256(abi.encode(REPORTS_TYPEHASH, poolId, keccak256(abi.encodePacked(hashes))));
    }

    /// @notice The same for a report in memory.
    function structHashPlain(bytes32 poolId, IRoyaltyLedger.Report memory report) internal pure returns (bytes32) {
        bytes memory start =
            abi.encode(REPORT_TYPEHASH, poolId, report.nonce, report.outputHash, report.reportHash);
        bytes32 ids = keccak256(abi.encodePacked(report.workIds));
        return keccak256(bytes.concat(start, abi.encode(report.revenue, report.weights, ids, report.deadline)));
    }
}
