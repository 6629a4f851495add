// The check of one epoch: from a node and a gateway to "every share is right", or to the first thing that is not.
import { bytesToHex, type Address, type Hex } from "viem";
import type { Tree } from "./epoch-document.ts";
import { EPOCH_BYTES_MAX, buildTree, readEpoch, type EpochDocument } from "./epoch-document.ts";
import { checkCredits, checkHeader, checkPayees, checkReports, checkSums, checkTotals, checkTrained, checkUsages, termsOf } from "./epoch-rules.ts";
import { Chain, said, type Pool, type Posted } from "./chain.ts";
import { fetchDataset } from "./dataset-document.ts";
import { Gateway, eachOf } from "./gateway.ts";
import { REPORT_BYTES_MAX, checkShares, readReport } from "./report-document.ts";
import { require, type Progress, type Say, type Step } from "./step.ts";

const REPORTS_MAX = 200;
const AT_ONCE = 8;

export interface Source {
  rpc: string;
  gateway: string;
  ledger: Address;
}

export class EpochCheck {
  chain!: Chain;
  pool!: Pool;
  posted!: Posted;
  document!: EpochDocument;
  readonly gateway: Gateway;
  readonly #source: Source;
  readonly #poolId: Hex;
  readonly #n: number;
  #before: EpochDocument | null = null;

  constructor(source: Source, poolId: Hex, n: number) {
    this.#source = source;
    this.#poolId = poolId;
    this.#n = n;
    this.gateway = new Gateway(source.gateway);
  }

