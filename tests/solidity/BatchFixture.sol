// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {TreeBuilder} from "./TreeBuilder.sol";

/// @dev One batch at a time, and how its works are opened.
abstract contract BatchFixture is Fixture {
    uint64 internal constant COUNT = 5;

    IWorkRegistry.Leaf[] internal _leaves;
    bytes32[] internal _hashes;
    bytes32 internal root;

    /// @dev A new batch: works at even places are `even`'s, the others `odd`'s.
    function _compose(address even, address odd) internal {
        delete _leaves;
        delete _hashes;
        for (uint256 i; i < COUNT; ++i) {
            address who = i % 2 == 0 ? even : odd;
            bytes32 content = keccak256(abi.encode("content", root, i));
            _leaves.push(IWorkRegistry.Leaf(who, content, bytes32(i), who == address(0) ? creator : who, "salt"));
            _hashes.push(TreeBuilder.leafHash(keccak256(abi.encode(_leaves[i]))));
        }
        root = TreeBuilder.rootOf(_hashes);
    }

    function _anchor(address even, address odd) internal {
        _compose(even, odd);
        works.anchor(root, COUNT, "manifest");
    }

    function _openSigned(uint256 i, uint256 key) internal {
        _open(i, START, _sign(key, root, COUNT, START));
    }

    function _open(uint256 i, uint256 deadline, bytes memory sig) internal returns (bytes32) {
        return works.materialise(root, _leaves[i], COUNT, i, TreeBuilder.proofOf(_hashes, i), deadline, sig);
    }

    function _idOf(uint256 i) internal view returns (bytes32) {
        return keccak256(abi.encode(_leaves[i].creator, _leaves[i].contentHash));
    }

    function _sign(uint256 key, bytes32 signed, uint64 count, uint256 deadline) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("Batch(bytes32 root,uint64 count,uint256 deadline)");
        return signWork(key, keccak256(abi.encode(typeHash, signed, count, deadline)));
    }
}
