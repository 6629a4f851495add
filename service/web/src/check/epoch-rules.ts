// What must hold in an epoch, from its leaves, its pool's terms and the registry's payees. The order is that of the page.
import { recoverTypedDataAddress, type Address, type Hex } from "viem";
import { creditWorks, cutRevenue, cutTotal, type Terms } from "../lib/shares.ts";
import type { Epoch, Pool } from "./chain.ts";
import type { EpochDocument, ReportRow } from "./epoch-document.ts";
import { Wrong, breathe, require, type Progress } from "./step.ts";

const WORKS_MAX = 12;
const WHOLE = 1_000_000;
const COMMONS = 0;

export const termsOf = ({ creatorBps, developerBps, computeBps }: Pool): Terms => ({ creatorBps, developerBps, computeBps });

/** The document is of this epoch, and the sums of its trees are those that were posted. */
export function checkHeader(document: EpochDocument, epoch: Epoch, expected: { chainId: number; ledger: string; pool: string; n: number }): void {
  const isOurs = document.chainId === expected.chainId && document.ledger.toLowerCase() === expected.ledger.toLowerCase()
    && document.pool === expected.pool && document.number === expected.n;
  require(isOurs, "check.fault.otherEpoch", { n: document.number });
  const says = [[document.cutoff, Number(epoch.cutoff)], [document.revenueBefore, epoch.revenueBefore], [document.revenue, epoch.revenue], [document.payoutSum, epoch.payoutSum]] as const;
  for (const [said, posted] of says) require(said === posted, "check.fault.header", { said: String(said), posted: String(posted) });
}

/** What creators get in all is the pool's share of all that was ever reported, and this epoch's part is the growth. */
export function checkSums(document: EpochDocument, terms: Terms): void {
  const { revenueBefore, revenue, payoutSum } = document;
  const earned = document.reports.reduce((sum, report) => sum + (report?.revenue ?? 0n), 0n);
  require(earned === revenue, "check.fault.revenue", { found: String(earned), said: String(revenue) });
  const due = cutTotal(revenueBefore + revenue, terms).creators;
  require(payoutSum === due, "check.fault.payoutSum", { said: String(payoutSum), due: String(due) });
  const paid = document.payouts.reduce((sum, payout) => sum + (payout?.amount ?? 0n), 0n);
  require(paid === due, "check.fault.payoutSum", { said: String(paid), due: String(due) });
  const growth = cutRevenue(revenueBefore, revenue, terms).creators;
  const credited = document.credits.reduce((sum, credit) => sum + (credit?.amount ?? 0n), 0n);
  require(credited === growth, "check.fault.creditSum", { said: String(credited), due: String(growth) });
}

/** Every report is well formed, and no image stands twice. */
export function checkReports(document: EpochDocument): void {
  const seen = new Map<Hex, number>();
  for (const [index, report] of document.reports.entries()) {
    if (report === null) continue;
    require(isWellFormed(report), "check.fault.malformed", { index });
    const earlier = seen.get(report.outputHash);
    require(earlier === undefined, "check.fault.repeated", { index, earlier: earlier ?? 0 });
    seen.set(report.outputHash, index);
  }
}

export function isWellFormed({ revenue, shares, workIds, datasetIds, places, payees, credits }: ReportRow): boolean {
  const count = workIds.length;
  const fits = shares.length === count && datasetIds.length === count && places.length === count && payees.length === count + 1 && credits.length === count + 1;
  const ascends = workIds.every((work, at) => at === 0 || workIds[at - 1]! < work);
  const areShares = shares.every((share) => share > 0) && shares.reduce((sum, share) => sum + share, 0) <= WHOLE;
  return revenue > 0n && count <= WORKS_MAX && fits && ascends && areShares;
}