  steps(): Step[] {
    return [
      { title: "check.step.node", run: () => this.#open() },
      { title: "check.step.pool", run: () => this.#findPool() },
      { title: "check.step.posted", run: () => this.#findEpoch() },
      { title: "check.step.published", run: (progress) => this.#fetch(progress) },
      { title: "check.step.trees", run: (progress) => this.#build(progress) },
      { title: "check.step.sums", run: async () => (checkSums(this.document, termsOf(this.pool)), { key: "check.said.sums" }) },
      { title: "check.step.reports", run: async () => (checkReports(this.document), { key: "check.said.reports", values: { count: this.document.reports.filter(Boolean).length } }) },
      { title: "check.step.usages", run: (progress) => this.#usages(progress) },
      { title: "check.step.trained", run: (progress) => this.#trained(progress) },
      { title: "check.step.credits", run: async (progress) => (await checkCredits(this.document, termsOf(this.pool), progress), { key: "check.said.credits", values: { count: this.document.credits.length } }) },
      { title: "check.step.payees", run: (progress) => this.#payees(progress) },
      { title: "check.step.totals", run: (progress) => this.#totals(progress) },
      { title: "check.step.evidence", run: (progress) => this.#evidence(progress) },
    ];
  }

  async #open(): Promise<Say> {
    this.chain = await Chain.open(this.#source.rpc, this.#source.ledger);
    return said(this.chain);
  }

  async #findPool(): Promise<Say> {
    this.pool = await this.chain.pool(this.#poolId);
    return { key: "check.said.pool", values: { share: this.pool.creatorBps / 100 } };
  }

  async #findEpoch(): Promise<Say> {
    this.posted = await this.chain.epoch(this.#poolId, this.#n);
    return { key: this.posted.stands ? "check.said.posted" : "check.said.voided", values: { n: this.#n } };
  }

  async #fetch(progress: Progress): Promise<Say> {
    const bytes = await this.gateway.fetch(this.posted.epoch.data, EPOCH_BYTES_MAX, progress);
    this.document = readEpoch(bytes);
    checkHeader(this.document, this.posted.epoch, { chainId: this.chain.id, ledger: this.chain.ledger, pool: this.#poolId, n: this.#n });
    return { key: "check.said.published", values: { bytes: bytes.length } };
  }

  async #build(progress: Progress): Promise<Say> {
    const posted = this.posted.epoch;
    for (const tree of ["reports", "credits", "payouts"] as const) await requireRoot(this.document, tree, posted[tree], progress);
    return { key: "check.said.trees", values: { root: posted.payouts } };
  }

  async #usages(progress: Progress): Promise<Say> {
    // A contract's signature is its code's word, which may change: no key proves it.
    if (await this.chain.hasCode(this.pool.integrator)) return { key: "check.said.usagesOfContract" };
    const count = await checkUsages(this.document, this.pool, progress);
    return { key: "check.said.usages", values: { count, who: this.pool.integrator } };
  }

  async #trained(progress: Progress): Promise<Say> {
    const model = await this.chain.model(this.pool.modelId);
    const worksOf = new Map<Hex, Hex[]>();
    for (const id of new Set(this.document.reports.flatMap((report) => report?.datasetIds ?? []))) {
      require(model.datasetIds.includes(id), "check.fault.otherDataset", { dataset: id });
      worksOf.set(id, await fetchDataset(this.chain, this.gateway, id, progress));
    }
    checkTrained(this.document, worksOf);
    return { key: "check.said.trained", values: { count: worksOf.size } };
  }

  async #payees(progress: Progress): Promise<Say> {
    const works = [...new Set(this.document.reports.flatMap((report) => report?.workIds ?? []))];
    const payees = new Map<Hex, Address | null>();
    await eachOf(works, 100, async (work) => {
      payees.set(work, await this.chain.payeeAt(work, this.document.cutoff));
      progress(payees.size, works.length);
    });
    await checkPayees(this.document, this.pool, (work) => payees.get(work) ?? null, progress);
    return { key: "check.said.payees", values: { count: works.length } };
  }

  async #totals(progress: Progress): Promise<Say> {
    if (this.#n > 1) {
      const { epoch, stands } = await this.chain.epoch(this.#poolId, this.#n - 1);
      require(stands, "check.fault.noEpoch", { n: this.#n - 1 });
      this.#before = readEpoch(await this.gateway.fetch(epoch.data, EPOCH_BYTES_MAX, progress));
      await requireRoot(this.#before, "payouts", epoch.payouts, progress);
      require(epoch.revenueBefore + epoch.revenue === this.document.revenueBefore, "check.fault.header", { said: String(this.document.revenueBefore), posted: String(epoch.revenueBefore + epoch.revenue) });
    } else require(this.document.revenueBefore === 0n, "check.fault.header", { said: String(this.document.revenueBefore), posted: "0" });
    checkTotals(this.document, this.#before);
    return { key: "check.said.totals", values: { count: this.document.payouts.length } };
  }

  /** Each report that the epoch names, its shares computed again from its evidence. Of very many, an even part. */
  async #evidence(progress: Progress): Promise<Say> {
    const all = this.document.reports.flatMap((row, index) => (row ? [{ row, index }] : []));
    const chosen = all.length <= REPORTS_MAX ? all : Array.from({ length: REPORTS_MAX }, (_, at) => all[Math.floor((at * all.length) / REPORTS_MAX)]!);
    let done = 0;
    await eachOf(chosen, AT_ONCE, async ({ row, index }) => {
      const report = readReport(await this.gateway.fetch(row.reportHash, REPORT_BYTES_MAX));
      checkShares(report);
      const shares = report.works.map(({ work, share }) => `${work}:${share}`).join();
      require(shares === row.workIds.map((work, at) => `${work}:${row.shares[at]}`).join(), "check.fault.otherShares", { index });
      require(report.picture.content_hash === row.outputHash && report.model === this.pool.modelId, "check.fault.otherReport", { index });
      require(report.usage?.pool === this.#poolId && report.usage.revenue === String(row.revenue), "check.fault.otherReport", { index });
      progress(++done, chosen.length);
    });
    return { key: "check.said.evidence", values: { count: chosen.length, all: all.length } };
  }
}

async function requireRoot(document: EpochDocument, tree: Tree, posted: Hex, progress: Progress): Promise<void> {
  const found = bytesToHex((await buildTree(document, tree, progress)).root);
  require(found === document.roots[tree] && found === posted, `check.fault.root.${tree}`, { found, posted });
}
