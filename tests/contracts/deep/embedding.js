// Which contracts hold the code of a piece of source. It travels by inheritance, by libraries, free functions and constants.
import { products, tests, text, walk } from "./sources.js";

/**
 * A function from a path of the product to the contracts ({file, name}) that hold code of it: those of the product, and the
 * tests that call a library by itself. Fixtures that use a library too keep theirs: what they expect must not change.
 */
export function embedding(trees) {
  const pieces = new Map(); // id of any declaration → the top-level piece that it stands in
  for (const [file, tree] of trees)
    for (const piece of tree.nodes) walk(piece, (node) => pieces.set(node.id, { file, ...piece }));

  const holders = [];
  for (const file of products)
    for (const node of trees.get(file).nodes) {
      if (node.nodeType !== "ContractDefinition" || node.contractKind !== "contract" || node.abstract) continue;
      holders.push({ file, name: node.name, from: reach({ file, ...node }, pieces) });
    }
  return (path) => [...holders.filter(({ from }) => from.has(path)).map(({ file, name }) => ({ file, name })), ...callers(path)];
}

function callers(path) {
  const name = path.split("/").at(-1);
  return tests
    .filter((file) => file.endsWith(".t.sol") && path.includes("/libraries/") && text(file).includes(`/libraries/${name}"`))
    .map((file) => ({ file, name: text(file).match(/^contract (\w+Test)\b/m)[1] }));
}

function uses(piece, pieces) {
  const found = new Map();
  const add = (id) => {
    const other = pieces.get(id);
    if (other && other.id !== piece.id) found.set(other.id, other);
  };
  for (const id of piece.linearizedBaseContracts ?? []) add(id);
  walk(piece, (node) => {
    const other = pieces.get(node.referencedDeclaration);
    if (other && (other.nodeType !== "ContractDefinition" || other.contractKind === "library")) add(other.id);
  });
  return [...found.values()];
}

function reach(start, pieces) {
  const seen = new Map([[start.id, start]]);
  for (const piece of seen.values()) for (const next of uses(piece, pieces)) seen.set(next.id, next);
  return new Set([...seen.values()].map(({ file }) => file));
}
