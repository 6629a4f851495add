// Which deployed contracts hold the code of a piece of source. Code travels by inheritance, by libraries, free functions
// and constants, and by `new`; from a test to a product contract, `new` is linked when the test runs and carries nothing.
import { TESTS, walk } from "./sources.js";

/** A function from a path to the contracts ({file, name}) that hold code of that file. */
export function embedding(trees) {
  const pieces = new Map(); // id of any declaration → the top-level piece that it stands in
  for (const [file, tree] of trees)
    for (const piece of tree.nodes) walk(piece, (node) => pieces.set(node.id, { file, ...piece }));

  const direct = new Map(); // id of a piece → the pieces whose code it takes in
  const takesIn = (piece) => {
    if (!direct.has(piece.id)) direct.set(piece.id, uses(piece, pieces));
    return direct.get(piece.id);
  };

  const holders = [];
  for (const [file, tree] of trees)
    for (const node of tree.nodes) {
      if (!file.startsWith("contracts/") || node.nodeType !== "ContractDefinition") continue;
      if (node.contractKind === "interface" || node.abstract) continue;
      holders.push({ file, name: node.name, from: reach({ file, ...node }, takesIn) });
    }
  return (path) => holders.filter(({ from }) => from.has(path)).map(({ file, name }) => ({ file, name }));
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
    if (node.nodeType === "NewExpression") {
      const made = pieces.get(node.typeName.referencedDeclaration);
      if (made && !(piece.file.startsWith(TESTS) && !made.file.startsWith(TESTS))) add(made.id);
    }
  });
  return [...found.values()];
}

function reach(start, takesIn) {
  const seen = new Map([[start.id, start]]);
  for (const piece of seen.values()) for (const next of takesIn(piece)) seen.set(next.id, next);
  return new Set([...seen.values()].map(({ file }) => file));
}
