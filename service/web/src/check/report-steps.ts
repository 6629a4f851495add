// The check of one report: its shares from its evidence, its works in the training set, its image, and what was paid.
import { sha256, type Address, type Hex } from "viem";
import { creditWorks, cutRevenue, packWeights } from "../lib/shares.ts";
import type { Report } from "../service/answers.ts";
import { Chain, said, type Pool } from "./chain.ts";
import { fetchDataset } from "./dataset-document.ts";
import type { Source } from "./epoch-steps.ts";
import { termsOf } from "./epoch-rules.ts";
import { Gateway } from "./gateway.ts";
import { REPORT_BYTES_MAX, checkShares, readReport } from "./report-document.ts";
import { require, type Progress, type Say, type Step } from "./step.ts";

const PICTURE_BYTES_MAX = 64 * 1024 * 1024;

export class ReportCheck {
  report!: Report;
  chain!: Chain;
  /** The image, once its bytes are held to the hash in the report. */
  picture: Uint8Array | null = null;
  readonly gateway: Gateway;
  readonly #source: Source;
  readonly #cid: string;
  #pool: Pool | null = null;

  constructor(source: Source, cid: string) {
    this.#source = source;
    this.#cid = cid;
    this.gateway = new Gateway(source.gateway);
  }

  steps(): Step[] {
    return [
      { title: "check.step.document", run: (progress) => this.#fetch(progress) },
      { title: "check.step.shares", run: () => this.#shares() },
      { title: "check.step.picture", run: (progress) => this.#picture(progress) },
      { title: "check.step.node", run: () => this.#open() },
      { title: "check.step.policy", run: () => this.#policy() },
      { title: "check.step.trained", run: (progress) => this.#trained(progress) },
      { title: "check.step.paid", run: () => this.#paid() },
    ];
  }

  async #fetch(progress: Progress): Promise<Say> {
    const bytes = await this.gateway.fetchCid(this.#cid, REPORT_BYTES_MAX, progress);
    this.report = readReport(bytes);
    return { key: "check.said.document", values: { bytes: bytes.length } };
  }

  async #shares(): Promise<Say> {
    checkShares(this.report);
    const { grid, works, unattributed } = this.report;
    return { key: "check.said.shares", values: { works: works.length, cells: grid.saliency.length, percent: unattributed / 10_000 } };
  }

  async #picture(progress: Progress): Promise<Say> {
    const { usage, picture } = this.report;
    if (!usage) return { key: "check.said.pictureNotKept" };
    const bytes = await this.gateway.fetchCid(usage.picture, PICTURE_BYTES_MAX, progress);
    require(sha256(bytes) === picture.content_hash, "check.fault.picture", { cid: usage.picture });
    this.picture = bytes;
    return { key: "check.said.picture", values: { bytes: bytes.length } };
  }

  async #open(): Promise<Say> {
    this.chain = await Chain.open(this.#source.rpc, this.#source.ledger);
    return said(this.chain);
  }

  async #policy(): Promise<Say> {
    const { report } = this;
    const model = await this.chain.model(report.model as Hex);
    require(model.algorithmHash === report.policy, "check.fault.policy", { said: report.policy, due: model.algorithmHash });
    const looked = [...report.datasets].sort().join() === [...model.datasetIds].sort().join();
    require(looked, "check.fault.datasets");
    return { key: "check.said.policy" };
  }

  async #trained(progress: Progress): Promise<Say> {
    const { works } = this.report;
    for (const id of new Set(works.map(({ dataset }) => dataset as Hex))) {
      const listed = await fetchDataset(this.chain, this.gateway, id, progress);
      for (const { work, index, dataset } of works) {
        if (dataset === id) require(listed[index] === work, "check.fault.untrained", { index: 0, work });
      }
    }
    return { key: "check.said.trainedWorks", values: { count: works.length } };
  }

  /** What the chain paid for it by itself; what an epoch pays is the check of that epoch. */
  async #paid(): Promise<Say> {
    const { usage, works, picture } = this.report;
    if (!usage) return { key: "check.said.unpaid" };
    const poolId = usage.pool as Hex;
    this.#pool = await this.chain.pool(poolId);
    require(this.#pool.modelId === this.report.model, "check.fault.otherModel");
    const settled = await this.chain.settled(poolId, picture.content_hash as Hex);
    if (!settled) return { key: "check.said.inEpoch" };
    const isThis = settled.revenue === BigInt(usage.revenue) && settled.workIds.join() === works.map(({ work }) => work).join()
      && settled.weights === packWeights(works.map(({ share }) => share));
    require(isThis, "check.fault.settledOther");
    const before = await this.chain.settledBefore(poolId, picture.content_hash as Hex);
    const part = cutRevenue(before, settled.revenue, termsOf(this.#pool)).creators;
    const { unattributed } = creditWorks(part, works.map(({ share }) => share));
    const isDue = settled.creatorPart === part && settled.unattributed === unattributed;
    require(isDue, "check.fault.settledAmount", { said: String(settled.creatorPart), due: String(part) });
    return { key: "check.said.settled", values: await this.#money(part, this.#pool.token) };
  }

  async #money(units: bigint, token: Address): Promise<{ units: string; symbol: string; decimals: string }> {
    const { symbol, decimals } = await this.chain.token(token);
    return { units: String(units), symbol, decimals: String(decimals) };
  }
}
