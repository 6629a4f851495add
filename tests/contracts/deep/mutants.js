// All mutants of a file: its text with one small change each, and a name that stays when lines move.
import { edits } from "./operators.js";
import { span, text, walk } from "./sources.js";

const AROUND = 60;

/** The mutants of `file`: [{file, key, line, text}]. */
export function mutantsOf(file, tree) {
  const source = Buffer.from(text(file));
  const found = [];
  walk(tree.nodes, (node, above) => {
    for (const edit of edits(node, above, source)) found.push(describe(file, source, edit, above));
  });
  return distinct(found);
}

function describe(file, source, { at: [from, to], text: replacement, shown }, above) {
  const mutated = Buffer.concat([source.subarray(0, from), Buffer.from(replacement), source.subarray(to)]);
  const [start, end] = window(span(shown), [from, to]);
  const before = flat(source.subarray(start, end));
  const after = flat(Buffer.concat([source.subarray(start, from), Buffer.from(replacement), source.subarray(to, end)]));
  const key = `${place(above)}: \`${before}\` → \`${after === "{}" || after === "" ? "nothing" : after}\``;
  const line = source.subarray(0, from).toString().split("\n").length;
  return { file, key, line, text: mutated.toString() };
}

/** As much of what is shown as fits around the change. */
function window([start, end], [from, to]) {
  return [Math.max(start, from - AROUND), Math.min(end, Math.max(to, from) + AROUND)];
}

/** Contract and function, as `RoyaltyLedger.fund`. */
function place(above) {
  return above
    .filter(({ nodeType }) => /^(Contract|Function|Modifier)Definition$/.test(nodeType))
    .map(({ name, kind }) => name || kind)
    .join(".");
}

function flat(bytes) {
  return bytes.toString().replace(/\s*\/\/.*$/gm, "").replace(/\s+/g, " ").trim();
}

/** Equal texts are one mutant; equal names of different ones are numbered in the order of the file. */
function distinct(mutants) {
  const texts = new Set();
  const names = new Map();
  const kept = [];
  for (const mutant of mutants.sort((a, b) => a.line - b.line)) {
    if (texts.has(mutant.text)) continue;
    texts.add(mutant.text);
    const count = (names.get(mutant.key) ?? 0) + 1;
    names.set(mutant.key, count);
    kept.push(count === 1 ? mutant : { ...mutant, key: `${mutant.key} (${count})` });
  }
  return kept;
}
