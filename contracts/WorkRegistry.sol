// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "solady/src/utils/EIP712.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {PositionalTree} from "./libraries/PositionalTree.sol";
import {Signature} from "./libraries/Signature.sol";

/// @notice See IWorkRegistry, which documents every function.
contract WorkRegistry is IWorkRegistry, EIP712 {
    using Checkpoints for Checkpoints.Trace160;
    using Checkpoints for Checkpoints.Trace208;

    /// @dev One slot, so that most works cost one slot in all.
    struct Entry {
        address payee;
        uint40 registeredAt;
        uint40 optedOutAt;
        uint16 changes;
    }

    bytes32 private constant REGISTER_TYPEHASH = keccak256(
        "Register(address creator,bytes32 contentHash,bytes32 recordHash,bytes32 termsHash,"
        "address payee,uint256 deadline)"
    );
    bytes32 private constant BATCH_TYPEHASH = keccak256("Batch(bytes32 root,uint64 count,uint256 deadline)");
    bytes32 private constant SET_PAYEE_TYPEHASH =
        keccak256("SetPayee(bytes32 workId,address payee,uint256 nonce,uint256 deadline)");
    bytes32 private constant SET_OPT_OUT_TYPEHASH =
        keccak256("SetTrainingOptOut(bytes32 workId,bool out,uint256 nonce,uint256 deadline)");

    /// @dev ERC-2981 asks for one answer per work. It is a suggestion to marketplaces that resell the picture itself;
    /// what generated images pay is settled in the ledger. One twentieth is 5%.
    uint256 private constant RESALE_ROYALTY_DIVISOR = 20;

    /// @inheritdoc IWorkRegistry
    mapping(bytes32 root => uint40) public anchoredAt;

    mapping(bytes32 workId => Entry) private _entries;
    /// @dev Empty while the payee is the owner, which spares most works a slot.
    mapping(bytes32 workId => address) private _ownerApart;
    mapping(bytes32 workId => address) private _offeredTo;
    /// @dev Empty until the first change, as is the next one.
    mapping(bytes32 workId => Checkpoints.Trace160) private _payees;
    /// @dev Only opt-outs that have ended; the standing one is in the entry.
    mapping(bytes32 workId => Checkpoints.Trace208) private _optOuts;

    modifier onlyOwner(bytes32 workId) {
        if (msg.sender != _ownerOf(workId)) revert NotOwner(workId, msg.sender);
        _;
    }

    /// @inheritdoc IWorkRegistry
    function register(bytes32 contentHash, bytes32 recordHash, bytes32 termsHash, address payee)
        external
        returns (bytes32)
    {
        return _register(msg.sender, contentHash, recordHash, termsHash, payee, uint40(block.timestamp), 0);
    }

    /// @inheritdoc IWorkRegistry
    function registerFor(
        address creator,
        bytes32 contentHash,
        bytes32 recordHash,
        bytes32 termsHash,
        address payee,
        uint256 deadline,
        bytes calldata sig
    ) external returns (bytes32) {
        if (block.timestamp > deadline) revert Expired(deadline);
        _checkSignature(
            creator,
            keccak256(abi.encode(REGISTER_TYPEHASH, creator, contentHash, recordHash, termsHash, payee, deadline)),
            sig
        );
        return _register(creator, contentHash, recordHash, termsHash, payee, uint40(block.timestamp), 0);
    }

    /// @inheritdoc IWorkRegistry
    function anchor(bytes32 root, uint64 count, bytes32 manifest) external {
        if (root == 0 || count == 0) revert ZeroValue();
        uint40 at = anchoredAt[root];
        if (at == 0) {
            at = uint40(block.timestamp);
            anchoredAt[root] = at;
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
        uint40 at = anchoredAt[root];
        if (at == 0) revert NotAnchored(root);
        if (at > deadline) revert Expired(deadline);
        bytes32 leafHash = PositionalTree.leafHash(keccak256(abi.encode(leaf)));
        if (!PositionalTree.contains(root, count, leafHash, index, proof)) revert NotInBatch(root, index);
        _checkSignature(leaf.creator, keccak256(abi.encode(BATCH_TYPEHASH, root, count, deadline)), sig);
        return _register(leaf.creator, leaf.contentHash, leaf.recordHash, leaf.termsHash, leaf.payee, at, root);
    }

    /// @inheritdoc IWorkRegistry
    function setPayee(bytes32 workId, address payee) external onlyOwner(workId) {
        _setPayee(workId, payee);
    }

    /// @inheritdoc IWorkRegistry
    function setPayeeFor(bytes32 workId, address payee, uint256 deadline, bytes calldata sig) external {
        bytes32 change = keccak256(abi.encode(SET_PAYEE_TYPEHASH, workId, payee, changeNonce(workId), deadline));
        _checkChange(workId, change, deadline, sig);
        _setPayee(workId, payee);
    }

    /// @inheritdoc IWorkRegistry
    function offerRights(bytes32 workId, address to) external onlyOwner(workId) {
        if (to == _offeredTo[workId] || to == msg.sender) revert NoChange();
        _offeredTo[workId] = to;
        emit RightsOffered(workId, msg.sender, to);
    }

    /// @inheritdoc IWorkRegistry
    function acceptRights(bytes32 workId) external {
        if (msg.sender != _offeredTo[workId]) revert NotOffered(workId, msg.sender);
        address from = _ownerOf(workId);
        delete _offeredTo[workId];
        if (_entries[workId].payee != msg.sender) _recordPayee(workId, msg.sender);
        delete _ownerApart[workId];
        emit RightsTransferred(workId, from, msg.sender);
    }

    /// @inheritdoc IWorkRegistry
    function setTerms(bytes32 workId, bytes32 termsHash) external onlyOwner(workId) {
        emit TermsSet(workId, termsHash);
    }

    /// @inheritdoc IWorkRegistry
    function setTrainingOptOut(bytes32 workId, bool out) external onlyOwner(workId) {
        _setTrainingOptOut(workId, out);
    }

    /// @inheritdoc IWorkRegistry
    function setTrainingOptOutFor(bytes32 workId, bool out, uint256 deadline, bytes calldata sig) external {
        bytes32 change = keccak256(abi.encode(SET_OPT_OUT_TYPEHASH, workId, out, changeNonce(workId), deadline));
        _checkChange(workId, change, deadline, sig);
        _setTrainingOptOut(workId, out);
    }

    /// @inheritdoc IWorkRegistry
    function work(bytes32 workId) external view returns (Work memory) {
        Entry storage entry = _entries[workId];
        return Work(_ownerOf(workId), entry.payee, entry.registeredAt, entry.optedOutAt, _offeredTo[workId]);
    }

    /// @inheritdoc IWorkRegistry
    function workIdOf(address creator, bytes32 contentHash) public pure returns (bytes32) {
        return keccak256(abi.encode(creator, contentHash));
    }

    /// @inheritdoc IWorkRegistry
    function payeeOf(bytes32 workId) public view returns (address payee) {
        payee = _entries[workId].payee;
        if (payee == address(0)) revert WorkUnknown(workId);
    }

    /// @inheritdoc IWorkRegistry
    function payeesOf(bytes32[] calldata workIds) external view returns (address[] memory) {
        bytes32 workId;
        // Every settlement pays for this loop. Assembly saves the compiler's second pass over the result, which checks
        // and copies each word; the tests hold it against `payeeOf`.
        assembly ("memory-safe") {
            let result := mload(0x40)
            mstore(result, 0x20)
            mstore(add(result, 0x20), workIds.length)
            mstore(0x20, _entries.slot)
            let shift := sub(add(result, 0x40), workIds.offset)
            let end := add(workIds.offset, shl(5, workIds.length))
            let at := workIds.offset
            for {} lt(at, end) { at := add(at, 0x20) } {
                workId := calldataload(at)
                mstore(0x00, workId)
                let payee := shr(96, shl(96, sload(keccak256(0x00, 0x40))))
                if iszero(payee) { break }
                mstore(add(at, shift), payee)
            }
            if eq(at, end) { return(result, add(0x40, shl(5, workIds.length))) }
        }
        revert WorkUnknown(workId);
    }

    /// @inheritdoc IWorkRegistry
    function payeeAt(bytes32 workId, uint40 t) external view returns (address) {
        Entry storage entry = _entries[workId];
        if (t < entry.registeredAt) return address(0);
        Checkpoints.Trace160 storage payees = _payees[workId];
        return payees.length() == 0 ? entry.payee : address(payees.upperLookupRecent(t));
    }

    /// @inheritdoc IWorkRegistry
    function optedOut(bytes32 workId, uint40 t) external view returns (bool) {
        uint40 since = _entries[workId].optedOutAt;
        return (since != 0 && since <= t) || _optOuts[workId].upperLookupRecent(t) != 0;
    }

    /// @inheritdoc IWorkRegistry
    function changeNonce(bytes32 workId) public view returns (uint256) {
        return _entries[workId].changes;
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(uint256 workId, uint256 price) external view returns (address, uint256) {
        return (payeeOf(bytes32(workId)), price / RESALE_ROYALTY_DIVISOR);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == type(IERC2981).interfaceId || interfaceId == type(IERC165).interfaceId;
    }

    function _register(
        address creator,
        bytes32 contentHash,
        bytes32 recordHash,
        bytes32 termsHash,
        address payee,
        uint40 at,
        bytes32 root
    ) private returns (bytes32 workId) {
        if (contentHash == 0 || payee == address(0)) revert ZeroValue();
        workId = workIdOf(creator, contentHash);
        Entry storage entry = _entries[workId];
        if (entry.registeredAt != 0) revert AlreadyRegistered(workId);
        (entry.payee, entry.registeredAt) = (payee, at);
        if (payee != creator) _ownerApart[workId] = creator;
        emit WorkRegistered(workId, creator, contentHash, recordHash, termsHash, payee, at, root);
    }

    function _setPayee(bytes32 workId, address payee) private {
        address former = _entries[workId].payee;
        if (payee == address(0)) revert ZeroValue();
        if (payee == former) revert NoChange();
        if (_ownerApart[workId] == address(0)) _ownerApart[workId] = former;
        _recordPayee(workId, payee);
    }

    function _recordPayee(bytes32 workId, address payee) private {
        Entry storage entry = _entries[workId];
        Checkpoints.Trace160 storage payees = _payees[workId];
        if (payees.length() == 0) payees.push(entry.registeredAt, uint160(entry.payee));
        payees.push(uint96(block.timestamp), uint160(payee));
        entry.payee = payee;
        ++entry.changes;
        emit PayeeSet(workId, payee);
    }

    function _setTrainingOptOut(bytes32 workId, bool out) private {
        Entry storage entry = _entries[workId];
        uint40 since = entry.optedOutAt;
        if (out == (since != 0)) revert NoChange();
        if (out) {
            entry.optedOutAt = uint40(block.timestamp);
        } else {
            Checkpoints.Trace208 storage optOuts = _optOuts[workId];
            optOuts.push(since, 1);
            optOuts.push(uint48(block.timestamp), 0);
            entry.optedOutAt = 0;
        }
        ++entry.changes;
        emit TrainingOptOutSet(workId, out, uint40(block.timestamp));
    }

    function _ownerOf(bytes32 workId) private view returns (address owner) {
        owner = _ownerApart[workId];
        if (owner == address(0)) owner = _entries[workId].payee;
    }

    function _checkChange(bytes32 workId, bytes32 structHash, uint256 deadline, bytes calldata sig) private view {
        if (block.timestamp > deadline) revert Expired(deadline);
        _checkSignature(_ownerOf(workId), structHash, sig);
    }

    function _checkSignature(address signer, bytes32 structHash, bytes calldata sig) private view {
        if (!Signature.isBy(signer, _hashTypedData(structHash), sig)) revert BadSignature(signer);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Creditline WorkRegistry", "1");
    }
}
