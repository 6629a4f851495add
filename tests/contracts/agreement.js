// Ten thousand random trees and ten thousand random splits, on which TypeScript, Python (tests/test_agreement.py) and
// Solidity (tests/solidity/Agreement.t.sol) have to agree. Each makes them from the same seed by the same rules, and the
// file holds one digest for each hundred, so that a disagreement is found to the hundred.
import assert from "node:assert/strict";
import { bytesToHex, concat, hexToBytes, keccak256, numberToHex, stringToHex } from "viem";
import { encodeCredit, encodePayout, encodeReport } from "../../service/web/src/lib/leaves.ts";
import { creditWorks, cutRevenue, cutTotal } from "../../service/web/src/lib/shares.ts";
import { EMPTY, SumTree, leafHash, opens } from "../../service/web/src/lib/sum-tree.ts";

export const SEED = "creditline/agreement/1";
const COUNT = 10_000;
const GROUP = 100;
const SHOWN = 6;
const [TREE, LEAF, SPLIT, REPORT] = [0, 1, 2, 3];

const START = keccak256(stringToHex(SEED));
const ALL = (1n << 256n) - 1n;
const number = (value, size) => numberToHex(value, { size });
const low = (value, bits) => value & ((1n << BigInt(bits)) - 1n);
const bytes32 = (value) => number(value, 32);

function word(kind, item, i) {
  return BigInt(keccak256(concat([START, number(kind, 1), number(item, 4), number(i, 4)])));
}

/** Up to 96 bits, and often far fewer. */
const amount = (random, shift) => low(random, 96) >> (12n * (shift % 8n));

export function treeCase(t) {
  const w = word(TREE, t, 0);
  const kind = ["payouts", "credits", "reports"][t % 3];
  const exponent = kind === "reports" ? w % 3n : t % 1000 === 999 ? 12n : w % 8n;
  const count = Number(1n + ((w >> 8n) % (1n << exponent)));
  const leaves = Array.from({ length: count }, (_, i) => content(kind, word(LEAF, t, i)));
  return { kind, leaves, index: Number((w >> 64n) % BigInt(count)) };
}

function content(kind, r) {
  const worth = amount(r >> 8n, r >> 4n);
  if (r % 16n === 0n) return null;
  if (kind === "payouts") return { payee: number(low(r >> 96n, 160), 20), amount: worth };
  if (kind === "credits") {
    const [payee, report, entry] = [low(r >> 104n, 32), low(r >> 136n, 32), low(r >> 168n, 8)].map(Number);
    return { payee, amount: worth, report, entry };
  }
  const works = Number((r >> 200n) % 4n);
  const list = (length, make) => Array.from({ length }, (_, j) => make(BigInt(j)));
  return {
    outputHash: bytes32(r),
    reportHash: bytes32(ALL ^ r),
    revenue: worth,
    weights: r >> 16n,
    workIds: list(works, (j) => bytes32(r ^ (j + 1n))),
    usageId: keccak256(stringToHex(`usage-${works}`)),
    usageSignature: works ? concat([bytes32(r), bytes32(ALL ^ r), number(works, 1)]) : "0x",
    datasetIds: list(works, (j) => bytes32(r ^ (j + 101n))),
    places: list(works, (j) => low(r >> (8n * j), 53)),
    payees: list(works + 1, (j) => Number(low(r >> (16n * j), 32))),
    credits: list(works + 1, (j) => Number(low(r >> (16n * j + 7n), 32))),
  };
}

const ENCODERS = { payouts: encodePayout, credits: encodeCredit, reports: encodeReport };

export function treeAnswer({ kind, leaves, index }) {
  const nodes = leaves.map((leaf) =>
    leaf ? { hash: leafHash(hexToBytes(ENCODERS[kind](leaf))), amount: leaf.amount ?? leaf.revenue } : EMPTY,
  );
  const tree = new SumTree(nodes);
  const [proof, before] = [tree.proof(index), tree.before(index)];
  assert.deepEqual(opens(tree.root, tree.total, nodes.length, nodes[index], index, proof), { holds: true, before });
  return { root: bytesToHex(tree.root), total: tree.total, before, proof: bytesToHex(proof) };
}

const treeDigest = ({ root, total, before, proof }) =>
  keccak256(concat([root, number(total, 16), number(before, 16), proof]));

export function splitCase(s) {
  const w = word(SPLIT, s, 0);
  const creatorBps = Number(w % 10_001n);
  const developerBps = Number((w >> 16n) % BigInt(10_001 - creatorBps));
  const computeBps = Number((w >> 32n) % BigInt(10_001 - creatorBps - developerBps));
  const length = Number(1n + ((w >> 150n) % 3n));
  const reports = Array.from({ length }, (_, i) => {
    const r = word(REPORT, s, i);
    return { revenue: 1n + amount(r, r >> 96n), weights: weights(r) };
  });
  return { terms: { creatorBps, developerBps, computeBps }, before: amount(w >> 48n, w >> 144n), reports };
}

/** Up to twelve. Every other report leaves nothing unattributed. */
function weights(r) {
  const count = Number((r >> 100n) % 13n);
  let left = 1_000_000;
  return Array.from({ length: count }, (_, j) => {
    const room = Math.floor(left / (count - j));
    const draw = Number((r >> BigInt(104 + 12 * j)) % 4096n);
    const isRest = j === count - 1 && r >> 255n === 1n;
    const weight = isRest ? left : 1 + Math.floor((draw * (room - 1)) / 4096);
    left -= weight;
    return weight;
  });
}

export function splitAnswer({ terms, before, reports }) {
  let earned = before;
  return reports.map(({ revenue, weights }) => {
    const part = cutRevenue(earned, revenue, terms).creators;
    earned += revenue;
    return { part, ...creditWorks(part, weights), after: cutTotal(earned, terms) };
  });
}

const splitDigest = (answer) => {
  const amounts = answer.flatMap(({ part, works, unattributed, after }) => [
    part, ...works, unattributed, after.creators, after.developer, after.compute, after.treasury,
  ]);
  return keccak256(concat(amounts.map((each) => number(each, 16))));
};

function groups(digest) {
  return Array.from({ length: COUNT / GROUP }, (_, group) =>
    keccak256(concat(Array.from({ length: GROUP }, (_, i) => digest(GROUP * group + i)))),
  );
}

const shown = (make, answer) => Array.from({ length: SHOWN }, (_, i) => ({ ...make(i), answer: answer(make(i)) }));

export function agreement() {
  return {
    seed: SEED,
    trees: {
      shown: shown(treeCase, treeAnswer),
      groups: groups((t) => treeDigest(treeAnswer(treeCase(t)))),
    },
    splits: {
      shown: shown(splitCase, splitAnswer),
      groups: groups((s) => splitDigest(splitAnswer(splitCase(s)))),
    },
  };
}
