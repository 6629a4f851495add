// The compiler, kept warm in this process: what is compiled hundreds of times must not start anew each time.
import { existsSync, readFileSync } from "node:fs";
import solc from "solc";
import config from "../../../hardhat.config.js";
import { ROOT, TESTS } from "./sources.js";

/** Files for which the stack was not deep enough once: it will not be the next time either. */
const TOO_DEEP = new Set();
const OFF = ["peephole", "inliner", "jumpdestRemover", "orderLiterals", "deduplicate", "cse", "constantOptimizer"];
const STACK_ALONE = {
  ...Object.fromEntries(OFF.map((step) => [step, false])),
  yul: true,
  yulDetails: { stackAllocation: true, optimizerSteps: "u" },
};
const { compilers, overrides = {} } = config.solidity;

/** What the product is compiled with: its file may have settings of its own. */
export const production = (file) => (overrides[file] ?? compilers[0]).settings;
/** The same meaning in a tenth of the time, where the stack is deep enough for it. */
export const legacy = { optimizer: { enabled: false }, evmVersion: "cancun" };
/** The same meaning in half the time: what moves variables from the stack into memory, and nothing else. */
export const quick = (file) => ({ ...production(file), optimizer: { enabled: true, runs: 1, details: STACK_ALONE } });
/** How foundry.toml compiles the tests. */
export const testing = { optimizer: { enabled: true, runs: 200 }, evmVersion: "cancun" };

/** The abstract syntax trees of these files and all that they import, by path. */
export function parse(files) {
  const { sources, errors } = compile(files, {}, { "*": { "": ["ast"] } }, {});
  if (errors.length) throw new Error(errors.join("\n"));
  return new Map(Object.entries(sources).map(([path, { ast }]) => [path, ast]));
}

/**
 * The code of `contracts` ({file, name}), with the text of some files replaced ({path: text}), under the settings that
 * `settingsOf` gives for a file. Gives {errors} or {errors: [], code}, where `code` follows the order of `contracts`.
 */
export function build(contracts, replaced, settingsOf) {
  const code = [];
  for (const { file, name } of contracts) {
    const { errors, evm } = one(file, name, replaced, settingsOf(file));
    if (errors.length) return { errors, code: [] };
    code.push(evm);
  }
  return { errors: [], code };
}

/** The same by the quickest settings that can do it: for trying a change, not for shipping it. */
export function buildQuickly(contracts, replaced) {
  const code = [];
  for (const { file, name } of contracts) {
    const isTest = file.startsWith(TESTS);
    let made = TOO_DEEP.has(file) ? null : one(file, name, replaced, isTest ? testing : legacy);
    if (made?.errors.some((error) => error.includes("Stack too deep"))) TOO_DEEP.add(file);
    if (TOO_DEEP.has(file)) made = one(file, name, replaced, quick(file));
    if (made.errors.length) return { errors: made.errors, code: [] };
    code.push(made.evm);
  }
  return { errors: [], code };
}

function one(file, name, replaced, settings) {
  const wanted = { [file]: { [name]: ["evm.bytecode", "evm.deployedBytecode"] } };
  const { errors, contracts } = compile([file], replaced, wanted, settings);
  return { errors, evm: contracts?.[file]?.[name].evm };
}

function compile(files, replaced, outputSelection, settings) {
  const read = (path) => replaced[path] ?? readFileSync(locate(path), "utf8");
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file) => [file, { content: read(file) }])),
    // Metadata holds a hash of the sources, which would make equal code look different.
    settings: { ...settings, outputSelection, metadata: { bytecodeHash: "none", appendCBOR: false } },
  };
  const found = solc.compile(JSON.stringify(input), { import: (path) => ({ contents: read(path) }) });
  const { errors = [], ...output } = JSON.parse(found);
  return { ...output, errors: errors.filter((e) => e.severity === "error").map((e) => e.formattedMessage) };
}

function locate(path) {
  const own = new URL(path, ROOT);
  return existsSync(own) ? own : new URL(`node_modules/${path}`, ROOT);
}
