// Which files are the product, which are its tests, and what their syntax trees say.
import { readFileSync, readdirSync } from "node:fs";
import { ROOT } from "../forge.js";

export { ROOT };
export const TESTS = "tests/solidity/";
const DEMO = "contracts/demo/";

const under = (folder) =>
  readdirSync(new URL(folder, ROOT), { recursive: true })
    .filter((path) => path.endsWith(".sol"))
    .map((path) => `${folder}${path}`)
    .sort();

/** What must be covered, mutated and free of findings. */
export const products = under("contracts/").filter((path) => !path.startsWith(DEMO));
/** All but the proofs, which are halmos's. */
export const tests = under(TESTS).filter((path) => !path.startsWith(`${TESTS}symbolic/`));

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
