// A training set's list of works, and the root that stands on chain for it: works/dataset.py and merkle.py.
import { bytesToHex, hexToBytes, keccak256, type Hex } from "viem";
import { decodeText, encode, type Json } from "./canonical.ts";
import { Wrong, breathe, require, type Progress } from "./step.ts";

export const DATASET_BYTES_MAX = 64 * 1024 * 1024;
const NOTHING: Uint8Array = new Uint8Array(32);

/** The works in order of their places. Throws `Wrong` unless they hash to `root`. */
export async function readDataset(bytes: Uint8Array, root: Hex, progress: Progress): Promise<Hex[]> {
  const works = parse(bytes);
  const found = await rootOf(works, progress);
  require(found === root, "check.fault.datasetRoot", { found, root });
  return works;
}

function parse(bytes: Uint8Array): Hex[] {
  try {
    const text = decodeText(bytes);
    const document = JSON.parse(text) as { type?: unknown; works?: unknown };
    const { works } = document;
    const isSound = document.type === "creditline/dataset/1" && Array.isArray(works) && works.every((work) => /^0x[0-9a-f]{64}$/.test(String(work)));
    if (isSound && encode(document as Json) === text) return works as Hex[];
  } catch {
    // Said below.
  }
  throw new Wrong("check.fault.datasetDocument");
}

/** Positional: bit i of a place tells on which side its ancestor stands, and the row is filled up with nothing. */
export async function rootOf(works: readonly Hex[], progress: Progress): Promise<Hex> {
  let row: Uint8Array[] = [];
  for (const [at, work] of works.entries()) {
    row.push(hash(0x00, keccak256(hexToBytes(work), "bytes")));
    progress(at, works.length);
    await breathe();
  }
  for (let padding = NOTHING; row.length > 1; padding = hash(0x01, padding, padding)) {
    if (row.length % 2) row.push(padding);
    row = Array.from({ length: row.length / 2 }, (_, at) => hash(0x01, row[2 * at]!, row[2 * at + 1]!));
    await breathe();
  }
  return bytesToHex(row[0] ?? NOTHING);
}

function hash(prefix: number, ...parts: Uint8Array[]): Uint8Array {
  const data = new Uint8Array(1 + parts.length * 32);
  data[0] = prefix;
  parts.forEach((part, at) => data.set(part, 1 + at * 32));
  return keccak256(data, "bytes");
}
