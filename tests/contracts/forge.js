// Runs forge: the binary itself, because the launcher that npm links ends well even when a test failed.
//   node tests/contracts/forge.js test --match-path 'tests/solidity/SumTree.t.sol'
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const ROOT = new URL("../../", import.meta.url);
const MACHINE = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
export const FORGE = fileURLToPath(new URL(`node_modules/@foundry-rs/forge-${MACHINE}/bin/forge`, ROOT));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { status, error } = spawnSync(FORGE, process.argv.slice(2), { cwd: fileURLToPath(ROOT), stdio: "inherit" });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
