// Every line and every branch of the contracts must be run by the unit and fuzz tests alone. No tool here can look inside
// of assembly: that is left to the mutation run, which changes each operation there, and each condition to true and false.
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { ROOT, forge } from "../forge.js";
import { parse } from "./compiler.js";
import { products, span, text, walk } from "./sources.js";

const COUNTED = ".cache/coverage/lcov.info";
mkdirSync(new URL(".cache/coverage", ROOT), { recursive: true });
const args = ["coverage", "--ir-minimum", "--no-match-test", "invariant", "--report", "lcov", "--report-file", COUNTED];
// The code in which lines are counted is that of forge's own build.
const settings = { FOUNDRY_PROFILE: "coverage", FOUNDRY_FUZZ_RUNS: "1000", CREDITLINE_CONTRACTS: "" };
const ran = forge(args, settings);
if (ran.status !== 0) throw new Error(`forge failed:\n${ran.stdout.slice(-4000)}${ran.stderr}`);

const [lines, branches] = [records("DA"), records("BRDA")];
const trees = parse(products);
const total = { lines: 0, branches: 0, assembly: 0 };
const missed = [];
for (const file of products) {
  const inAssembly = assemblyLines(file);
  for (const [line, hits] of lines.get(file) ?? []) {
    ++total[inAssembly.has(Number(line)) ? "assembly" : "lines"];
    if (!inAssembly.has(Number(line)) && hits === "0") missed.push(`${file}:${line} is never run`);
  }
  for (const [line, block, path, hits] of branches.get(file) ?? []) {
    if (!inAssembly.has(Number(line))) ++total.branches;
    if (!inAssembly.has(Number(line)) && (hits === "-" || hits === "0")) missed.push(`${file}:${line} never takes branch ${block}.${path}`);
  }
  if (code(file) && !lines.get(file)?.length) missed.push(`${file} was not measured`);
}
for (const each of missed) console.error(each);
const { assembly, ...counted } = total;
console.log(JSON.stringify({ ...counted, linesOfAssembly: assembly, missed: missed.length, passed: !missed.length }));
process.exitCode = missed.length ? 1 : 0;

/** The records of one kind, by source file. */
function records(kind) {
  const found = new Map();
  for (const part of readFileSync(new URL(COUNTED, ROOT), "utf8").split("end_of_record")) {
    const file = part.match(/^SF:(.*)$/m)?.[1].replace(fileURLToPath(ROOT), "");
    if (file) found.set(file, [...part.matchAll(new RegExp(`^${kind}:(.*)$`, "gm"))].map(([, values]) => values.split(",")));
  }
  return found;
}

function assemblyLines(file) {
  const source = Buffer.from(text(file));
  const lineOf = (at) => source.subarray(0, at).toString().split("\n").length;
  const inside = new Set();
  walk(trees.get(file).nodes, (node) => {
    if (node.nodeType !== "InlineAssembly") return;
    const [from, to] = span(node).map(lineOf);
    for (let line = from; line <= to; ++line) inside.add(line);
  });
  return inside;
}

/** Whether the file has anything to run. */
function code(file) {
  let bodies = 0;
  walk(trees.get(file).nodes, (node) => (bodies += node.nodeType === "FunctionDefinition" && node.body ? 1 : 0));
  return bodies > 0;
}
