// Every line and every branch of the contracts must be run by the unit and fuzz tests alone. Hardhat counts lines, to which
// an assembly block is one; forge counts branches. Neither can look for branches inside of assembly: those stand in the
// mutation run, which replaces the condition of each by true and by false.
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "./compiler.js";
import { ROOT, products, span, text, walk } from "./sources.js";
import { FORGE } from "./workshop.js";

const BRANCHES = ".cache/coverage/branches.info";
const LINES = "coverage/lcov.info";
mkdirSync(new URL(".cache/coverage", ROOT), { recursive: true });
rmSync(new URL("coverage", ROOT), { recursive: true, force: true });

const config = ["--config", "tests/contracts/deep/coverage.config.js"];
run("npx", ["hardhat", ...config, "test", "solidity", "--coverage", "--grep", "test"]);
run(FORGE, ["coverage", "--ir-minimum", "--no-match-test", "invariant", "--report", "lcov", "--report-file", BRANCHES]);

const [lines, branches] = [records(LINES, "DA"), records(BRANCHES, "BRDA")];
const trees = parse(products);
const total = { lines: 0, branches: 0, assembly: 0 };
const missed = [];
for (const file of products) {
  const inAssembly = assemblyLines(file);
  for (const [line, hits] of lines.get(file) ?? []) {
    ++total.lines;
    if (hits === "0") missed.push(`${file}:${line} is never run`);
  }
  for (const [line, block, path, hits] of branches.get(file) ?? []) {
    ++total[inAssembly.has(Number(line)) ? "assembly" : "branches"];
    if (!inAssembly.has(Number(line)) && (hits === "-" || hits === "0")) missed.push(`${file}:${line} never takes branch ${block}.${path}`);
  }
  if (code(file) && !lines.get(file)?.length) missed.push(`${file} was not measured`);
}
for (const each of missed) console.error(each);
const { assembly, ...counted } = total;
console.log(JSON.stringify({ ...counted, branchesInAssembly: assembly, missed: missed.length, passed: !missed.length }));
process.exitCode = missed.length ? 1 : 0;

function run(program, args) {
  const ran = spawnSync(program, args, { cwd: fileURLToPath(ROOT), encoding: "utf8", maxBuffer: 2 ** 28 });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(" ")} failed:\n${ran.stdout.slice(-4000)}${ran.stderr}`);
}

/** The records of one kind in an lcov file, by source file. */
function records(path, kind) {
  const found = new Map();
  for (const part of readFileSync(new URL(path, ROOT), "utf8").split("end_of_record")) {
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
