// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";

/// @title Who claimed which content, when, and who is paid for it
/// @notice Nobody owns this contract and nothing in it can be switched off or replaced. A work is one creator's claim
/// to one content hash: another creator who claims the same hash gets another work, never this one. Times are block
/// times in seconds. Which of two claims to the same picture is right is not decided here; the earlier time is
/// evidence.
/// @dev A front-runner who sees a plain `register` can claim the same hash for himself at an earlier moment. Clients
/// that care anchor a salted leaf first (`anchor`, then `materialise`): it shows nothing until it is dated.
interface IWorkRegistry is IERC2981 {
    /// @notice What one creator puts into a batch for one work.
    /// @param recordHash SHA-256 digest of the published work record, which is what its CIDv1 is made of. The record
    /// holds the licence terms, so this is what commits to them.
    /// @param salt Random, so that nobody can test a guess about an unrevealed leaf.
    struct Leaf {
        address creator;
        bytes32 contentHash;
        bytes32 recordHash;
        address payee;
        bytes32 salt;
    }

    /// @param optedOutAt When the standing training opt-out began; 0 while there is none.
    /// @param offeredTo Who may take over the rights; 0 while there is no offer.
    struct Work {
        address owner;
        address payee;
        uint40 registeredAt;
        uint40 optedOutAt;
        address offeredTo;
    }

    /// @param anchor The batch root that the work was opened from; 0 for a work that was registered by itself.
    /// @param at The time of the claim: that of the anchor, if there is one.
    event WorkRegistered(
        bytes32 indexed workId,
        address indexed creator,
        bytes32 indexed contentHash,
        bytes32 recordHash,
        address payee,
        uint40 at,
        bytes32 anchor
    );
    /// @param at The time of the first anchoring, however often the root is anchored again.
    event Anchored(bytes32 indexed root, address indexed by, uint64 count, bytes32 manifest, uint40 at);
    event PayeeSet(bytes32 indexed workId, address indexed payee);
    event RightsOffered(bytes32 indexed workId, address indexed from, address indexed to);
    event RightsTransferred(bytes32 indexed workId, address indexed from, address indexed to);
    event TermsSet(bytes32 indexed workId, bytes32 termsHash);
    event TrainingOptOutSet(bytes32 indexed workId, bool out, uint40 at);

    error AlreadyRegistered(bytes32 workId);
    error WorkUnknown(bytes32 workId);
    error NotAnchored(bytes32 root);
    error NotInBatch(bytes32 root, uint256 index);
    error NotOwner(bytes32 workId, address caller);
    error NotOffered(bytes32 workId, address caller);
    error BadSignature(address signer);
    error Expired(uint256 deadline);
    error ZeroValue();
    error NoChange();

    /// @notice Claims `contentHash` (SHA-256 of the exact bytes) for the caller, as of now.
    /// @dev Reverts with `ZeroValue` for an empty hash or payee, with `AlreadyRegistered` for a second claim.
    function register(bytes32 contentHash, bytes32 recordHash, address payee) external returns (bytes32 workId);

    /// @notice The same for a creator who signed and does not send. Anyone may relay it until `deadline`.
    /// @dev Typed data: `Register(address creator,bytes32 contentHash,bytes32 recordHash,address payee,uint256
    /// deadline)`. There is no nonce because a work registers only once.
    function registerFor(
        address creator,
        bytes32 contentHash,
        bytes32 recordHash,
        address payee,
        uint256 deadline,
        bytes calldata sig
    ) external returns (bytes32 workId);

    /// @notice Dates a batch of `count` leaves under `root`. Anyone may send it, for the same cost at any count.
    /// @dev Only the first anchoring sets the time. Later ones are announced again, so that a front-runner who anchors
    /// somebody's root with a false manifest cannot keep the true one from being published.
    /// @param manifest SHA-256 digest of the file that lists the batch.
    function anchor(bytes32 root, uint64 count, bytes32 manifest) external;

