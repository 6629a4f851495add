// The split cases that the ledger itself is held to, and a whole epoch.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { creditEpoch, creditWorks, cutRevenue, cutTotal, packWeights, unpackWeights } from "../../service/web/src/lib/shares.ts";

const { pools } = JSON.parse(await readFile(new URL("../vectors/splits.json", import.meta.url), "utf8"));

test("revenue is divided as the ledger divides it", () => {
  for (const { reports, ...terms } of pools) {
    let before = 0n;
    for (const report of reports) {
      const cut = cutRevenue(before, BigInt(report.revenue), terms);
      const parts = [cut.creators, cut.developer, cut.compute, cut.treasury];
      assert.deepEqual(parts, [report.creatorPart, report.developer, report.compute, report.treasury].map(BigInt));
      const { works, unattributed } = creditWorks(cut.creators, report.weights);
      assert.deepEqual([...works, unattributed], [...report.amounts, report.unattributed].map(BigInt));
      before += BigInt(report.revenue);
    }
  }
});

test("the credits of an epoch are what its revenue adds to the creators' part", () => {
  const terms = { creatorBps: 3333, developerBps: 3333, computeBps: 3333 };
  const reports = [[1n, [1]], [2n, []], [10_001n, [999_999]], [7n, [500_000, 500_000]]];
  const credits = creditEpoch(4n, reports.map(([revenue, weights]) => ({ revenue, weights })), terms);
  const sum = credits.flatMap(({ works, unattributed }) => [...works, unattributed]).reduce((one, other) => one + other);
  assert.equal(sum, cutTotal(10_015n, terms).creators - cutTotal(4n, terms).creators);
});

test("weights are packed as receipts hold them", () => {
  for (const { reports } of pools) {
    for (const { weights, packedWeights } of reports) {
      assert.equal(packWeights(weights), BigInt(packedWeights));
      assert.deepEqual(unpackWeights(BigInt(packedWeights), weights.length), weights);
    }
  }
});
