// An epoch in which everything is right, and what the page that checks says when one thing in it is not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesToHex, getAddress, keccak256, stringToBytes, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { encode } from "../../service/web/src/lib/canonical.ts";
import { buildTree, readEpoch } from "../../service/web/src/check/epoch-document.ts";
import {
  checkCredits, checkHeader, checkPayees, checkReports, checkSums, checkTotals, checkTrained, checkUsages,
} from "../../service/web/src/check/epoch-rules.ts";
import { Wrong } from "../../service/web/src/check/step.ts";
import { creditEpoch, cutTotal } from "../../service/web/src/lib/shares.ts";

const integrator = privateKeyToAccount(`0x${"1".padStart(64, "0")}`);
const address = (n) => getAddress(toHex(n, { size: 20 }));
const hash = (n) => toHex(n, { size: 32 });
const [COMMONS, AIKO, BEN] = [address(0xc0), address(0xa1), address(0xb1)];
const PAYEES = new Map([[hash(1), AIKO], [hash(2), BEN], [hash(3), AIKO]]);
const DATASET = hash(0xd5);
const LEDGER = address(0x1ed9e6);
const POOL = hash(0x9001);
const terms = { creatorBps: 7000, developerBps: 1500, computeBps: 1000 };
const pool = { ...terms, commons: COMMONS, integrator: integrator.address };
const nothing = () => {};

/** Rows of two reports, with the credits and payouts that follow. */
async function honest() {
  const reports = [
    { output: hash(0x10), report: hash(0x20), revenue: 1_000_003n, weights: [400_000, 250_001], works: [hash(1), hash(2)], id: "first" },
    { output: hash(0x11), report: hash(0x21), revenue: 7n, weights: [999_999], works: [hash(3)], id: "second" },
  ];
  const indexes = new Map([[COMMONS, 0], [AIKO, 1], [BEN, 2]]);
  const amounts = creditEpoch(0n, reports.map(({ revenue, weights }) => ({ revenue, weights })), terms);
  const entries = reports.flatMap(({ works }, report) =>
    [...amounts[report].works, amounts[report].unattributed].map((amount, entry) => ({ report, entry, amount, payee: indexes.get(PAYEES.get(works[entry]) ?? COMMONS) })));
  const credits = [...entries].sort((a, b) => a.payee - b.payee || a.report - b.report || a.entry - b.entry);
  const totals = [COMMONS, AIKO, BEN].map((payee, at) => [payee, String(credits.filter((credit) => credit.payee === at).reduce((sum, { amount }) => sum + amount, 0n))]);
  const domain = { name: "Creditline RoyaltyLedger", version: "1", chainId: 31337, verifyingContract: LEDGER };
  const types = { Usage: [{ name: "poolId", type: "bytes32" }, { name: "usageId", type: "string" }, { name: "outputHash", type: "bytes32" }, { name: "revenue", type: "uint128" }] };
  const signed = await Promise.all(reports.map(({ id, output, revenue }) =>
    integrator.signTypedData({ domain, types, primaryType: "Usage", message: { poolId: POOL, usageId: id, outputHash: output, revenue } })));
  return {
    reports: reports.map((each, at) => [
      each.output, each.report, String(each.revenue), each.weights, each.works, each.id, signed[at], each.works.map(() => 0),
      each.works.map((work) => [...PAYEES.keys()].indexOf(work)),
      entries.filter(({ report }) => report === at).map(({ payee }) => payee),
      entries.filter(({ report }) => report === at).map((entry) => credits.indexOf(entry)),
    ]),
    credits: credits.map(({ payee, amount, report, entry }) => [payee, String(amount), report, entry]),
    payouts: totals,
  };
}

/** The published bytes. What is in the first line may be wrong too. */
async function publish(rows, header = {}) {
  const revenue = rows.reports.reduce((sum, row) => sum + BigInt(row?.[2] ?? 0), 0n);
  const first = {
    type: "creditline/epoch/1", chain_id: 31337, ledger: LEDGER, pool: POOL, number: 1, cutoff: 5, revenue_before: "0", revenue: String(revenue),
    payout_sum: String(cutTotal(revenue, terms).creators), datasets: [DATASET],
    ...Object.fromEntries(["reports", "credits", "payouts"].map((tree) => [tree, { count: rows[tree].length, root: hash(0) }])),
    ...header,
  };
  const lines = [first, ...rows.reports, ...rows.credits, ...rows.payouts].map((line) => encode(line));
  return stringToBytes(`${lines.join("\n")}\n`);
}

async function examine(bytes, { before = null, payeeOf = (work) => PAYEES.get(work) ?? null, works = [...PAYEES.keys()] } = {}) {
  const document = readEpoch(bytes);
  checkSums(document, terms);
  checkReports(document);
  await checkUsages(document, pool, nothing);
  checkTrained(document, new Map([[DATASET, works]]));
  await checkCredits(document, terms, nothing);
  await checkPayees(document, pool, payeeOf, nothing);
  checkTotals(document, before);
  return document;
}

const refuses = async (key, spoil, options) => {
  const rows = await honest();
  const header = spoil(rows);
  await assert.rejects(async () => examine(await publish(rows, header ?? {}), options), (error) => {
    assert.ok(error instanceof Wrong, String(error));
    assert.equal(error.said.key, key, error.message);
    return true;
  });
};

test("an honest epoch passes, and its trees have the roots of the library", async () => {
  const document = await examine(await publish(await honest()));
  const roots = await Promise.all(["reports", "credits", "payouts"].map(async (tree) => bytesToHex((await buildTree(document, tree, nothing)).root)));
  assert.equal(new Set(roots).size, 3);
  assert.equal((await buildTree(document, "payouts", nothing)).total, document.payoutSum);
});

