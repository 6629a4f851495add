// Runs the fuzz tests or the invariants with as many runs as the slow suite asks for.
//   node tests/contracts/deep/runs.js fuzz|invariants
import { forge } from "../forge.js";

const SUITES = {
  fuzz: { match: "^testFuzz", settings: { FOUNDRY_FUZZ_RUNS: "10000" } },
  invariants: { match: "^invariant", settings: { FOUNDRY_INVARIANT_RUNS: "10000", FOUNDRY_INVARIANT_DEPTH: "32" } },
};

const { match, settings } = SUITES[process.argv[2]];
process.exitCode = forge(["test", "--match-test", match], settings, { stdio: "inherit" }).status ?? 1;
