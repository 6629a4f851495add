// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "./IRoyaltyLedger.sol";

/// @title Where the unattributed part of a model's revenue goes on to everyone it learned from
/// @notice A pool names this contract as its `commons`. Whatever arrives here is put into the base pool: another pool of the
/// same ledger, token and model, in which creators take everything, and from which nobody can take money back, because its
/// integrator is this contract, which cannot ask for a refund. The base pool pays by epochs like any other.
/// @dev docs/reference/commons.md has the rule by which the operator of the base pool shares it. Nobody owns this contract.
interface ICommons {
    event Forwarded(bytes32 indexed basePool, uint256 received);

    /// @dev The terms of a base pool leave the integrator, the commons and all shares to this contract.
    error TermsNotOurs();
    error NothingToForward();

    /// @notice The pool that everything goes to.
    function basePool() external view returns (bytes32);

    /// @notice Puts all that is here into the base pool. Anyone may.
    /// @return received What arrived there, less than was sent if the token takes a fee.
    function forward() external returns (uint256 received);

    /// @notice The ledger that the base pool is in.
    function ledger() external view returns (IRoyaltyLedger);
}