    /// @notice Opens one leaf of an anchored batch as a work that carries the anchor's time. Anyone may send it.
    /// @dev Typed data, signed by `leaf.creator`: `Batch(bytes32 root,uint64 count,uint256 deadline)`. The deadline is
    /// that of anchoring: a batch that was anchored in time can be opened for ever. The first work that is opened makes
    /// its creator the signatory of the batch, for good. Further works of the signatory need no signature: `deadline`
    /// and `sig` are not looked at. Works of other creators under the same root need theirs, each time. A contract
    /// wallet that became a signatory cannot take that back. Whoever does not know what will be mined first sends a
    /// signature. Reverts with `NotAnchored`, `NotInBatch`, `Expired`, `BadSignature`, and as `register` does.
    /// @param index Position of the leaf; `proof` runs from the leaf's sibling up to the child of the root.
    function materialise(
        bytes32 root,
        Leaf calldata leaf,
        uint64 count,
        uint256 index,
        bytes32[] calldata proof,
        uint256 deadline,
        bytes calldata sig
    ) external returns (bytes32 workId);

    /// @notice Names who is paid from now on. Only the owner. Money credited before stays with the payee of that time.
    function setPayee(bytes32 workId, address payee) external;

    /// @notice The same by the owner's signature, relayed by anyone.
    /// @dev Typed data: `SetPayee(bytes32 workId,address payee,uint256 nonce,uint256 deadline)`, `nonce` =
    /// `changeNonce`.
    function setPayeeFor(bytes32 workId, address payee, uint256 deadline, bytes calldata sig) external;

    /// @notice Offers the rights to `to`, in place of any earlier offer; 0 takes the offer back. Only the owner.
    function offerRights(bytes32 workId, address to) external;

    /// @notice Takes over offered rights. Only whom they are offered to, who also becomes the payee.
    function acceptRights(bytes32 workId) external;

    /// @notice Announces new licence terms. Only the owner. Terms are not stored: the last event counts, and before it
    /// those in the work's record.
    function setTerms(bytes32 workId, bytes32 termsHash) external;

    /// @notice Refuses, or allows again, training on the work from now on. Only the owner.
    function setTrainingOptOut(bytes32 workId, bool out) external;

    /// @notice The same by the owner's signature, relayed by anyone.
    /// @dev Typed data: `SetTrainingOptOut(bytes32 workId,bool out,uint256 nonce,uint256 deadline)`.
    function setTrainingOptOutFor(bytes32 workId, bool out, uint256 deadline, bytes calldata sig) external;

    /// @notice When the root was first anchored; 0 if never.
    function anchoredAt(bytes32 root) external view returns (uint40);

    /// @notice The creator whose works under this root need no signature any more; 0 before a work was opened from it.
    /// @dev Follows from logs: the creator of the first `WorkRegistered` that names this root as its anchor.
    function signatoryOf(bytes32 root) external view returns (address);

    /// @notice Everything known about a work; all zero for an unknown one.
    function work(bytes32 workId) external view returns (Work memory);

    /// @notice The id that a creator's claim to a content hash has or would have.
    function workIdOf(address creator, bytes32 contentHash) external pure returns (bytes32);

    /// @notice Who is paid now. Reverts with `WorkUnknown`.
    function payeeOf(bytes32 workId) external view returns (address);

    /// @notice Who is paid now, for several works in one call. Reverts with `WorkUnknown` at the first unknown one.
    function payeesOf(bytes32[] calldata workIds) external view returns (address[] memory);

    /// @notice Who was paid at a past time: 0 before the registration. A second counts with the changes made in it.
    function payeeAt(bytes32 workId, uint40 t) external view returns (address);

    /// @notice Whether training was refused at a past time. A second counts with the changes made in it.
    function optedOut(bytes32 workId, uint40 t) external view returns (bool);

    /// @notice The nonce that the next signed change must carry: how often payee or opt-out have changed so far.
    /// @dev Any change therefore voids what was signed before it. Reverting for ever after 65,535 changes is meant.
    function changeNonce(bytes32 workId) external view returns (uint256);
}
