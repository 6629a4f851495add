// The ledger's arithmetic, in the words of IRoyaltyLedger.
const BPS = 10_000n;
const PPM = 1_000_000n;

export const packWeights = (weights) => weights.reduce((packed, weight, i) => packed | (BigInt(weight) << BigInt(20 * i)), 0n);

export function unpackWeights(packed, count) {
  return Array.from({ length: count }, (_, i) => (packed >> BigInt(20 * i)) & 0xfffffn);
}

/** Creator, developer, compute and treasury parts of all that a pool has earned. */
export function parts(gross, { creatorBps, developerBps, computeBps }) {
  const creators = (gross * BigInt(creatorBps)) / BPS;
  const afterCreators = BPS - BigInt(creatorBps);
  const developer = afterCreators ? ((gross - creators) * BigInt(developerBps)) / afterCreators : 0n;
  const afterDeveloper = afterCreators - BigInt(developerBps);
  const rest = gross - creators - developer;
  const compute = afterDeveloper ? (rest * BigInt(computeBps)) / afterDeveloper : 0n;
  return [creators, developer, compute, rest - compute];
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
