// Runs the suite against a changed contract, cheapest tests first, until one fails.
import { readdirSync } from "node:fs";
import { build, buildQuickly, production } from "./compiler.js";
import { ROOT, TESTS } from "./sources.js";
import { Workshop } from "./workshop.js";

// Few runs: a rule that takes thousands of them to be missed is not well tested. The slow suite runs them all.
const FEW = { FOUNDRY_FUZZ_RUNS: "100", FOUNDRY_INVARIANT_RUNS: "16", FOUNDRY_INVARIANT_DEPTH: "32", FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: "0" };
const SECONDS = 90;
const isTest = ({ file }) => file.startsWith(TESTS);

export class Trial {
  /** `holders` gives for each path of the product the contracts ({file, name}) that hold code of it. */
  constructor(name, holders) {
    this.workshop = new Workshop(name);
    this.holders = holders;
    this.original = new Map();
  }

  /** What the suite says to the contracts as they are: null, or the name of the test that fails. */
  untouched() {
    return this.solidity() ?? this.transactions();
  }

  /**
   * What becomes of a changed file: {outcome: "killed", by}, "survived", "invalid" (does not compile), or "same" (the
   * production compiler makes the same code of it).
   */
  run({ file, text }) {
    const contracts = this.holders.get(file);
    const change = { [file]: text };
    const { errors, code } = buildQuickly(contracts, change);
    if (errors.length) return { outcome: "invalid", by: errors[0] };
    const undo = this.workshop.exchange(contracts, code);
    try {
      const by = this.solidity();
      if (by) return { outcome: "killed", by };
    } finally {
      undo();
    }
    return this.shipped(file, contracts.filter((each) => !isTest(each)), change);
  }

  /** What becomes of it as the product would ship it. */
  shipped(file, contracts, change) {
    const { code } = build(contracts, change, production);
    if (this.isOriginal(file, contracts, code)) return { outcome: "same" };
    const undo = this.workshop.exchange(contracts, code);
    try {
      const by = this.transactions();
      return by ? { outcome: "killed", by } : { outcome: "survived" };
    } finally {
      undo();
    }
  }

  /** Unit tests first: they take a second, fuzz tests twenty. */
  solidity() {
    return this.forge("--match-test", "^test_") ?? this.forge("--match-test", "^testFuzz") ?? this.forge("--match-test", "^invariant");
  }

  forge(...which) {
    return failing(this.workshop.forge(["test", "--fail-fast", ...which], { seconds: SECONDS, settings: FEW }));
  }

  /** The tests of Node, which send real transactions and rebuild the state from their logs. */
  transactions() {
    const files = readdirSync(new URL("tests/contracts", ROOT)).filter((name) => name.endsWith(".test.js"));
    const ran = this.workshop.node(files.map((name) => `tests/contracts/${name}`), { seconds: SECONDS });
    if (ran.status === 0) return null;
    return ran.stdout.match(/^not ok \d+ - (.*)$/m)?.[1] ?? loopOr(ran);
  }

  isOriginal(file, contracts, code) {
    if (!this.original.has(file)) this.original.set(file, objects(build(contracts, {}, production).code));
    return this.original.get(file) === objects(code);
  }
}

const objects = (code) => code.map(({ bytecode }) => bytecode.object).join();

/** The first failing test, null if all passed. */
function failing(ran) {
  if (ran.status === 0) return null;
  return ran.stdout.split("[FAIL")[1]?.match(/\b((test|invariant)\w*|setUp)\(/)?.[1] ?? loopOr(ran);
}

function loopOr(ran) {
  if (ran.signal === "SIGXCPU") return "an endless loop";
  throw new Error(`The tests could not be run: ${ran.stdout}${ran.stderr}`);
}
