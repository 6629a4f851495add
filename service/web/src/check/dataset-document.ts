// A training set's list of works, and the root that stands on chain for it: works/dataset.py.
import { bytesToHex, hexToBytes, type Hex } from "viem";
import { leafOf, rootOf as rootOfLeaves } from "../lib/positional-tree.ts";
import { decodeText, encode, type Json } from "../lib/canonical.ts";
import type { Chain } from "./chain.ts";
import type { Gateway } from "./gateway.ts";
import { Wrong, breathe, require, type Progress } from "./step.ts";

const DATASET_BYTES_MAX = 64 * 1024 * 1024;

/** The works of a data set that stands on chain, in order of their places. */
export async function fetchDataset(chain: Chain, gateway: Gateway, id: Hex, progress: Progress): Promise<Hex[]> {
  const { root, manifest } = await chain.dataset(id);
  return readDataset(await gateway.fetch(manifest, DATASET_BYTES_MAX, progress), root, progress);
}

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

/** The root of a list of works, each at its place. */
export async function rootOf(works: readonly Hex[], progress: Progress): Promise<Hex> {
  const leaves: Uint8Array[] = [];
  for (const [at, work] of works.entries()) {
    leaves.push(leafOf(hexToBytes(work)));
    progress(at, works.length);
    await breathe();
  }
  return bytesToHex(rootOfLeaves(leaves));
}
