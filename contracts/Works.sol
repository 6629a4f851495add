// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "solady/src/utils/EIP712.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {Signature} from "./libraries/Signature.sol";

/// @title Registered works, and how their owners change them
/// @notice The larger half of WorkRegistry. See IWorkRegistry, which documents every function.
abstract contract Works is IWorkRegistry, EIP712 {
    using Checkpoints for Checkpoints.Trace160;
    using Checkpoints for Checkpoints.Trace208;

    /// @dev One slot, so that most works cost one slot in all.
    struct Entry {
        address payee;
        uint40 registeredAt;
        uint40 optedOutAt;
        uint16 changes;
    }

    bytes32 private constant SET_PAYEE_TYPEHASH =
        keccak256("SetPayee(bytes32 workId,address payee,uint256 nonce,uint256 deadline)");
    bytes32 private constant SET_OPT_OUT_TYPEHASH =
        keccak256("SetTrainingOptOut(bytes32 workId,bool out,uint256 nonce,uint256 deadline)");

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

    /// @dev Takes in a work that is new here.
    function _enter(bytes32 workId, address creator, address payee, uint40 at) internal {
        Entry storage entry = _entries[workId];
        if (entry.registeredAt != 0) revert AlreadyRegistered(workId);
        // One write where the compiler makes two. All else in the slot is zero, as the work was not registered.
        uint256 fields = uint256(at) << 160 | uint160(payee);
        assembly ("memory-safe") {
            sstore(entry.slot, fields)
        }
        if (payee != creator) _ownerApart[workId] = creator;
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

    function _checkSignature(address signer, bytes32 structHash, bytes calldata sig) internal view {
        if (!Signature.isBy(signer, _hashTypedData(structHash), sig)) revert BadSignature(signer);
    }
}
