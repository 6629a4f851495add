// The compiler, kept warm in this process: what is compiled hundreds of times must not start anew each time.
import { existsSync, readFileSync } from "node:fs";
import solc from "solc";
import config from "../../../hardhat.config.js";
import { ROOT } from "./sources.js";

const { compilers, overrides = {} } = config.solidity;

/** What the product is compiled with: its file may have settings of its own. */
export const production = (file) => (overrides[file] ?? compilers[0]).settings;
/** Half the time of production's, and the same meaning. */
export const quick = (file) => ({ ...production(file), optimizer: { enabled: false } });
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
    const wanted = { [file]: { [name]: ["evm.bytecode", "evm.deployedBytecode"] } };
    const result = compile([file], replaced, wanted, settingsOf(file));
    if (result.errors.length) return { errors: result.errors, code: [] };
    code.push(result.contracts[file][name].evm);
  }
  return { errors: [], code };
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
