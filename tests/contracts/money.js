// The ledger's arithmetic, in the words of IRoyaltyLedger.
const BPS = 10_000n;
const PPM = 1_000_000n;

export const packWeights = (weights) => weights.reduce((packed, weight, i) => packed | (BigInt(weight) << BigInt(20 * i)), 0n);

export function unpackWeights(packed, count) {
  return Array.from({ length: count }, (_, i) => (packed >> BigInt(20 * i)) & 0xfffffn);
}

/** Creator, developer, compute and treasury parts of all that a pool has earned. */
export function parts(gross, { creatorBps, developerBps, computeBps }) {
  const bounds = [0, creatorBps, creatorBps + developerBps, creatorBps + developerBps + computeBps, 10_000].map(BigInt);
  return bounds.slice(1).map((high, j) => (gross * high) / BPS - (gross * bounds[j]) / BPS);
}

/** What one report adds when the pool has earned `gross` before it. */
export function divide(gross, revenue, terms, weights) {
  const before = parts(gross, terms);
  const [creatorPart, developer, compute, treasury] = parts(gross + revenue, terms).map((part, j) => part - before[j]);
  let reached = 0n;
  let sum = 0n;
  const amounts = weights.map((weight) => {
    sum += BigInt(weight);
    const before = reached;
    reached = (creatorPart * sum) / PPM;
    return reached - before;
  });
  return { creatorPart, amounts, unattributed: creatorPart - reached, developer, compute, treasury };
}
