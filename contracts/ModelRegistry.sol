// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IWorkRegistry} from "./interfaces/IWorkRegistry.sol";
import {PositionalTree} from "./libraries/PositionalTree.sol";

/// @notice See IModelRegistry, which documents every function.
contract ModelRegistry is IModelRegistry {
    uint256 private constant MAX_DATASETS = 64;

    IWorkRegistry public immutable works;

    /// @inheritdoc IModelRegistry
    mapping(bytes32 datasetId => mapping(bytes32 workId => bool)) public breached;

    mapping(bytes32 datasetId => Dataset) private _datasets;
    mapping(bytes32 modelId => Model) private _models;

    constructor(IWorkRegistry works_) {
        works = works_;
    }

    /// @inheritdoc IModelRegistry
    function registerDataset(bytes32 root, uint64 count, uint40 cutoff, bytes32 manifest)
        external
        returns (bytes32 datasetId)
    {
        if (root == 0 || count == 0 || cutoff == 0) revert ZeroValue();
        datasetId = keccak256(abi.encode(msg.sender, root, count, cutoff, manifest));
        if (_datasets[datasetId].count != 0) revert AlreadyRegistered(datasetId);
        _datasets[datasetId] = Dataset(msg.sender, cutoff, uint40(block.timestamp), root, count, 0);
        emit DatasetRegistered(datasetId, msg.sender, root, count, cutoff, manifest);
    }

    /// @inheritdoc IModelRegistry
    function registerModel(bytes32 weightsHash, bytes32 algorithmHash, bytes32[] calldata datasetIds)
        external
        returns (bytes32 modelId)
    {
        if (weightsHash == 0 || algorithmHash == 0) revert ZeroValue();
        if (datasetIds.length == 0 || datasetIds.length > MAX_DATASETS) revert BadDatasetCount(datasetIds.length);
        bytes32 previous;
        for (uint256 i; i < datasetIds.length; ++i) {
            bytes32 id = datasetIds[i];
            if (id <= previous) revert DatasetsNotAscending(id);
            if (_datasets[id].count == 0) revert DatasetUnknown(id);
            previous = id;
        }
        modelId = keccak256(abi.encode(msg.sender, weightsHash, algorithmHash, datasetIds));
        if (_models[modelId].registeredAt != 0) revert AlreadyRegistered(modelId);
        _models[modelId] = Model(msg.sender, uint40(block.timestamp));
        emit ModelRegistered(modelId, msg.sender, weightsHash, algorithmHash, datasetIds);
    }

    /// @inheritdoc IModelRegistry
    function proveOptOutBreach(bytes32 datasetId, bytes32 workId, uint256 index, bytes32[] calldata proof) external {
        Dataset storage set = _datasets[datasetId];
        if (set.count == 0) revert DatasetUnknown(datasetId);
        if (set.cutoff >= block.timestamp) revert CutoffAhead(set.cutoff);
        bytes32 leaf = PositionalTree.leafHash(keccak256(abi.encode(workId)));
        if (!PositionalTree.contains(set.root, set.count, leaf, index, proof)) revert NotInDataset(datasetId, index);
        if (!works.optedOut(workId, set.cutoff)) revert NotOptedOut(workId, set.cutoff);
        if (breached[datasetId][workId]) revert AlreadyProved(datasetId, workId);
        breached[datasetId][workId] = true;
        ++set.breaches;
        emit OptOutBreached(datasetId, workId, index);
    }

    /// @inheritdoc IModelRegistry
    function dataset(bytes32 datasetId) external view returns (Dataset memory) {
        return _datasets[datasetId];
    }

    /// @inheritdoc IModelRegistry
    function model(bytes32 modelId) external view returns (Model memory) {
        return _models[modelId];
    }
}
