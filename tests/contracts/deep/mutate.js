// Changes the contracts in one small place at a time and expects a test to fail each time.
//   node tests/contracts/deep/mutate.js [--sample N --seed S] [--only PART-OF-A-KEY] [--workers 2] [--list]
// Survivors must stand with a reason in tests/solidity/mutants.md.
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { parse } from "./compiler.js";
import { mutantsOf } from "./mutants.js";
import { Notebook } from "./notebook.js";
import { tryAll } from "./pool.js";
import { products, text } from "./sources.js";

const LEAST = 0.95;
const EXPLAINED = "tests/solidity/mutants.md";
const { values: options } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    workers: { type: "string", default: "2" },
    list: { type: "boolean", default: false },
  },
});

const trees = parse(products);
const all = products.flatMap((file) => mutantsOf(file, trees.get(file)));
const chosen = sample(all.filter(({ key }) => key.includes(options.only)));
const began = Date.now();
const notebook = new Notebook();
const results = new Map(chosen.map((mutant) => [mutant, notebook.of(mutant)]).filter(([, result]) => result));
if (options.list) for (const { file, line, key } of chosen) console.log(`${file}:${line}  ${key}`);
else await tryThem();

async function tryThem() {
  const open = chosen.filter((mutant) => !results.has(mutant));
  await tryAll({ name: "mutation", workers: Number(options.workers), check: true }, open, (mutant, result) => {
    results.set(mutant, result);
    notebook.keep(mutant, result);
    const seconds = Math.round((Date.now() - began) / 1000);
    const { outcome, by = "" } = result;
    console.log(`${String(results.size).padStart(4)}/${chosen.length} ${String(seconds).padStart(5)} s  ${outcome.padEnd(8)} ${mutant.file}:${mutant.line}  ${mutant.key}  ${by.split("\n")[0].slice(0, 80)}`);
  });
  report();
}

/** The same mutants for the same seed, whatever else is in the list. */
function sample(mutants) {
  if (!options.sample) return mutants;
  const rank = ({ key }) => createHash("sha256").update(`${options.seed} ${key}`).digest("hex");
  return mutants.sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).slice(0, Number(options.sample));
}

function report() {
  const counts = products.map((file) => [file, tally(file)]).filter(([, count]) => count.all);
  console.log(`\n${"file".padEnd(44)}${["mutants", "invalid", "same code", "killed", "survived", "score"].map((h) => h.padStart(10)).join("")}`);
  for (const [file, count] of [...counts, ["all", tally()]]) {
    const cells = [count.all, count.invalid, count.same, count.killed, count.survived, percent(count.score)];
    console.log(`${file.padEnd(44)}${cells.map((cell) => String(cell).padStart(10)).join("")}`);
  }
  const survivors = [...results].filter(([, { outcome }]) => outcome === "survived").map(([{ key }]) => key);
  const reasons = explained();
  const unexplained = survivors.filter((key) => !reasons.has(key));
  const whole = !options.sample && !options.only;
  const stale = whole ? [...reasons].filter((key) => !survivors.includes(key)) : [];
  for (const key of unexplained) console.error(`Survived without a reason in ${EXPLAINED}:\n- ${key}`);
  for (const key of stale) console.error(`Explained in ${EXPLAINED}, but no survivor:\n- ${key}`);
  const count = tally();
  const passed = count.score >= LEAST && !unexplained.length && !stale.length;
  console.log(JSON.stringify({ ...count, unexplained: unexplained.length, seconds: Math.round((Date.now() - began) / 1000), passed }));
  process.exitCode = passed ? 0 : 1;
}

function tally(file) {
  const outcomes = [...results].filter(([mutant]) => !file || mutant.file === file).map(([, { outcome }]) => outcome);
  const of = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
  const [killed, survived] = [of("killed"), of("survived")];
  const score = killed + survived ? killed / (killed + survived) : 1;
  return { all: outcomes.length, invalid: of("invalid"), same: of("same"), killed, survived, score };
}

/** The keys in the list of survivors: all lines that begin with a dash and name a mutant. */
function explained() {
  return new Set([...text(EXPLAINED).matchAll(/^- (\w[\w.]*: `.*)$/gm)].map(([, key]) => key.trim()));
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
