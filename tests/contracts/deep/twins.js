// Breaks one key rule after another (tests/solidity/twins.json) and expects the suite to notice each time.
import { parseArgs } from "node:util";
import { tryAll } from "./pool.js";
import { text } from "./sources.js";

const { values: options } = parseArgs({ options: { workers: { type: "string", default: "2" } } });
const twins = JSON.parse(text("tests/solidity/twins.json")).map(broken);
const missed = [];
const began = Date.now();
// The tests themselves have run before this.
await tryAll({ name: "twins", workers: Number(options.workers), check: false }, twins, ({ rule }, { outcome, by }) => {
  console.log(`${outcome.padEnd(9)} ${rule.padEnd(60)} ${by ?? ""}`);
  if (outcome !== "killed") missed.push(rule);
});
console.log(`${twins.length - missed.length} of ${twins.length} broken twins noticed in ${Math.round((Date.now() - began) / 1000)} s`);
for (const rule of missed) console.error(`No test notices when this does not hold: ${rule}`);
process.exitCode = missed.length ? 1 : 0;

function broken({ rule, file, from, to }) {
  const parts = text(file).split(from);
  if (parts.length !== 2) throw new Error(`${rule}: ${file} has ${parts.length - 1} places to break, not one. Bring tests/solidity/twins.json up to date.`);
  return { rule, file, text: parts.join(to) };
}
