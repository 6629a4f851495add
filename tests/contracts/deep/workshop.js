// A copy of the contracts in which forge links each test to the contracts when it runs, not when it compiles. A changed
// contract then costs the compilation of that contract alone: its code is put where forge keeps what it compiled.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";
import { ROOT, TESTS, shared, text } from "./sources.js";

const HOME = fileURLToPath(new URL(".cache/workshop/", ROOT));
const SETTINGS = {
  FOUNDRY_TEST: "test",
  FOUNDRY_OUT: "out",
  FOUNDRY_CACHE_PATH: "cache",
  FOUNDRY_DYNAMIC_TEST_LINKING: "true",
  FOUNDRY_BYTECODE_HASH: "none",
  FOUNDRY_CBOR_METADATA: "false",
};
// The binary itself: the launcher that npm links ends well even when a test failed.
const MACHINE = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
export const FORGE = fileURLToPath(new URL(`node_modules/@foundry-rs/forge-${MACHINE}/bin/forge`, ROOT));
const MAX_OUTPUT = 64 * 1024 * 1024;

// forge asks for the ABIs of all files before each run, though none that it sees changed: the answer is kept.
const COMPILER = `#!/bin/sh
case "$*" in *--version*) echo "Version: ${solc.version().replace("Emscripten.clang", "Linux.g++")}"; exit;; esac
cat > question
kept=answers/$(sha256sum < question | cut -d' ' -f1)
[ -f "$kept" ] || { "$REAL_SOLC" --standard-json < question > "$kept.part" && mv "$kept.part" "$kept"; }
cat "$kept"
`;

/** Brings the copy up to date with the contracts, compiles it, and gives back its folder. */
export function prepare() {
  mkdirSync(join(HOME, "answers"), { recursive: true });
  const wanted = new Map([...shared.map((path) => [placed(path), moved(path)]), ["foundry.toml", text("foundry.toml")]]);
  const list = join(HOME, "files.json");
  const former = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : [];
  for (const path of former) if (!wanted.has(path)) rmSync(join(HOME, path), { force: true });
  let changed = former.length !== wanted.size;
  for (const [path, content] of wanted) changed = put(join(HOME, path), content) || changed;
  if (changed) rmSync(join(HOME, "answers"), { recursive: true, force: true });
  mkdirSync(join(HOME, "answers"), { recursive: true });
  writeFileSync(list, JSON.stringify([...wanted.keys()]));
  put(join(HOME, "scripts/solc"), COMPILER, 0o755);
  mkdirSync(join(HOME, "tests"), { recursive: true });
  for (const path of ["node_modules", "tests/vectors"]) {
    if (!existsSync(join(HOME, path))) symlinkSync(fileURLToPath(new URL(path, ROOT)), join(HOME, path));
  }
  const built = forge(HOME, ["build"]);
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
  return HOME;
}

/** A second copy with everything compiled, for work beside the first. */
export function twinOf(home, name) {
  const copy = fileURLToPath(new URL(`.cache/${name}/`, ROOT));
  rmSync(copy, { recursive: true, force: true });
  cpSync(home, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return copy;
}

/** Runs forge there. What it remembers of earlier failures is dropped, so that each run stands alone. */
export function forge(home, args, { seconds = 36_000, settings = {}, stdio = "pipe" } = {}) {
  for (const memory of ["cache/invariant", "cache/fuzz"]) rmSync(join(home, memory), { recursive: true, force: true });
  const env = { ...process.env, ...SETTINGS, REAL_SOLC: fileURLToPath(new URL("scripts/solc", ROOT)), ...settings };
  return limited(seconds, FORGE, args, { cwd: home, env, stdio });
}

/** Runs a program until it has used so many seconds of a processor, however long it has to wait for one. */
export function limited(seconds, program, args, options) {
  const command = ["-c", 'ulimit -S -t "$0" && exec "$@"', String(seconds), program, ...args];
  return spawnSync("sh", command, { encoding: "utf8", maxBuffer: MAX_OUTPUT, ...options });
}

/** Puts other code in the place of compiled contracts, and gives back a function that undoes it. */
export function replace(home, contracts, code) {
  const undo = contracts.map(({ file, name }, i) => {
    const path = join(home, "out", basename(file), `${name}.json`);
    const before = readFileSync(path, "utf8");
    const artifact = JSON.parse(before);
    for (const part of ["bytecode", "deployedBytecode"]) {
      artifact[part] = { ...artifact[part], ...code[i][part], object: `0x${code[i][part].object}` };
    }
    writeFileSync(path, JSON.stringify(artifact));
    return () => writeFileSync(path, before);
  });
  return () => undo.forEach((each) => each());
}

// forge links tests only if they stand outside of the folder of the contracts.
function placed(path) {
  return path.startsWith(TESTS) ? path.replace(TESTS, "test/") : path;
}

function moved(path) {
  if (!path.startsWith(TESTS)) return text(path);
  return text(path).replace(/^(import\b[^"]*")(\.[^"]*)"/gm, (_, head, target) => {
    const to = posix.relative(posix.dirname(placed(path)), placed(posix.join(posix.dirname(path), target)));
    return `${head}${to.startsWith(".") ? to : `./${to}`}"`;
  });
}

function put(path, content, mode = 0o644) {
  if (existsSync(path) && readFileSync(path, "utf8") === content) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode });
  return true;
}
