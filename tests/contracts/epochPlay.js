// One pool's epochs as a play: whatever may be done with the newest, picked by dice.
import { encodeAbiParameters } from "viem";
import { creator, hash, now, send } from "./chain.js";
import { REPORT_LEAF, SEAT, payoutLeaf, restHashOf, sumLeaf, sumLevels, sumProof, sumRoot } from "./sumTree.js";

const [OPERATOR, ARBITER, GUARDIAN, STRANGER] = [1, 4, 5, 6];
const NEVER = 2 ** 40 - 1;
const PAYEES = 5;
const NONE = { payouts: hash(""), payoutSum: 0n, reports: hash(""), credits: hash(""), revenueBefore: 0n, revenue: 0n, cutoff: 0, data: hash("") };
const MOVES = ["stake", "stake", "unstake", "post", "post", "post", "claim", "claim", "claim", "challenge", "dispute", "dispute", "rule", "rule", "lapse", "pause", "wait"];

/** A report without a payee for what no work explains, which anyone can show. */
function malformed(revenue) {
  const lists = { workIds: [], datasetIds: [], places: [], payees: [], credits: [] };
  return { outputHash: hash("output"), reportHash: hash("report"), revenue, weights: 0n, usageId: hash("usage"), usageSignature: "0x", ...lists };
}

export class EpochPlay {
  constructor(play, poolId, params) {
    Object.assign(this, { play, poolId, params, posted: [], totals: Array(PAYEES).fill(0n) });
  }

  async move() {
    const pool = await this.play.ledger.read.pool([this.poolId]);
    this.posted.length = pool.epoch;
    await this[this.play.pick(MOVES)](pool, await now(this.play.chain));
  }

  send(functionName, args, from, value = 0n) {
    return send(this.play.chain, this.play.ledger, functionName, args, { from, value });
  }

  async stake(pool) {
    if (pool.staked) return;
    const amount = pool.bond + BigInt(this.play.roll(3));
    await this.send("stake", [this.poolId, amount], 0, this.withEth(amount));
  }

  async unstake(pool, at) {
    if (pool.staked && at >= pool.validAt && !this.play.roll(3)) await this.send("unstake", [this.poolId], OPERATOR);
  }

  async post(pool, at) {
    const most = pool.ceiling - pool.direct;
    if (!pool.staked || at < pool.validAt || !most || at / 86_400n < pool.pausedUntil) return;
    const revenue = BigInt(this.play.roll(most)) + 1n;
    const before = pool.reported + pool.pending;
    const bps = BigInt(this.params.creatorBps);
    const payoutSum = ((before + revenue) * bps) / 10_000n;
    const totals = this.grow(pool.epoch ? this.posted[pool.epoch - 1].totals : this.totals, payoutSum);
    const payees = [this.params.commons, ...[0, 1, 2, 3].map((i) => creator(i).address)];
    const levels = sumLevels(totals.map((total, i) => payoutLeaf(payees[i], total)));
    const leaf = sumLeaf(encodeAbiParameters([REPORT_LEAF], [malformed(revenue)]), revenue);
    const n = pool.epoch + 1;
    const epoch = {
      payouts: sumRoot(PAYEES, levels.at(-1)[0]),
      payoutSum,
      reports: sumRoot(1, leaf),
      credits: hash(`credits ${n}`),
      revenueBefore: before,
      revenue,
      cutoff: Number(at) - 1,
      data: hash(`data ${n} ${at}`),
    };
    const { payouts, reports, credits, cutoff, data } = epoch;
    await this.send("post", [this.poolId, BigInt(n), payouts, reports, credits, revenue, cutoff, data], OPERATOR);
    this.posted[n - 1] = { epoch, totals, payees, levels };
  }

  /** Totals that only grow; the commons takes what the others leave. */
  grow(totals, payoutSum) {
    const grown = [...totals];
    let left = payoutSum - totals.reduce((sum, total) => sum + total, 0n);
    for (let i = 0; i < PAYEES; ++i) {
      const part = i === PAYEES - 1 ? left : BigInt(this.play.roll(left + 1n));
      grown[i] += part;
      left -= part;
    }
    return grown;
  }

  async claim(pool, at) {
    const newest = at < pool.validAt ? pool.epoch - 1 : pool.epoch;
    if (newest < 1) return;
    const n = this.play.roll(newest) + 1;
    const { epoch, totals, payees, levels } = this.posted[n - 1];
    const claims = totals.map((amount, i) => ({
      poolId: this.poolId,
      n: BigInt(n),
      restHash: restHashOf(epoch),
      count: BigInt(PAYEES),
      payee: payees[i],
      index: BigInt(i),
      amount,
      proof: sumProof(levels, i),
    }));
    await this.send("claimMany", [claims.filter(() => this.play.roll(2))], STRANGER);
  }

  async challenge(pool, at) {
    if (at >= pool.validAt) return;
    const { epoch } = this.posted[pool.epoch - 1];
    const previous = pool.epoch > 1 ? this.posted[pool.epoch - 2].epoch : NONE;
    const evidence = encodeAbiParameters([REPORT_LEAF, SEAT], [malformed(epoch.revenue), { count: 1n, index: 0n, proof: "0x" }]);
    await this.send("challenge", [this.params, epoch, previous, 0, evidence], STRANGER);
  }

  async dispute(pool, at) {
    if (at >= pool.validAt || pool.validAt === NEVER) return;
    const amount = pool.bond + BigInt(this.play.roll(3));
    await this.send("dispute", [this.poolId, amount, hash("weights")], 0, this.withEth(amount));
  }

  async rule(pool, at) {
    if (pool.validAt !== NEVER) return;
    const { ruleBy } = await this.play.ledger.read.disputeOf([this.poolId]);
    if (at < ruleBy) await this.send("rule", [this.poolId, Boolean(this.play.roll(2))], ARBITER);
  }

  async lapse(pool) {
    if (pool.validAt !== NEVER || this.play.roll(3)) return;
    await this.play.wait(14 * 86_400 + 1);
    await this.send("lapse", [this.poolId], STRANGER);
  }

  async pause(pool, at) {
    const today = at / 86_400n;
    if (today < pool.pausedUntil) await this.send("resume", [this.poolId], GUARDIAN);
    else if (today >= BigInt(pool.pausedUntil) + 14n && !this.play.roll(5)) await this.send("pause", [this.poolId], GUARDIAN);
  }

  async wait() {
    await this.play.wait(3601);
  }

  withEth(amount) {
    return BigInt(this.params.token) === 0n ? amount : 0n;
  }
}
