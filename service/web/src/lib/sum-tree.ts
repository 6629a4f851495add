// Merkle trees that carry money, equal to contracts/libraries/SumTree.sol. docs/reference/epochs.md has the rules.
import { keccak256 } from "viem";

const HASH_BYTES = 32;
const SUM_BYTES = 16;
const NODE_BYTES = HASH_BYTES + SUM_BYTES;
const UINT64_MASK = (1n << 64n) - 1n;
const UINT128_MAX = (1n << 128n) - 1n;
const COUNT_MAX = 2 ** 32 - 1;

/** A hash of 32 bytes, and what it is worth in the token's smallest unit. */
export interface Leaf {
  hash: Uint8Array;
  amount: bigint;
}

/** Whether a leaf stands where it is said to; `before` is the sum of the leaves to its left, or 0n. */
export interface Opening {
  holds: boolean;
  before: bigint;
}

/** Where no leaf stands. */
export const EMPTY: Leaf = { hash: new Uint8Array(HASH_BYTES), amount: 0n };

/** All rows of a tree, leaves first. Memory: 96 bytes a leaf. No leaf at all makes a tree of one empty node. */
export class SumTree {
  readonly count: number;
  readonly #rows: Uint8Array[];

  /** Throws a RangeError for amounts that are negative or do not fit in 128 bits together. */
  constructor(leaves: readonly Leaf[]) {
    this.count = leaves.length;
    const row = new Uint8Array(Math.max(1, leaves.length) * NODE_BYTES);
    leaves.forEach((leaf, index) => writeNode(row, index * NODE_BYTES, leaf.hash, leaf.amount));
    this.#rows = rowsAbove(row);
  }

  get root(): Uint8Array {
    return seal(this.#top.subarray(0, HASH_BYTES), this.count);
  }

  get total(): bigint {
    return readSum(this.#top, HASH_BYTES);
  }

  /** The siblings from the leaf upwards, 48 bytes each: hash, then sum. */
  proof(index: number): Uint8Array {
    return concatenate(this.#siblings(index));
  }

  /** The sum of all leaves left of one. */
  before(index: number): bigint {
    const isRight = (level: number) => Math.floor(index / 2 ** level) % 2 === 1;
    return this.#siblings(index).reduce(
      (sum, sibling, level) => (isRight(level) ? sum + readSum(sibling, HASH_BYTES) : sum),
      0n,
    );
  }

  get #top(): Uint8Array {
    return this.#rows.at(-1)!;
  }

  #siblings(index: number): Uint8Array[] {
    if (!Number.isInteger(index) || index < 0 || index >= this.count) {
      throw new RangeError(`Leaf ${index} is outside a tree of ${this.count}.`);
    }
    return this.#rows.slice(0, -1).map((row, level) => {
      const start = (Math.floor(index / 2 ** level) ^ 1) * NODE_BYTES;
      return row.subarray(start, start + NODE_BYTES);
    });
  }
}

/** Hashes an ABI-encoded leaf. */
export function leafHash(encoded: Uint8Array): Uint8Array {
  return keccak(0x00, keccak256(encoded, "bytes"));
}

/** The root of a tree of `count` leaves whose top has that hash. */
export function seal(top: Uint8Array, count: number): Uint8Array {
  const sealed = new Uint8Array(8 + HASH_BYTES);
  new DataView(sealed.buffer).setBigUint64(0, BigInt(count));
  sealed.set(top, 8);
  return keccak(0x02, sealed);
}

/** Levels above the leaves. */
export function depthOf(count: number): number {
  return count > 1 ? 32 - Math.clz32(count - 1) : 0;
}

/** Does that leaf stand at `index` under `root` and `total`, and what stands before it? Never throws for bad proofs. */
export function opens(
  root: Uint8Array, total: bigint, count: number, leaf: Leaf, index: number, proof: Uint8Array,
): Opening {
  const refused = { holds: false, before: 0n };
  const isInside = Number.isInteger(index) && index >= 0 && index < count && count <= COUNT_MAX;
  if (!isInside || proof.length !== depthOf(count) * NODE_BYTES) return refused;
  let { hash, amount: sum } = leaf;
  let before = 0n;
  if (sum < 0n || sum > UINT128_MAX) return refused;
  const pair = new Uint8Array(2 * NODE_BYTES);
  for (let level = 0; level < depthOf(count); ++level) {
    const sibling = proof.subarray(level * NODE_BYTES, (level + 1) * NODE_BYTES);
    const beside = readSum(sibling, HASH_BYTES);
    const isRight = Math.floor(index / 2 ** level) % 2;
    writeNode(pair, isRight * NODE_BYTES, hash, sum);
    pair.set(sibling, (1 - isRight) * NODE_BYTES);
    hash = keccak(0x01, pair);
    sum += beside;
    if (sum > UINT128_MAX) return refused;
    if (isRight) before += beside;
  }
  return sum === total && isEqual(seal(hash, count), root) ? { holds: true, before } : refused;
}

/** Every row but the top is even: an empty node of its height stands where nothing does. */
function rowsAbove(leaves: Uint8Array): Uint8Array[] {
  const rows: Uint8Array[] = [];
  let row = leaves;
  let padding: Uint8Array = new Uint8Array(NODE_BYTES);
  while (row.length > NODE_BYTES) {
    if (row.length % (2 * NODE_BYTES)) row = concatenate([row, padding]);
    rows.push(row);
    row = parentsOf(row);
    padding = parentsOf(concatenate([padding, padding]));
  }
  return [...rows, row];
}

function parentsOf(row: Uint8Array): Uint8Array {
  const parents = new Uint8Array(row.length / 2);
  for (let at = 0; at < parents.length; at += NODE_BYTES) {
    const pair = row.subarray(2 * at, 2 * (at + NODE_BYTES));
    const sum = readSum(pair, HASH_BYTES) + readSum(pair, NODE_BYTES + HASH_BYTES);
    writeNode(parents, at, keccak(0x01, pair), sum);
  }
  return parents;
}

function keccak(prefix: number, data: Uint8Array): Uint8Array {
  const prefixed = new Uint8Array(1 + data.length);
  prefixed[0] = prefix;
  prefixed.set(data, 1);
  return keccak256(prefixed, "bytes");
}

function writeNode(row: Uint8Array, at: number, hash: Uint8Array, sum: bigint): void {
  if (hash.length !== HASH_BYTES) throw new RangeError(`A hash has ${HASH_BYTES} bytes, not ${hash.length}.`);
  if (sum < 0n || sum > UINT128_MAX) throw new RangeError(`A sum of ${sum} does not fit in 128 bits.`);
  row.set(hash, at);
  const view = new DataView(row.buffer, row.byteOffset + at + HASH_BYTES, SUM_BYTES);
  view.setBigUint64(0, sum >> 64n);
  view.setBigUint64(8, sum & UINT64_MASK);
}

function readSum(row: Uint8Array, at: number): bigint {
  const view = new DataView(row.buffer, row.byteOffset + at, SUM_BYTES);
  return (view.getBigUint64(0) << 64n) | view.getBigUint64(8);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
