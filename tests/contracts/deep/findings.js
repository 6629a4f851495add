// Runs slither over the contracts. Every finding of high or medium impact fails, unless tests/solidity/findings.json gives
// the reason why it is none: for one place, or for a whole detector where no place is named.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT, text } from "./sources.js";

const ACCEPTED = "tests/solidity/findings.json";
const BUILD = { FOUNDRY_PROFILE: "product" };

const args = [".", "--compile-force-framework", "Foundry", "--json", "-", "--fail-none"];
const ran = spawnSync("slither", args, { cwd: fileURLToPath(ROOT), encoding: "utf8", env: { ...process.env, ...BUILD }, maxBuffer: 2 ** 28 });
const { success, error, results } = ran.stdout ? JSON.parse(ran.stdout) : {};
if (!success) throw new Error(`slither could not run: ${error ?? ran.stderr}`);

const accepted = JSON.parse(text(ACCEPTED));
const used = new Set();
const open = (results.detectors ?? []).filter(({ check, description }) => {
  const where = description.split(" (")[0];
  const reason = accepted.find((each) => each.check === check && (each.where ?? where) === where);
  used.add(reason);
  return !reason;
});
const stale = accepted.filter((each) => !used.has(each));
for (const { impact, check, description } of open) console.error(`${impact} ${check}: ${description}`);
for (const { check, where } of stale) console.error(`In ${ACCEPTED}, but not found any more: ${check} ${where ?? ""}`);
const passed = !open.length && !stale.length;
console.log(JSON.stringify({ found: results.detectors?.length ?? 0, explained: used.size - used.has(undefined), open: open.length, passed }));
process.exitCode = passed ? 0 : 1;