/** Each entry of each report has its credit, of the amount that its share gives; there are no others; all stand in order. */
export async function checkCredits(document: EpochDocument, terms: Terms, progress: Progress): Promise<void> {
  let [before, named] = [document.revenueBefore, 0];
  for (const [index, report] of document.reports.entries()) {
    if (report === null) continue;
    const part = cutRevenue(before, report.revenue, terms).creators;
    const { works, unattributed } = creditWorks(part, report.shares);
    for (const [entry, amount] of [...works, unattributed].entries()) {
      const credit = document.credits[report.credits[entry]!];
      require(credit != null, "check.fault.creditMissing", { index, entry });
      const isDue = credit.payee === report.payees[entry] && credit.report === index && credit.entry === entry && credit.amount === amount;
      require(isDue, "check.fault.credit", { index, entry, said: String(credit.amount), due: String(amount) });
      named += 1;
    }
    before += report.revenue;
    progress(index + 1, document.reports.length);
    await breathe();
  }
  // Entries name distinct credits, since each credit names its entry: as many credits as entries means no others.
  require(document.credits.length === named, "check.fault.creditOrphan", { extra: document.credits.length - named });
  document.credits.forEach((credit, at) => {
    const isSorted = at === 0 || document.credits[at - 1]!.payee <= credit!.payee;
    require(isSorted, "check.fault.creditOrder", { at });
  });
}

/** Who is paid is who the registry named at the cutoff; what no work explains goes to the commons. */
export async function checkPayees(document: EpochDocument, pool: Pool, payeeOf: (work: Hex) => Address | null, progress: Progress): Promise<void> {
  for (const [index, report] of document.reports.entries()) {
    if (report === null) continue;
    for (const [entry, at] of report.payees.entries()) {
      const work = report.workIds[entry];
      const due = work === undefined ? pool.commons : payeeOf(work);
      const paid = document.payouts[at]?.payee ?? null;
      require(paid !== null && paid === due, "check.fault.payee", { index, paid: paid ?? "–", due: due ?? "–", work: work ?? "–" });
    }
    progress(index + 1, document.reports.length);
    await breathe();
  }
  require(document.payouts[COMMONS]?.payee === pool.commons, "check.fault.commons", { due: pool.commons });
}

/** Totals are those of the epoch before plus the credits of this one, and nobody lost a place. */
export function checkTotals(document: EpochDocument, before: EpochDocument | null): void {
  const growth = new Map<number, bigint>();
  for (const credit of document.credits) if (credit) growth.set(credit.payee, (growth.get(credit.payee) ?? 0n) + credit.amount);
  const earlier = before?.payouts ?? [];
  require(earlier.length <= document.payouts.length, "check.fault.payoutLost", { at: document.payouts.length });
  for (const [at, payout] of document.payouts.entries()) {
    require(payout !== null, "check.fault.payoutLost", { at });
    const was = earlier[at];
    require(!was || was.payee === payout.payee, "check.fault.payoutLost", { at });
    const due = (was?.amount ?? 0n) + (growth.get(at) ?? 0n);
    require(payout.amount === due, "check.fault.total", { payee: payout.payee, said: String(payout.amount), due: String(due) });
  }
}

/** Each work stands where its report says, in a training set of the pool's model. */
export function checkTrained(document: EpochDocument, worksOf: ReadonlyMap<Hex, readonly string[]>): void {
  for (const [index, report] of document.reports.entries()) {
    report?.workIds.forEach((work, entry) => {
      const works = worksOf.get(report.datasetIds[entry]!);
      require(works?.[Number(report.places[entry])] === work, "check.fault.untrained", { index, work });
    });
  }
}

/** The integrator signed each usage. Says how many were checked. */
export async function checkUsages(document: EpochDocument, pool: Pool, progress: Progress): Promise<number> {
  const domain = { name: "Creditline RoyaltyLedger", version: "1", chainId: document.chainId, verifyingContract: document.ledger as Address };
  let count = 0;
  for (const [index, report] of document.reports.entries()) {
    if (report === null) continue;
    const message = { poolId: document.pool as Hex, usageId: report.usageText, outputHash: report.outputHash, revenue: report.revenue };
    const signer = await recoverTypedDataAddress({ domain, types: { Usage: USAGE }, primaryType: "Usage", message, signature: report.usageSignature }).catch(() => null);
    if (signer !== pool.integrator) throw new Wrong("check.fault.usage", { index, usage: report.usageText });
    progress(index + 1, document.reports.length);
    count += 1;
    await breathe();
  }
  return count;
}

const USAGE = [
  { name: "poolId", type: "bytes32" }, { name: "usageId", type: "string" }, { name: "outputHash", type: "bytes32" }, { name: "revenue", type: "uint128" },
] as const;
