// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

/// @title What a model learned from, as hashes and roots
/// @notice Nobody owns this contract. An entry is its sender's word and cannot be changed; an id commits to all of it.
interface IModelRegistry {
    /// @param cutoff The data set respects every opt-out that stood at this time.
    /// @param breaches How many works in it were proved to have been opted out by then.
    struct Dataset {
        address by;
        uint40 cutoff;
        uint40 registeredAt;
        bytes32 root;
        uint64 count;
        uint32 breaches;
    }

    struct Model {
        address developer;
        uint40 registeredAt;
    }

    event DatasetRegistered(
        bytes32 indexed datasetId, address indexed by, bytes32 root, uint64 count, uint40 cutoff, bytes32 manifest
    );
    event ModelRegistered(
        bytes32 indexed modelId,
        address indexed developer,
        bytes32 weightsHash,
        bytes32 algorithmHash,
        bytes32[] datasetIds
    );
    event OptOutBreached(bytes32 indexed datasetId, bytes32 indexed workId, uint256 index);

    error AlreadyRegistered(bytes32 id);
    error DatasetUnknown(bytes32 datasetId);
    error BadDatasetCount(uint256 count);
    error DatasetsNotAscending(bytes32 datasetId);
    error CutoffAhead(uint40 cutoff);
    error NotInDataset(bytes32 datasetId, uint256 index);
    error NotOptedOut(bytes32 workId, uint40 cutoff);
    error AlreadyProved(bytes32 datasetId, bytes32 workId);
    error ZeroValue();

    /// @notice Commits the caller to a data set of `count` works whose ids are the leaves under `root`.
    /// @param manifest SHA-256 digest of the file that lists it.
    function registerDataset(bytes32 root, uint64 count, uint40 cutoff, bytes32 manifest)
        external
        returns (bytes32 datasetId);

    /// @notice Commits the caller to a model: its weights, the attribution algorithm, and 1 to 64 known data sets.
    /// @dev Ids must ascend strictly, so that one set of data sets has one spelling.
    function registerModel(bytes32 weightsHash, bytes32 algorithmHash, bytes32[] calldata datasetIds)
        external
        returns (bytes32 modelId);

    /// @notice Records that a data set holds a work that was opted out at its cutoff. Anyone may prove it, once per
    /// work.
    /// @dev Waits until the cutoff has passed, since until then the answer may still change. The creator is paid for
    /// what the model makes of the work all the same.
    function proveOptOutBreach(bytes32 datasetId, bytes32 workId, uint256 index, bytes32[] calldata proof) external;

    /// @notice Everything known about a data set; all zero for an unknown one.
    function dataset(bytes32 datasetId) external view returns (Dataset memory);

    /// @notice Everything known about a model; all zero for an unknown one.
    function model(bytes32 modelId) external view returns (Model memory);

    /// @notice Whether this work was proved to be in that data set against its opt-out.
    function breached(bytes32 datasetId, bytes32 workId) external view returns (bool);
}
