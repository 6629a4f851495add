// Invariant 11: whatever happened, state rebuilt from logs alone equals storage.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keccak256, numberToHex, parseEventLogs, zeroAddress } from "viem";
import { connect, creator, deployAll, hash, now, send } from "./chain.js";
import { EpochPlay } from "./epochPlay.js";
import { packWeights } from "./money.js";
import { rebuild } from "./rebuild.js";
import { batchLeafHash, levels, proofOf, rootOf } from "./tree.js";
import { typedData } from "./typed.js";

const STEPS = 450;
const DEADLINE = 4_102_444_800n;
const PEOPLE = 8;
const INTEGRATOR = 0;
const OPERATOR = 1;
const ARBITER = 4;
const GUARDIAN = 5;

/** A stream of integers below a bound that a seed repeats exactly. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = keccak256(state);
    return Number(BigInt(state) % BigInt(below));
  };
}

class Play {
  constructor(chain, contracts, roll) {
    Object.assign(this, { chain, ...contracts, roll, workIds: [], batches: [], nonce: 0n, epochs: {} });
  }

  address(i) {
    return this.chain.wallets[i].account.address;
  }

  /** As an account of the chain, which the operator is; creators sign with keys of their own. */
  signAsOperator(type, message) {
    return this.chain.wallets[OPERATOR].account.signTypedData(typedData(type, this.ledger.address, message));
  }

  async wait(seconds) {
    await this.chain.reader.request({ method: "evm_increaseTime", params: [numberToHex(seconds)] });
    await this.chain.reader.request({ method: "evm_mine", params: [] });
  }

  epoch() {
    return this.epochs[this.pick(this.poolIds)].move();
  }

  pick(list) {
    return list[this.roll(list.length)];
  }

  sign(who, type, contract, message) {
    return creator(who).signTypedData(typedData(type, contract.address, message));
  }

  async open() {
    const dataset = await send(this.chain, this.models, "registerDataset", [hash("root"), 40n, 1_767_225_600, hash("manifest")]);
    const args = [hash("weights"), hash("algorithm"), [dataset.logs[0].topics[1]]];
    const model = await send(this.chain, this.models, "registerModel", args);
    this.poolIds = [];
    for (const token of [zeroAddress, this.token.address]) {
      const params = {
        token,
        integrator: this.address(INTEGRATOR),
        operator: this.address(OPERATOR),
        arbiter: this.address(ARBITER),
        guardian: this.address(GUARDIAN),
        modelId: model.logs[0].topics[1],
        developer: creator(21).address,
        compute: creator(22).address,
        treasury: creator(23).address,
        commons: creator(24).address,
        creatorBps: 6001,
        developerBps: 1999,
        computeBps: 1333,
        window: 3600,
        bond: 1001n,
      };
      const { logs } = await send(this.chain, this.ledger, "open", [params]);
      const poolId = logs[0].topics[1];
      this.poolIds.push(poolId);
      this.epochs[poolId] = new EpochPlay(this, poolId, params);
    }
    await send(this.chain, this.token, "mint", [this.chain.wallets[0].account.address, 10n ** 18n]);
    await send(this.chain, this.token, "approve", [this.ledger.address, 10n ** 18n]);
  }

  async register() {
    const who = this.roll(PEOPLE);
    const claim = {
      creator: creator(who).address,
      contentHash: hash(`content ${this.workIds.length}`),
      recordHash: hash("record"),
      payee: creator(this.roll(2) ? who : this.roll(PEOPLE)).address,
      deadline: DEADLINE,
    };
    const args = [...Object.values(claim), await this.sign(who, "Register", this.works, claim)];
    this.workIds.push((await send(this.chain, this.works, "registerFor", args)).logs[0].topics[1]);
  }

  async anchor() {
    const who = this.roll(PEOPLE);
    const count = this.roll(6) + 1;
    const leaves = Array.from({ length: count }, (_, i) => ({
      creator: creator(who).address,
      contentHash: hash(`batch ${this.batches.length} ${i}`),
      recordHash: hash("record"),
      payee: creator(who).address,
      salt: hash(`salt ${i}`),
    }));
    const tree = levels(leaves.map(batchLeafHash));
    this.batches.push({ who, leaves, tree, next: 0 });
    await send(this.chain, this.works, "anchor", [rootOf(tree), BigInt(count), hash("manifest")]);
  }

  async materialise() {
    const open = this.batches.filter((batch) => batch.next < batch.leaves.length);
    if (!open.length) return;
    const batch = this.pick(open);
    const index = batch.next++;
    const message = { root: rootOf(batch.tree), count: BigInt(batch.leaves.length), deadline: DEADLINE };
    const signed = [DEADLINE, await this.sign(batch.who, "Batch", this.works, message)];
    const place = [message.root, batch.leaves[index], message.count, BigInt(index), proofOf(batch.tree, index)];
    const args = [...place, ...(index % 2 ? [0n, "0x"] : signed)];
    this.workIds.push((await send(this.chain, this.works, "materialise", args)).logs[0].topics[1]);
  }

  async change(type, functionName, field) {
    if (!this.workIds.length) return;
    const workId = this.pick(this.workIds);
    const work = await this.works.read.work([workId]);
    const owner = Array.from({ length: PEOPLE }, (_, i) => i).find((i) => creator(i).address === work.owner);
    const value = field === "out" ? work.optedOutAt === 0 : creator(this.roll(PEOPLE)).address;
    if (owner === undefined || value === work.payee) return;
    const nonce = await this.works.read.changeNonce([workId]);
    const sig = await this.sign(owner, type, this.works, { workId, [field]: value, nonce, deadline: DEADLINE });
    await send(this.chain, this.works, functionName, [workId, value, DEADLINE, sig]);
  }

  setPayee() {
    return this.change("SetPayee", "setPayeeFor", "payee");
  }

  setOptOut() {
    return this.change("SetTrainingOptOut", "setTrainingOptOutFor", "out");
  }

  async trade() {
    const [seller, buyer] = [2, 3];
    const content = hash(`traded ${this.workIds.length}`);
    const address = (i) => this.chain.wallets[i].account.address;
    const { logs } = await send(this.chain, this.works, "register", [content, hash("r"), address(seller)], { from: seller });
    await send(this.chain, this.works, "offerRights", [logs[0].topics[1], address(buyer)], { from: seller });
    this.workIds.push(logs[0].topics[1]);
    if (this.roll(2)) await send(this.chain, this.works, "acceptRights", [logs[0].topics[1]], { from: buyer });
  }

  async fund() {
    const amount = BigInt(this.roll(10 ** 9) + 1);
    const [eth, yen] = this.poolIds;
    if ((await this.isPaused(eth)) || (await this.isPaused(yen))) return;
    if (this.roll(2)) await send(this.chain, this.ledger, "fund", [eth, amount], { value: amount });
    else await send(this.chain, this.ledger, "fund", [yen, amount]);
  }

  async report(poolId, most) {
    const count = this.roll(Math.min(12, this.workIds.length) + 1);
    const workIds = [...new Set(Array.from({ length: count }, () => this.pick(this.workIds)))].sort();
    const weights = workIds.map(() => this.roll(Math.floor(1_000_000 / workIds.length)) + 1);
    return {
      poolId,
      nonce: this.nonce++,
      outputHash: hash(`output ${this.nonce}`),
      reportHash: hash("report"),
      revenue: BigInt(this.roll(most)) + 1n,
      weights: packWeights(weights),
      workIds,
      deadline: DEADLINE,
    };
  }

  async settle() {
    const poolId = this.pick(this.poolIds);
    const available = await this.ledger.read.available([poolId]);
    if (available < 2n || (await this.isPaused(poolId))) return;
    if (this.roll(2)) {
      const report = await this.report(poolId, available);
      await send(this.chain, this.ledger, "settle", [poolId, report, await this.signAsOperator("Report", report)]);
      return;
    }
    const reports = [await this.report(poolId, available / 2n), await this.report(poolId, available / 2n)];
    const sig = await this.signAsOperator("Reports", { poolId, reports });
    await send(this.chain, this.ledger, "settleMany", [poolId, reports, sig]);
  }

  async isPaused(poolId) {
    const { pausedUntil } = await this.ledger.read.pool([poolId]);
    return (await now(this.chain)) / 86_400n < pausedUntil;
  }

  async claimFixed() {
    const args = [this.pick(this.poolIds), this.roll(4)];
    if (await this.ledger.read.fixedClaimable(args)) await send(this.chain, this.ledger, "claimFixed", args);
  }

  async withdraw() {
    const args = [this.pick([zeroAddress, this.token.address]), creator(this.roll(PEOPLE)).address];
    if (await this.ledger.read.credit(args)) await send(this.chain, this.ledger, "withdrawFor", args);
  }

  async requestRefund() {
    await send(this.chain, this.ledger, "requestRefund", [this.pick(this.poolIds), BigInt(this.roll(10 ** 8))]);
  }

  async refund() {
    const poolId = this.pick(this.poolIds);
    const pool = await this.ledger.read.pool([poolId]);
    if (!pool.refundRequested || pool.ceiling === pool.direct) return;
    await this.wait(3601);
    if ((await now(this.chain)) < pool.refundableAt) return;
    await send(this.chain, this.ledger, "refund", [poolId]);
  }
}

