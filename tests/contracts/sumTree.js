// The tree whose nodes carry sums (docs/reference/epochs.md), written for reading: every level is built in full.
import { concat, encodeAbiParameters, encodePacked, keccak256, numberToHex, parseAbiParameters, zeroHash } from "viem";

const EMPTY = { hash: zeroHash, sum: 0n };
const side = ({ hash, sum }) => concat([hash, numberToHex(sum, { size: 16 })]);

export const sumLeaf = (content, sum) => ({ hash: keccak256(concat(["0x00", keccak256(content)])), sum });
export const payoutLeaf = (payee, amount) => sumLeaf(encodeAbiParameters(parseAbiParameters("address, uint128"), [payee, amount]), amount);
export const sumParent = (left, right) => ({ hash: keccak256(concat(["0x01", side(left), side(right)])), sum: left.sum + right.sum });
export const sumRoot = (count, top) => keccak256(encodePacked(["bytes1", "uint64", "bytes32"], ["0x02", BigInt(count), top.hash]));

/** All levels, leaves first, the top last. */
export function sumLevels(leaves) {
  let level = leaves.length ? [...leaves] : [EMPTY];
  while (level.length & (level.length - 1)) level.push(EMPTY);
  const all = [level];
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) => sumParent(level[2 * i], level[2 * i + 1]));
    all.push(level);
  }
  return all;
}

export const sumProof = (levels, index) => concat(levels.slice(0, -1).map((level, i) => side(level[(index >> i) ^ 1])));

/** What a leaf and siblings made up for it lead to: a tree of 2^20 leaves without building one. */
export function climb(leaf, index, siblings) {
  return siblings.reduce((node, sibling, i) => ((index >> i) & 1 ? sumParent(sibling, node) : sumParent(node, sibling)), leaf);
}

export const proofBytes = (siblings) => concat(siblings.map(side));

const EPOCH_REST = parseAbiParameters("bytes32, bytes32, uint128, uint128, uint40, bytes32");

export const restHashOf = (e) =>
  keccak256(encodeAbiParameters(EPOCH_REST, [e.reports, e.credits, e.revenueBefore, e.revenue, e.cutoff, e.data]));

export const epochHashOf = (e) =>
  keccak256(encodeAbiParameters(parseAbiParameters("bytes32, uint128, bytes32"), [e.payouts, e.payoutSum, restHashOf(e)]));

const fields = (names) => names.split(", ").map((field) => field.split(" ")).map(([type, name]) => ({ type, name }));
const lists = "bytes32[] workIds, bytes32 usageId, bytes usageSignature, bytes32[] datasetIds, uint64[] places, uint32[] payees, uint32[] credits";

export const REPORT_LEAF = {
  type: "tuple",
  components: fields(`bytes32 outputHash, bytes32 reportHash, uint128 revenue, uint256 weights, ${lists}`),
};
export const SEAT = { type: "tuple", components: fields("uint64 count, uint256 index, bytes proof") };