test("a thief among the payees is named", () => refuses("check.fault.payee", ({ payouts }) => void (payouts[1][0] = address(0xbad))));
test("what nobody explains goes to the commons alone", () => refuses("check.fault.payee", ({ payouts }) => void (payouts[0][0] = address(0xbad))));
test("a payee whom the registry does not know is refused", () => refuses("check.fault.payee", nothing, { payeeOf: () => null }));
test("money moved between two payees is found", () => refuses("check.fault.total", ({ payouts }) => {
  payouts[1][1] = String(BigInt(payouts[1][1]) + 1n);
  payouts[2][1] = String(BigInt(payouts[2][1]) - 1n);
}));
test("money moved between two credits is found", () => refuses("check.fault.credit", ({ credits }) => {
  credits[0][1] = String(BigInt(credits[0][1]) + 1n);
  credits[1][1] = String(BigInt(credits[1][1]) - 1n);
}));
test("money from nowhere is found", () => refuses("check.fault.payoutSum", ({ payouts }) => void (payouts[1][1] = "9999999")));
test("a credit that no report names is found", () => refuses("check.fault.creditOrphan", ({ credits }) => void credits.push([2, "0", 0, 9])));
test("a credit that is not there is missed", () => refuses("check.fault.creditMissing", ({ reports }) => void (reports[0][10][0] = 77)));
test("credits out of order are found", () => refuses("check.fault.creditOrder", ({ credits, reports }) => {
  [credits[0], credits[4]] = [credits[4], credits[0]];
  for (const row of reports) row[10] = row[10].map((at) => ({ 0: 4, 4: 0 })[at] ?? at);
}));
test("another share than the credits were made of is found", () => refuses("check.fault.credit", ({ reports }) => void (reports[0][3][0] += 10)));
test("shares above the whole are refused", () => refuses("check.fault.malformed", ({ reports }) => void (reports[1][3][0] = 1_000_001)));
test("works that do not ascend are refused", () => refuses("check.fault.malformed", ({ reports }) => void reports[0][4].reverse()));
test("one image twice is refused", () => refuses("check.fault.repeated", ({ reports }) => void (reports[1][0] = reports[0][0])));
test("a usage that nobody signed is refused", () => refuses("check.fault.usage", ({ reports }) => void (reports[0][5] = "other")));
test("a broken signature is refused", () => refuses("check.fault.usage", ({ reports }) => void (reports[0][6] = "0x12")));
test("a work that the model did not learn from is refused", () => refuses("check.fault.untrained", ({ reports }) => void (reports[0][8][0] = 2)));
test("a set that is not the model's is refused", () => refuses("check.fault.untrained", nothing, { works: [] }));
test("a wrong sum of payouts is refused", () => refuses("check.fault.payoutSum", () => ({ payout_sum: "1" })));
test("revenue that is not that of the reports is refused", () => refuses("check.fault.revenue", () => ({ revenue: "1" })));

test("what payees had before counts, and places are kept", async () => {
  const first = readEpoch(await publish(await honest()));
  const again = structuredClone(first);
  again.payouts.forEach((payout, at) => (payout.amount += first.payouts[at].amount));
  checkTotals(again, first);
  again.payouts[2].payee = AIKO;
  assert.throws(() => checkTotals(again, first), (error) => error.said.key === "check.fault.payoutLost");
  assert.throws(() => checkTotals({ ...first, payouts: first.payouts.slice(0, 2) }, first), (error) => error.said.key === "check.fault.payoutLost");
});

test("a document of something else is refused", async () => {
  const document = readEpoch(await publish(await honest()));
  const epoch = { cutoff: 5, revenueBefore: 0n, revenue: document.revenue, payoutSum: document.payoutSum };
  const expected = { chainId: 31337, ledger: LEDGER, pool: POOL, n: 1 };
  checkHeader(document, epoch, expected);
  for (const other of [{ chainId: 1 }, { ledger: AIKO }, { pool: hash(1) }, { n: 2 }]) {
    assert.throws(() => checkHeader(document, epoch, { ...expected, ...other }), (error) => error.said.key === "check.fault.otherEpoch");
  }
  for (const other of [{ cutoff: 6 }, { revenueBefore: 1n }, { revenue: 1n }, { payoutSum: 1n }]) {
    assert.throws(() => checkHeader(document, { ...epoch, ...other }, expected), (error) => error.said.key === "check.fault.header");
  }
});

test("a document that is not written to the letter is refused at its line", async () => {
  const text = Buffer.from(await publish(await honest())).toString();
  const spoiled = [
    [text.slice(0, -1), 10], [`${text}\n`, 12], [text.replace('"cutoff":5', '"cutoff": 5'), 1], [text.replace("[1,", "[1.0,"), undefined], [text.replace('"first"', "null"), 2],
    [text.replace(AIKO, "0x12"), undefined], ["", undefined], ["{}\n", 1], ["null\n", undefined],
  ];
  for (const [other, line] of spoiled) {
    assert.throws(() => readEpoch(stringToBytes(other)), (error) => {
      assert.equal(error.said?.key, "check.fault.document", String(error));
      if (line !== undefined) assert.equal(error.said.values.line, line);
      return true;
    });
  }
  assert.throws(() => readEpoch(Uint8Array.of(0xff, 0x0a)), (error) => error.said.key === "check.fault.document");
  assert.equal(keccak256(stringToBytes(text)).length, 66);
});
