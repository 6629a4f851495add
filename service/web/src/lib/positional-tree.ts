// Merkle trees in which a position means something, equal to contracts/libraries/PositionalTree.sol and creditline/merkle.py.
import { keccak256 } from "viem";

const NOTHING: Uint8Array = new Uint8Array(32);

/** Hashes an ABI-encoded leaf. */
export const leafOf = (encoded: Uint8Array): Uint8Array => hash(0x00, keccak256(encoded, "bytes"));

/** Bit i of a place tells on which side its ancestor stands; rows are filled up with nothing. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  let row = [...leaves];
  for (let padding = NOTHING; row.length > 1; padding = hash(0x01, padding, padding)) {
    if (row.length % 2) row.push(padding);
    row = Array.from({ length: row.length / 2 }, (_, at) => hash(0x01, row[2 * at]!, row[2 * at + 1]!));
  }
  return row[0] ?? NOTHING;
}

function hash(prefix: number, ...parts: Uint8Array[]): Uint8Array {
  const data = new Uint8Array(1 + parts.length * 32);
  data[0] = prefix;
  parts.forEach((part, at) => data.set(part, 1 + at * 32));
  return keccak256(data, "bytes");
}
