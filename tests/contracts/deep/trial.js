// Runs the suite against a changed contract, cheapest tests first, until one fails.
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, production, quick } from "./compiler.js";
import { ROOT, TESTS } from "./sources.js";
import { forge, limited, replace, twinOf } from "./workshop.js";

// Few runs: a rule that takes thousands of them to be missed is not well tested. The slow suite runs them all.
const FEW = { FOUNDRY_FUZZ_RUNS: "100", FOUNDRY_INVARIANT_RUNS: "16", FOUNDRY_INVARIANT_DEPTH: "32", FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: "0" };
const SECONDS = 90;
const real = (path) => fileURLToPath(new URL(path, ROOT));

export class Trial {
  /** A place of its own beside others, with the files that `holders` names for each path ({file, name}). */
  constructor(home, name, holders) {
    this.home = twinOf(home, name);
    this.holders = holders;
    this.original = new Map();
    mkdirSync(join(this.home, "real"));
    for (const path of ["node_modules", "contracts", "hardhat.config.js", "package.json"]) symlinkSync(real(path), join(this.home, "real", path));
    cpSync(real("artifacts"), join(this.home, "real/artifacts"), { recursive: true });
  }

  /** What the suite says to the contracts as they are: null, or the name of the test that fails. */
  untouched() {
    return this.unit() ?? this.invariants() ?? this.transactions();
  }

  /**
   * What becomes of a changed file: {outcome: "killed", by}, "survived", "invalid" (does not compile), or "same" (the
   * production compiler makes the same code of it).
   */
  run({ file, text }) {
    const contracts = this.holders.get(file);
    const change = { [file]: text };
    const { errors, code } = compiled(contracts, change);
    if (errors.length) return { outcome: "invalid", by: errors[0] };
    const undo = replace(this.home, contracts, code);
    try {
      const by = this.unit() ?? this.invariants();
      if (by) return { outcome: "killed", by };
    } finally {
      undo();
    }
    const final = build(contracts, change, production);
    if (this.isOriginal(file, contracts, final.code)) return { outcome: "same" };
    const by = this.transactions(contracts, final.code);
    return by ? { outcome: "killed", by } : { outcome: "survived" };
  }

  unit() {
    return failing(forge(this.home, ["test", "--no-match-test", "invariant", "--fail-fast"], { seconds: SECONDS, settings: FEW }));
  }

  invariants() {
    return failing(forge(this.home, ["test", "--match-test", "invariant", "--fail-fast"], { seconds: SECONDS, settings: FEW }));
  }

  /** The tests of Node, which send real transactions and rebuild the state from their logs. */
  transactions(contracts = [], code = []) {
    const undo = contracts.filter(({ file }) => !file.startsWith(TESTS)).map(({ file, name }, i) => this.publish(file, name, code[i]));
    const files = readdirSync(real("tests/contracts")).filter((name) => name.endsWith(".test.js"));
    const paths = files.map((name) => real(`tests/contracts/${name}`));
    const args = ["--test", "--test-concurrency=1", "--test-reporter=tap", ...paths];
    const ran = limited(SECONDS, process.execPath, args, { cwd: join(this.home, "real") });
    undo.forEach((each) => each());
    if (ran.status === 0) return null;
    return ran.stdout.match(/^not ok \d+ - (.*)$/m)?.[1] ?? loopOr(ran);
  }

  publish(file, name, { bytecode }) {
    const path = join(this.home, "real/artifacts", file, `${name}.json`);
    const before = readFileSync(path, "utf8");
    writeFileSync(path, JSON.stringify({ ...JSON.parse(before), bytecode: `0x${bytecode.object}` }));
    return () => writeFileSync(path, before);
  }

  isOriginal(file, contracts, code) {
    if (!this.original.has(file)) this.original.set(file, objects(build(contracts, {}, production).code));
    return this.original.get(file) === objects(code);
  }
}

const objects = (code) => code.map(({ bytecode }) => bytecode.object).join();

function compiled(contracts, change) {
  const first = build(contracts, change, quick);
  return first.errors.some((error) => error.includes("Stack too deep")) ? build(contracts, change, production) : first;
}

/** The first failing test, null if all passed. */
function failing(ran) {
  if (ran.status === 0) return null;
  return ran.stdout.split("[FAIL")[1]?.match(/\b((test|invariant)\w*|setUp)\(/)?.[1] ?? loopOr(ran);
}

function loopOr(ran) {
  if (ran.signal === "SIGXCPU") return "an endless loop";
  throw new Error(`The tests could not be run: ${ran.stdout}${ran.stderr}`);
}
