// What creators and operators sign.
import { hardhat } from "viem/chains";

const REPORT = [
  { name: "poolId", type: "bytes32" },
  { name: "nonce", type: "uint256" },
  { name: "outputHash", type: "bytes32" },
  { name: "reportHash", type: "bytes32" },
  { name: "revenue", type: "uint128" },
  { name: "weights", type: "uint256" },
  { name: "workIds", type: "bytes32[]" },
  { name: "deadline", type: "uint256" },
];

export const TYPES = {
  Register: [
    { name: "creator", type: "address" },
    { name: "contentHash", type: "bytes32" },
    { name: "recordHash", type: "bytes32" },
    { name: "payee", type: "address" },
    { name: "deadline", type: "uint256" },
  ],
  Batch: [
    { name: "root", type: "bytes32" },
    { name: "count", type: "uint64" },
    { name: "deadline", type: "uint256" },
  ],
  SetPayee: [
    { name: "workId", type: "bytes32" },
    { name: "payee", type: "address" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
  SetTrainingOptOut: [
    { name: "workId", type: "bytes32" },
    { name: "out", type: "bool" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
  Report: REPORT,
  Reports: [
    { name: "poolId", type: "bytes32" },
    { name: "reports", type: "Report[]" },
  ],
};

const NAMES = { Report: "Creditline RoyaltyLedger", Reports: "Creditline RoyaltyLedger" };

export function typedData(primaryType, verifyingContract, message, chainId = hardhat.id) {
  return {
    domain: { name: NAMES[primaryType] ?? "Creditline WorkRegistry", version: "1", chainId, verifyingContract },
    types: primaryType === "Reports" ? { Reports: TYPES.Reports, Report: REPORT } : { [primaryType]: TYPES[primaryType] },
    primaryType,
    message,
  };
}
