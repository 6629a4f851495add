// Each function of these contracts has a tree of what it should do when, and each leaf names the test that shows it.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";

const TESTS = new URL("../solidity/", import.meta.url);
const TREES = new URL("trees/", TESTS);
const CONTRACTS = ["ModelRegistry", "RoyaltyLedger", "WorkRegistry"];
// One function with a branch for each kind of fraud: a tree of its own shape, whose leaves name their tests in brackets.
const JUDGE = "FraudProofs.prove.tree";
// Functions that an interface takes over from a standard.
const INHERITED = { WorkRegistry: ["royaltyInfo", "supportsInterface"] };
const read = (name, folder) => readFile(new URL(name, folder), "utf8");
const names = async (folder, ending) => (await readdir(folder)).filter((name) => name.endsWith(ending));
const found = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);

async function functionsOf(files) {
  const texts = await Promise.all(files.map((name) => read(name, TESTS)));
  return texts.flatMap((text) => found(text, /function (test\w+)\(/g));
}

test("every function of these contracts has a tree", async () => {
  for (const contract of CONTRACTS) {
    const source = await read(`../../contracts/interfaces/I${contract}.sol`, TESTS);
    const functions = new Set([...found(source, /^ {4}function (\w+)\(/gm), ...(INHERITED[contract] ?? [])]);
    const expected = [...functions].map((name) => `${contract}.${name}.tree`);
    assert.deepEqual((await names(TREES, ".tree")).filter((name) => name.startsWith(`${contract}.`)).sort(), expected.sort());
  }
});

test("every leaf of a tree names a test that exists", async () => {
  const tests = new Set(await functionsOf(await names(TESTS, ".t.sol")));
  for (const name of (await names(TREES, ".tree")).filter((each) => each !== JUDGE)) {
    const [head, ...lines] = (await read(name, TREES)).trimEnd().split("\n");
    assert.equal(`${head}.tree`, name);
    const leaves = lines.filter((line) => line.includes("it should"));
    assert.ok(leaves.length, `${name} has no leaf`);
    for (const leaf of leaves) assert.ok(tests.has(leaf.split(" → ")[1]), `${name}: no test for "${leaf.trim()}"`);
    for (const line of lines.filter((line) => !leaves.includes(line))) assert.match(line, /^[├└]── (given|when) /, name);
  }
});

test("every test of these contracts is a leaf of some tree", async () => {
  const files = (await names(TESTS, ".t.sol")).filter((name) => /^((Ledger|Work)(?!Invariants)|ModelRegistry)/.test(name));
  const texts = await Promise.all((await names(TREES, ".tree")).map((name) => read(name, TREES)));
  const leaves = new Set(texts.flatMap((text) => found(text, / → (\w+)/g)));
  for (const name of await functionsOf(files)) assert.ok(leaves.has(name), `no tree has ${name}`);
});

test("the tree of the judge names tests that exist, and every test of it", async () => {
  const tests = new Set(await functionsOf((await names(TESTS, ".t.sol")).filter((name) => name.startsWith("Fraud"))));
  const named = new Set(found(await read(JUDGE, TREES), /\b(test\w+)/g));
  assert.ok(named.size > 40);
  for (const name of named) assert.ok(tests.has(name), `no test ${name}`);
  for (const name of tests) assert.ok(named.has(name), `the tree does not have ${name}`);
});
