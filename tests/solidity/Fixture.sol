// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {DemoYen} from "../../contracts/demo/DemoYen.sol";
import {IFraudProofs} from "../../contracts/interfaces/IFraudProofs.sol";
import {IModelRegistry} from "../../contracts/interfaces/IModelRegistry.sol";
import {IRoyaltyLedger} from "../../contracts/interfaces/IRoyaltyLedger.sol";
import {IWorkRegistry} from "../../contracts/interfaces/IWorkRegistry.sol";
import {vm} from "./Vm.sol";
import {deploy} from "./Product.sol";

/// @dev The three contracts, a few people, and what they sign. Hashes are written out here once more, so that a mistake
/// in the contracts' own cannot hide.
abstract contract Fixture {
    uint40 internal constant START = 1_800_000_000;
    uint256 internal constant OPERATOR_KEY = 0x0BE7;
    uint256 internal constant CREATOR_KEY = 0xC7EA;
    uint256 internal constant FOREVER = type(uint256).max;

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "Report(bytes32 poolId,uint256 nonce,bytes32 outputHash,bytes32 reportHash,"
        "uint128 revenue,uint256 weights,bytes32[] workIds,uint256 deadline)"
    );
    bytes32 private constant REPORTS_TYPEHASH = keccak256(
        "Reports(bytes32 poolId,Report[] reports)"
        "Report(bytes32 poolId,uint256 nonce,bytes32 outputHash,bytes32 reportHash,"
        "uint128 revenue,uint256 weights,bytes32[] workIds,uint256 deadline)"
    );

    address internal operator = vm.addr(OPERATOR_KEY);
    address internal creator = vm.addr(CREATOR_KEY);
    address internal constant INTEGRATOR = address(0x1171);
    address internal constant DEVELOPER = address(0xDE7);
    address internal constant COMPUTE = address(0xC03);
    address internal constant TREASURY = address(0x7EA);
    address internal constant COMMONS = address(0xC0C0);
    address internal constant ARBITER = address(0xA4B);
    address internal constant GUARDIAN = address(0x64A);
    address internal constant STRANGER = address(0x5774);

    IWorkRegistry internal works;
    IModelRegistry internal models;
    IFraudProofs internal judge;
    IRoyaltyLedger internal ledger;
    DemoYen internal yen;

    function deployAll() internal {
        vm.warp(START);
        works = IWorkRegistry(deploy("WorkRegistry", ""));
        models = IModelRegistry(deploy("ModelRegistry", abi.encode(works)));
        judge = IFraudProofs(deploy("FraudProofs", abi.encode(works, models)));
        ledger = IRoyaltyLedger(deploy("RoyaltyLedger", abi.encode(works, models, judge)));
        yen = new DemoYen();
    }

    function registerModel() internal returns (bytes32) {
        bytes32[] memory datasets = new bytes32[](1);
        datasets[0] = models.registerDataset(keccak256("root"), 1, START, keccak256("manifest"));
        return models.registerModel(keccak256("weights"), keccak256("algorithm"), datasets);
    }

    function terms(address token, bytes32 modelId) internal view returns (IRoyaltyLedger.PoolParams memory) {
        return IRoyaltyLedger.PoolParams({
            token: token,
            integrator: INTEGRATOR,
            operator: operator,
            arbiter: ARBITER,
            guardian: GUARDIAN,
            modelId: modelId,
            developer: DEVELOPER,
            compute: COMPUTE,
            treasury: TREASURY,
            commons: COMMONS,
            creatorBps: 6000,
            developerBps: 2000,
            computeBps: 1500,
            window: 1 days,
            bond: 1e9
        });
    }

    /// @dev Works of one creator each, ids ascending, creators in the order of the ids.
    function registerWorks(uint256 count) internal returns (bytes32[] memory ids, address[] memory creators) {
        ids = new bytes32[](count);
        creators = new address[](count);
        for (uint256 i; i < count; ++i) {
            address who = address(uint160(0xA000 + i));
            vm.prank(who);
            bytes32 id = works.register(bytes32(i + 1), 0, who);
            uint256 at = i;
            for (; at > 0 && ids[at - 1] > id; --at) {
                (ids[at], creators[at]) = (ids[at - 1], creators[at - 1]);
            }
            (ids[at], creators[at]) = (id, who);
        }
    }

    function pack(uint256[] memory weights) internal pure returns (uint256 packed) {
        for (uint256 i; i < weights.length; ++i) {
            packed |= weights[i] << (20 * i);
        }
    }

    function reportHash(bytes32 poolId, IRoyaltyLedger.Report memory r) internal pure returns (bytes32) {
        bytes32 ids = keccak256(abi.encodePacked(r.workIds));
        return keccak256(
            abi.encode(
                REPORT_TYPEHASH, poolId, r.nonce, r.outputHash, r.reportHash, r.revenue, r.weights, ids, r.deadline
            )
        );
    }

    function reportsHash(bytes32 poolId, IRoyaltyLedger.Report[] memory reports) internal pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i; i < reports.length; ++i) {
            hashes = abi.encodePacked(hashes, reportHash(poolId, reports[i]));
        }
        return keccak256(abi.encode(REPORTS_TYPEHASH, poolId, keccak256(hashes)));
    }

    function signReport(uint256 key, bytes32 poolId, IRoyaltyLedger.Report memory r)
        internal
        view
        returns (bytes memory)
    {
        return sign(key, "Creditline RoyaltyLedger", address(ledger), reportHash(poolId, r));
    }

    function signWork(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        return sign(key, "Creditline WorkRegistry", address(works), structHash);
    }

    function sign(uint256 key, string memory name, address verifier, bytes32 structHash)
        internal
        view
        returns (bytes memory)
    {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                block.chainid,
                verifier
            )
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256(abi.encodePacked("\x19\x01", domain, structHash)));
        return abi.encodePacked(r, s, v);
    }
}
