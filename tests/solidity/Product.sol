// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {vm} from "./Vm.sol";

/// @dev Puts up a contract with the very code that the product ships. The tests themselves are compiled by the quick
/// pipeline. A check of the tests may name another folder of code, of changed contracts, or none: then it is that of the
/// tests' own build, in which lines are counted.
function deploy(string memory name, bytes memory arguments) returns (address) {
    string memory folder = vm.envOr("CREDITLINE_CONTRACTS", string("artifacts/contracts"));
    string memory file = string.concat(name, ".sol");
    if (bytes(folder).length == 0) return vm.deployCode(string.concat(file, ":", name), arguments);
    return vm.deployCode(string.concat(folder, "/", file, "/", name, ".json"), arguments);
}
