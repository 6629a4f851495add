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

    /// @dev Assembly because every settlement pays for it: the fields lie in calldata as they are hashed, all but the works,
    /// whose hash takes the place of their offset. The tests hold it against `structHashPlain`. A revenue above 128 bits
    /// is for the caller to refuse, as reading it does.
    /// @param workIds The report's, which the caller has at hand.
    function structHash(bytes32 poolId, IRoyaltyLedger.Report calldata report, bytes32[] calldata workIds)
        internal
        pure
        returns (bytes32 hash)
    {
        bytes32 typehash = REPORT_TYPEHASH;
        assembly ("memory-safe") {
            let at := mload(0x40)
            let size := shl(5, workIds.length)
            calldatacopy(at, workIds.offset, size)
            let ids := keccak256(at, size)
            mstore(at, typehash)
            mstore(add(at, 0x20), poolId)
            calldatacopy(add(at, 0x40), report, 0xe0)
            mstore(add(at, 0xe0), ids)
            hash := keccak256(at, 0x120)
        }
    }

    function structHash(bytes32 poolId, IRoyaltyLedger.Report[] calldata reports) internal pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](reports.length);
        for (uint256 i; i < reports.length; ++i) {
            hashes[i] = structHash(poolId, reports[i], reports[i].workIds);
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
