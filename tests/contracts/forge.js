// Runs forge: the binary itself, because the launcher that npm links ends well even when a test failed.
//   node tests/contracts/forge.js test --match-path 'tests/solidity/SumTree.t.sol'
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ROOT = new URL("../../", import.meta.url);
const MACHINE = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
export const FORGE = fileURLToPath(new URL(`node_modules/@foundry-rs/forge-${MACHINE}/bin/forge`, ROOT));

/** Runs forge in the project's folder, with `settings` beside the environment. */
export function forge(args, settings = {}, options = {}) {
  const env = { ...process.env, ...settings };
  const ran = spawnSync(FORGE, args, { cwd: fileURLToPath(ROOT), env, encoding: "utf8", maxBuffer: 2 ** 28, ...options });
  if (ran.error) throw ran.error;
  return ran;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = forge(process.argv.slice(2), {}, { stdio: "inherit" }).status ?? 1;
}
