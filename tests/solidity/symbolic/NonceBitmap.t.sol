// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {LibBitmap} from "solady/src/utils/LibBitmap.sol";
import {svm} from "./Svm.sol";

/// @dev Nonces as the ledger keeps them: a bitmap per pool, in which settling toggles.
contract Nonces {
    using LibBitmap for LibBitmap.Bitmap;

    mapping(bytes32 poolId => LibBitmap.Bitmap) private _used;

    function settle(bytes32 poolId, uint256 nonce) external {
        require(_used[poolId].toggle(nonce), "used");
    }

    function used(bytes32 poolId, uint256 nonce) external view returns (bool) {
        return _used[poolId].get(nonce);
    }
}

/// @dev Each proof begins in any state whatever, so together they hold for every history of settlements: what one step
/// keeps, all steps keep.
contract NonceBitmapProof {
    Nonces private nonces;

    function setUp() external {
        nonces = new Nonces();
        svm.enableSymbolicStorage(address(nonces));
    }

    function check_settle_marksTheNonce(bytes32 poolId, uint256 nonce) external {
        nonces.settle(poolId, nonce);
        assert(nonces.used(poolId, nonce));
    }

    function check_settle_whenTheNonceIsUsed_reverts(bytes32 poolId, uint256 nonce) external {
        bool before = nonces.used(poolId, nonce);
        try nonces.settle(poolId, nonce) {
            assert(!before);
        } catch {
            assert(before);
        }
    }

    function check_settle_keepsEveryOtherNonce(bytes32 poolId, uint256 nonce, bytes32 otherPool, uint256 other) external {
        if (poolId == otherPool && nonce == other) return;
        bool before = nonces.used(otherPool, other);
        try nonces.settle(poolId, nonce) {} catch {}
        assert(nonces.used(otherPool, other) == before);
    }
}
