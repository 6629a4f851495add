// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeTransferLib} from "solady/src/utils/SafeTransferLib.sol";
import {ICommons} from "./interfaces/ICommons.sol";
import {IRoyaltyLedger} from "./interfaces/IRoyaltyLedger.sol";

/// @notice See ICommons, which documents every function.
contract Commons is ICommons {
    address private constant ETH = address(0);
    uint16 private constant EVERYTHING = 10_000;

    IRoyaltyLedger public immutable ledger;
    bytes32 public immutable basePool;
    address private immutable _token;

    /// @param terms Of the base pool; integrator, commons and shares zero.
    constructor(IRoyaltyLedger ledger_, IRoyaltyLedger.PoolParams memory terms) {
        if (
            terms.integrator != address(0) || terms.commons != address(0)
                || terms.creatorBps + terms.developerBps + terms.computeBps != 0
        ) revert TermsNotOurs();
        terms.integrator = address(this);
        terms.commons = address(this);
        terms.creatorBps = EVERYTHING;
        ledger = ledger_;
        _token = terms.token;
        basePool = ledger_.open(terms);
    }

    /// @dev The ledger pays in ETH by a plain transfer.
    receive() external payable {}

    /// @inheritdoc ICommons
    function forward() external returns (uint256 received) {
        bool isEth = _token == ETH;
        uint256 amount = isEth ? address(this).balance : IERC20(_token).balanceOf(address(this));
        if (amount == 0) revert NothingToForward();
        if (!isEth) SafeTransferLib.safeApproveWithRetry(_token, address(ledger), amount);
        received = ledger.fund{value: isEth ? amount : 0}(basePool, amount);
        emit Forwarded(basePool, received);
    }
}
