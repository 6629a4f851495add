// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @dev The part of halmos that these proofs use.
interface Svm {
    function enableSymbolicStorage(address account) external;
}

Svm constant svm = Svm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);
