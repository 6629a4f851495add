// A place beside others in which the suite meets changed contracts: a copy of what Hardhat and forge built, in which the
// code of some contracts is exchanged. A change then costs the compilation of the contracts that hold it, and no more.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FORGE, ROOT } from "../forge.js";
import { TESTS } from "./sources.js";

const MAX_OUTPUT = 64 * 1024 * 1024;
const real = (path) => fileURLToPath(new URL(path, ROOT));

/** Brings what is copied up to date. */
export function prepare() {
  for (const [program, args] of [["npx", ["hardhat", "build"]], [FORGE, ["build"]]]) {
    const built = spawnSync(program, args, { cwd: real("."), encoding: "utf8", maxBuffer: MAX_OUTPUT });
    if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  }
}

export class Workshop {
  constructor(name) {
    this.home = `.cache/${name}`;
    rmSync(real(this.home), { recursive: true, force: true });
    mkdirSync(real(this.home), { recursive: true });
    for (const path of ["node_modules", "contracts", "hardhat.config.js", "package.json"]) symlinkSync(real(path), real(`${this.home}/${path}`));
    for (const [from, to] of [["artifacts", "artifacts"], [".cache/forge/out", "out"], [".cache/forge/cache", "cache"]]) {
      cpSync(real(from), real(`${this.home}/${to}`), { recursive: true, preserveTimestamps: true });
    }
    // What forge remembers names the folder of its output, and is compiled anew in another.
    const memory = real(`${this.home}/cache/solidity-files-cache.json`);
    writeFileSync(memory, readFileSync(memory, "utf8").replaceAll(".cache/forge/out", `${this.home}/out`));
  }

  /** Runs forge. What it remembers of earlier failures is dropped, so that each run stands alone. */
  forge(args, { seconds, settings }) {
    for (const memory of ["cache/invariant", "cache/fuzz"]) rmSync(real(join(this.home, memory)), { recursive: true, force: true });
    const places = { FOUNDRY_OUT: `${this.home}/out`, FOUNDRY_CACHE_PATH: `${this.home}/cache`, CREDITLINE_CONTRACTS: `${this.home}/artifacts/contracts` };
    return limited(seconds, FORGE, args, { cwd: real("."), env: { ...process.env, ...places, ...settings } });
  }

  /** Runs tests of Node by the contracts of this place. */
  node(paths, { seconds }) {
    const args = ["--test", "--test-concurrency=1", "--test-reporter=tap", ...paths.map(real)];
    return limited(seconds, process.execPath, args, { cwd: real(this.home) });
  }

  /** Puts `code` in the place of that of `contracts` ({file, name}), and gives back a function that undoes it. */
  exchange(contracts, code) {
    const undo = contracts.map(({ file, name }, i) => {
      const path = real(join(this.home, file.startsWith(TESTS) ? `out/${basename(file)}` : `artifacts/${file}`, `${name}.json`));
      const before = readFileSync(path, "utf8");
      const artifact = JSON.parse(before);
      for (const part of ["bytecode", "deployedBytecode"]) artifact[part] = exchanged(artifact[part], code[i][part]);
      writeFileSync(path, JSON.stringify(artifact));
      return () => writeFileSync(path, before);
    });
    return () => undo.forEach((each) => each());
  }
}

// Hardhat writes the code as text, forge as a record with more beside it.
function exchanged(former, { object, ...beside }) {
  return typeof former === "string" ? `0x${object}` : { ...former, ...beside, object: `0x${object}` };
}

/** Runs a program until it has used so many seconds of a processor, however long it has to wait for one. */
function limited(seconds, program, args, options) {
  const command = ["-c", 'ulimit -S -t "$0" && exec "$@"', String(seconds), program, ...args];
  return spawnSync("sh", command, { encoding: "utf8", maxBuffer: MAX_OUTPUT, ...options });
}
