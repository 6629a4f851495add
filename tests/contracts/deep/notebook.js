// Keeps the result of each mutant, so that a run that was killed goes on where it stood. It holds as long as no contract
// and no test changes.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { ROOT, products, tests, text } from "./sources.js";

const hash = (...parts) => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);

export class Notebook {
  constructor() {
    const folder = new URL(".cache/mutants/", ROOT);
    mkdirSync(folder, { recursive: true });
    this.path = new URL(`${hash(...[...products, ...tests].map(text), text("foundry.toml"), text("hardhat.config.js"), text("package-lock.json"))}.jsonl`, folder);
    const kept = existsSync(this.path) ? readFileSync(this.path, "utf8") : "";
    // A kill may have cut the last line off.
    const whole = kept.slice(0, kept.lastIndexOf("\n") + 1);
    if (whole !== kept) writeFileSync(this.path, whole);
    const lines = whole.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    this.known = new Map(lines.map(({ id, result }) => [id, result]));
  }

  of(mutant) {
    return this.known.get(hash(mutant.file, mutant.text));
  }

  keep(mutant, result) {
    appendFileSync(this.path, `${JSON.stringify({ id: hash(mutant.file, mutant.text), result })}\n`);
  }
}
