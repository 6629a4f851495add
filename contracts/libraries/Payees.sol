// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWorkRegistry} from "../interfaces/IWorkRegistry.sol";

/// @title The one question that every settlement asks the work registry
library Payees {
    /// @notice The same as `works.payeesOf(workIds)`.
    /// @dev Assembly because the answer already lies in memory as an array, and the compiler would check and copy each
    /// word of it. Safe only for a registry that the caller was deployed with.
    function payeesOf(IWorkRegistry works, bytes32[] calldata workIds) internal view returns (address[] memory payees) {
        bytes4 selector = IWorkRegistry.payeesOf.selector;
        assembly ("memory-safe") {
            let call_ := mload(0x40)
            let size := shl(5, workIds.length)
            mstore(call_, selector)
            mstore(add(call_, 0x04), 0x20)
            mstore(add(call_, 0x24), workIds.length)
            calldatacopy(add(call_, 0x44), workIds.offset, size)
            if iszero(staticcall(gas(), works, call_, add(0x44, size), 0, 0)) {
                returndatacopy(call_, 0, returndatasize())
                revert(call_, returndatasize())
            }
            returndatacopy(call_, 0, returndatasize())
            payees := add(call_, 0x20)
            mstore(0x40, add(call_, returndatasize()))
        }
    }
}
