// Money: integers in a token's smallest unit, cut by telescoping floors so that no unit is lost or made.
// Part i of a whole W with cumulative weights S is floor(W * S(i) / D) - floor(W * S(i-1) / D), as in
// contracts/libraries/Shares.sol and creditline/amounts.py.
const PARTS_PER_MILLION = 1_000_000n;
const BASIS_POINTS = 10_000n;
const WEIGHT_BITS = 20n;
const WEIGHT_MASK = (1n << WEIGHT_BITS) - 1n;

/** How a pool cuts its revenue, in basis points. The treasury takes what the three leave. */
export interface Terms {
  creatorBps: number;
  developerBps: number;
  computeBps: number;
}

/** One revenue, cut four ways. The parts sum to the revenue. */
export interface Cut {
  creators: bigint;
  developer: bigint;
  compute: bigint;
  treasury: bigint;
}

/** The creators' part of one image: an amount per work, and what no work explains. They sum to the part. */
export interface Credits {
  works: bigint[];
  unattributed: bigint;
}

/** What a report of an epoch earns, and the parts per million of its works in order. */
export interface Earned {
  revenue: bigint;
  weights: readonly number[];
}

/** Cuts everything a pool ever reported: each takes its share of what those before it left. No part falls as the total grows. */
export function cutTotal(total: bigint, terms: Terms): Cut {
  let left = total;
  let bps = BASIS_POINTS;
  const take = (share: bigint): bigint => {
    const part = bps ? (left * share) / bps : 0n;
    left -= part;
    bps -= share;
    return part;
  };
  const creators = take(BigInt(terms.creatorBps));
  const developer = take(BigInt(terms.developerBps));
  const compute = take(BigInt(terms.computeBps));
  return { creators, developer, compute, treasury: left };
}

/** What one more revenue adds to each party, after `before` units have been reported to the same pool. */
export function cutRevenue(before: bigint, revenue: bigint, terms: Terms): Cut {
  const earlier = cutTotal(before, terms);
  const later = cutTotal(before + revenue, terms);
  return {
    creators: later.creators - earlier.creators,
    developer: later.developer - earlier.developer,
    compute: later.compute - earlier.compute,
    treasury: later.treasury - earlier.treasury,
  };
}

/** Splits the creators' part by weights in parts per million, in the order given. */
export function creditWorks(part: bigint, weights: readonly number[]): Credits {
  const floors = running(weights.map(BigInt)).map((bound) => (part * bound) / PARTS_PER_MILLION);
  return { works: growth(floors), unattributed: part - floors.at(-1)! };
}

/** What each report of an epoch credits, when all epochs before reported `revenueBefore`. */
export function creditEpoch(revenueBefore: bigint, reports: readonly Earned[], terms: Terms): Credits[] {
  let before = revenueBefore;
  return reports.map(({ revenue, weights }) => {
    const part = cutRevenue(before, revenue, terms).creators;
    before += revenue;
    return creditWorks(part, weights);
  });
}

/** Twenty bits a weight, the first lowest. */
export function packWeights(weights: readonly number[]): bigint {
  return weights.reduce((packed, weight, index) => packed | (BigInt(weight) << (WEIGHT_BITS * BigInt(index))), 0n);
}

export function unpackWeights(packed: bigint, count: number): number[] {
  return Array.from({ length: count }, (_, index) => Number((packed >> (WEIGHT_BITS * BigInt(index))) & WEIGHT_MASK));
}

/** 0, and the sums of the first one, two, … numbers. */
function running(numbers: readonly bigint[]): bigint[] {
  let sum = 0n;
  return [sum, ...numbers.map((number) => (sum += number))];
}

function growth(numbers: readonly bigint[]): bigint[] {
  return numbers.slice(1).map((number, index) => number - numbers[index]!);
}
