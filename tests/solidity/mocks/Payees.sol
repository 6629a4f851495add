// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRoyaltyLedger} from "../../../contracts/interfaces/IRoyaltyLedger.sol";
import {ECDSA} from "solady/src/utils/ECDSA.sol";

/// @dev A contract wallet (ERC-1271) whose one key signs for it.
contract Wallet {
    address private immutable _key;

    constructor(address key) {
        _key = key;
    }

    function isValidSignature(bytes32 digest, bytes calldata sig) external view returns (bytes4) {
        return ECDSA.tryRecoverCalldata(digest, sig) == _key ? this.isValidSignature.selector : bytes4(0);
    }
}

/// @dev Asks for its money again while it is being paid.
contract GreedyPayee {
    IRoyaltyLedger private immutable _ledger;

    constructor(IRoyaltyLedger ledger) {
        _ledger = ledger;
    }

    receive() external payable {
        _ledger.withdrawFor(address(0), address(this));
    }
}

/// @dev Takes no ETH.
contract ClosedPayee {}

/// @dev Calls the ledger while it is being paid, and fails if that call fails.
contract ClaimingPayee {
    IRoyaltyLedger private immutable _ledger;
    bytes private _data;

    constructor(IRoyaltyLedger ledger) {
        _ledger = ledger;
    }

    function callOnPayment(bytes calldata data) external {
        _data = data;
    }

    receive() external payable {
        if (_data.length == 0) return;
        (bool ok,) = address(_ledger).call(_data);
        require(ok, "refused");
    }
}

/// @dev Claims again, and claims what is another's, while it is being paid, and takes no for an answer.
contract StubbornPayee {
    IRoyaltyLedger private immutable _ledger;
    uint256 public heard;
    bytes private _data;

    constructor(IRoyaltyLedger ledger) {
        _ledger = ledger;
    }

    function callOnPayment(bytes calldata data) external {
        _data = data;
    }

    receive() external payable {
        (bool ok,) = address(_ledger).call(_data);
        if (ok) ++heard;
    }
}
