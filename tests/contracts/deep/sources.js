// Which files are the product, which are its tests, and what their syntax trees say.
import { readFileSync, readdirSync } from "node:fs";

export const ROOT = new URL("../../../", import.meta.url);
export const TESTS = "contracts/test/";
const APART = [TESTS, "contracts/demo/"];

const all = readdirSync(new URL("contracts", ROOT), { recursive: true })
  .filter((path) => path.endsWith(".sol"))
  .map((path) => `contracts/${path}`)
  .sort();

/** What must be covered, mutated and free of findings. */
export const products = all.filter((path) => !APART.some((folder) => path.startsWith(folder)));
/** All but the proofs, which are halmos's. */
export const shared = all.filter((path) => !path.startsWith(`${TESTS}symbolic/`));
export const tests = shared.filter((path) => path.startsWith(TESTS));

export const text = (path) => readFileSync(new URL(path, ROOT), "utf8");

/** Visits `node` and everything below it; `visit` gets the node and the nodes above it, nearest last. */
export function walk(node, visit, above = []) {
  if (Array.isArray(node)) for (const each of node) walk(each, visit, above);
  if (!node || typeof node !== "object" || Array.isArray(node)) return;
  if (node.nodeType) visit(node, above);
  const deeper = node.nodeType ? [...above, node] : above;
  for (const [key, value] of Object.entries(node)) if (typeof value === "object" && key !== "typeDescriptions") walk(value, visit, deeper);
}

/** Where the node stands in its file, in bytes: [from, to). */
export function span(node) {
  const [from, length] = node.src.split(":").map(Number);
  return [from, from + length];
}
