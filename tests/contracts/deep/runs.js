// Runs the fuzz tests or the invariants with as many runs as the slow suite asks for.
//   node tests/contracts/deep/runs.js fuzz|invariants
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FORGE, ROOT } from "../forge.js";

const SUITES = {
  fuzz: { match: "^testFuzz", settings: { FOUNDRY_FUZZ_RUNS: "10000" } },
  invariants: { match: "^invariant", settings: { FOUNDRY_INVARIANT_RUNS: "10000", FOUNDRY_INVARIANT_DEPTH: "32" } },
};

const { match, settings } = SUITES[process.argv[2]];
const options = { cwd: fileURLToPath(ROOT), env: { ...process.env, ...settings }, stdio: "inherit" };
process.exitCode = spawnSync(FORGE, ["test", "--match-test", match], options).status ?? 1;
