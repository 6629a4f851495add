// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {EfficientHashLib} from "solady/src/utils/EfficientHashLib.sol";
import {Works} from "./Works.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {PositionalTree} from "./libraries/PositionalTree.sol";

/// @notice See IWorkRegistry, which documents every function.
contract WorkRegistry is Works {
    /// @dev One slot, so that opening a work reads both at once.
    struct Anchor {
        uint40 at;
        address signatory;
    }

    bytes32 private constant REGISTER_TYPEHASH =
        keccak256("Register(address creator,bytes32 contentHash,bytes32 recordHash,address payee,uint256 deadline)");
    bytes32 private constant BATCH_TYPEHASH = keccak256("Batch(bytes32 root,uint64 count,uint256 deadline)");

    /// @dev ERC-2981 asks for one answer per work. It is a suggestion to marketplaces that resell the picture itself;
    /// what generated images pay is settled in the ledger. One twentieth is 5%.
    uint256 private constant RESALE_ROYALTY_DIVISOR = 20;

    mapping(bytes32 root => Anchor) private _anchors;

    /// @inheritdoc IWorkRegistry
    function register(bytes32 contentHash, bytes32 recordHash, address payee) external returns (bytes32) {
        return _register(msg.sender, contentHash, recordHash, payee, uint40(block.timestamp), 0);
    }

    /// @inheritdoc IWorkRegistry
    function registerFor(
        address creator,
        bytes32 contentHash,
        bytes32 recordHash,
        address payee,
        uint256 deadline,
        bytes calldata sig
    ) external returns (bytes32) {
        if (block.timestamp > deadline) revert Expired(deadline);
        bytes32 claim = keccak256(abi.encode(REGISTER_TYPEHASH, creator, contentHash, recordHash, payee, deadline));
        _checkSignature(creator, claim, sig);
        return _register(creator, contentHash, recordHash, payee, uint40(block.timestamp), 0);
    }

    /// @inheritdoc IWorkRegistry
    function anchor(bytes32 root, uint64 count, bytes32 manifest) external {
        if (root == 0 || count == 0) revert ZeroValue();
        uint40 at = _anchors[root].at;
        if (at == 0) {
            at = uint40(block.timestamp);
            _anchors[root].at = at;
        }
        emit Anchored(root, msg.sender, count, manifest, at);
    }

    /// @inheritdoc IWorkRegistry
    function materialise(
        bytes32 root,
        Leaf calldata leaf,
        uint64 count,
        uint256 index,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata sig
    ) external returns (bytes32) {
        Anchor storage anchored = _anchors[root];
        (uint40 at, address signatory) = (anchored.at, anchored.signatory);
        if (at == 0) revert NotAnchored(root);
        if (!PositionalTree.contains(root, count, _leafHash(leaf), index, proof)) revert NotInBatch(root, index);
        address creator = leaf.creator;
        // A signatory of zero means that nobody has signed yet, and must not pass for the creator of a leaf.
        if (signatory != creator || signatory == address(0)) {
            if (at > deadline) revert Expired(deadline);
            _checkSignature(creator, keccak256(abi.encode(BATCH_TYPEHASH, root, count, deadline)), sig);
            // The first stays: else two creators under one root could take from each other what they may leave out.
            if (signatory == address(0)) anchored.signatory = creator;
        }
        return _register(creator, leaf.contentHash, leaf.recordHash, leaf.payee, at, root);
    }

    /// @inheritdoc IWorkRegistry
    function anchoredAt(bytes32 root) external view returns (uint40) {
        return _anchors[root].at;
    }

    /// @inheritdoc IWorkRegistry
    function signatoryOf(bytes32 root) external view returns (address) {
        return _anchors[root].signatory;
    }

    /// @inheritdoc IWorkRegistry
    function workIdOf(address creator, bytes32 contentHash) public pure returns (bytes32) {
        return EfficientHashLib.hash(uint160(creator), uint256(contentHash));
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 workId, uint256 price) external view returns (address, uint256) {
        return (payeeOf(bytes32(workId)), price / RESALE_ROYALTY_DIVISOR);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || interfaceId == type(IERC165).interfaceId;
    }

    /// @dev `content` is keccak256(abi.encode(leaf)). Assembly because the encoding lies in calldata already, and the
    /// compiler would check and copy each word of it. An address with more than 160 bits reverts where it is read.
    function _leafHash(Leaf calldata leaf) private pure returns (bytes32) {
        bytes32 content;
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, leaf, 0xa0)
            content := keccak256(free, 0xa0)
        }
        return PositionalTree.leafHash(content);
    }

    function _register(
        address creator,
        bytes32 contentHash,
        bytes32 recordHash,
        address payee,
        uint40 at,
        bytes32 root
    ) private returns (bytes32 workId) {
        if (contentHash == 0 || payee == address(0)) revert ZeroValue();
        workId = workIdOf(creator, contentHash);
        _enter(workId, creator, payee, at);
        emit WorkRegistered(workId, creator, contentHash, recordHash, payee, at, root);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Creditline WorkRegistry", "1");
    }
}
