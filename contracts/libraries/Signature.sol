// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {SignatureCheckerLib} from "solady/src/utils/SignatureCheckerLib.sol";

/// @title Signatures of keys and of contract wallets
library Signature {
    /// @notice Whether `signer` signed `digest` with its key (64 or 65 bytes) or, as a contract, by ERC-1271.
    /// @dev The key is tried first: most signers have no code, and asking whether they do costs as much as a cold
    /// account. An account that delegates to code (EIP-7702) may therefore still sign with its key.
    function isBy(address signer, bytes32 digest, bytes calldata sig) internal view returns (bool) {
        // A failed recovery gives zero, which must not pass for the owner of an unknown work.
        if (signer == address(0)) return false;
        return ECDSA.tryRecoverCalldata(digest, sig) == signer
            || SignatureCheckerLib.isValidERC1271SignatureNowCalldata(signer, digest, sig);
    }

    /// @notice The same for a signature in memory.
    function isByPlain(address signer, bytes32 digest, bytes memory sig) internal view returns (bool) {
        if (signer == address(0)) return false;
        return ECDSA.tryRecover(digest, sig) == signer
            || SignatureCheckerLib.isValidERC1271SignatureNow(signer, digest, sig);
    }

    /// @notice Whether there can be a key behind the account: it has no code, or only delegates to some (EIP-7702).
    /// @dev The designator, 0xef0100 and an address, is what such an account's code reads as; no contract begins with 0xef.
    function hasKey(address who) internal view returns (bool) {
        bytes memory code = who.code;
        return code.length == 0 || (code.length == 23 && bytes3(code) == 0xef0100);
    }
}