const MOVES = [
  "register", "register", "anchor", "materialise", "materialise", "setPayee", "setOptOut", "trade", "fund", "fund",
  "settle", "settle", "settle", "settle", "claimFixed", "withdraw", "requestRefund", "refund",
  "epoch", "epoch", "epoch", "epoch", "epoch", "epoch", "epoch", "epoch",
];

async function compareWithStorage(state, { works, ledger }) {
  for (const [root, { at, signatory }] of Object.entries(state.anchors)) {
    assert.equal(await works.read.anchoredAt([root]), at);
    assert.equal(await works.read.signatoryOf([root]), signatory);
  }
  for (const [workId, { changes, ...expected }] of Object.entries(state.works)) {
    assert.deepEqual(await works.read.work([workId]), expected);
    assert.equal(await works.read.changeNonce([workId]), changes);
  }
  for (const [poolId, expected] of Object.entries(state.pools)) assert.deepEqual(await ledger.read.pool([poolId]), expected);
  for (const [key, expected] of Object.entries(state.epochs)) {
    const [poolId, n] = key.split(" ");
    assert.equal(await ledger.read.epochHash([poolId, BigInt(n)]), expected);
  }
  for (const [key, expected] of Object.entries(state.claimed)) {
    const [poolId, index] = key.split(" ");
    assert.equal(await ledger.read.claimed([poolId, BigInt(index)]), expected);
  }
  for (const [poolId, expected] of Object.entries(state.disputes)) assert.deepEqual(await ledger.read.disputeOf([poolId]), expected);
  for (const [poolId, nonce] of state.nonces) assert.ok(await ledger.read.nonceUsed([poolId, nonce]));
  for (const [token, credits] of Object.entries(state.credits)) {
    for (const [who, amount] of Object.entries(credits)) assert.equal(await ledger.read.credit([token, who]), amount);
  }
}

for (const seed of [hash("one"), hash("two")]) {
  test(`state rebuilt from logs equals storage after ${STEPS} moves, seed ${seed.slice(0, 10)}`, async () => {
    const chain = await connect();
    const contracts = await deployAll(chain);
    const play = new Play(chain, contracts, dice(seed));
    await play.open();
    for (let i = 0; i < STEPS; ++i) await play[play.pick(MOVES)]();

    const { works, ledger } = contracts;
    const logs = await chain.reader.getLogs({ address: [works.address, ledger.address], fromBlock: 0n });
    const times = new Map();
    for (const blockNumber of new Set(logs.map((log) => log.blockNumber))) {
      times.set(blockNumber, Number((await chain.reader.getBlock({ blockNumber })).timestamp));
    }
    const state = rebuild([...works.abi, ...ledger.abi], logs, times);
    assert.ok(state.nonces.length > 20 && Object.keys(state.works).length > 20);
    for (const name of ["EpochPosted", "EpochVoided", "EpochChallenged", "Disputed", "Ruled", "Claimed"]) {
      assert.ok(parseEventLogs({ abi: ledger.abi, eventName: name, logs }).length, `no ${name}`);
    }
    await compareWithStorage(state, contracts);
  });
}
