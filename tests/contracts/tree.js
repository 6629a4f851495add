// The positional tree, written for reading: every level is built in full.
import { concat, encodeAbiParameters, keccak256, zeroHash } from "viem";

export const LEAF = [
  { name: "creator", type: "address" },
  { name: "contentHash", type: "bytes32" },
  { name: "recordHash", type: "bytes32" },
  { name: "payee", type: "address" },
  { name: "salt", type: "bytes32" },
];

export const leafHash = (content) => keccak256(concat(["0x00", content]));
export const parentHash = (left, right) => keccak256(concat(["0x01", left, right]));
export const batchLeafHash = (leaf) => leafHash(keccak256(encodeAbiParameters([{ type: "tuple", components: LEAF }], [leaf])));
export const datasetLeafHash = (workId) => leafHash(keccak256(encodeAbiParameters([{ type: "bytes32" }], [workId])));

/** All levels, leaves first, root last. */
export function levels(leafHashes) {
  let level = [...leafHashes];
  while (level.length & (level.length - 1)) level.push(zeroHash);
  const all = [level];
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => parentHash(level[2 * i], level[2 * i + 1]));
    all.push(level);
  }
  return all;
}

export const rootOf = (tree) => tree.at(-1)[0];
export const proofOf = (tree, index) => tree.slice(0, -1).map((level, i) => level[(index >> i) ^ 1]);
