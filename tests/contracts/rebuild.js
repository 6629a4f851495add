// Rebuilds the state of the registries and the ledger from their logs alone, in chain order.
import { parseEventLogs, zeroAddress, zeroHash } from "viem";
import { divide, unpackWeights } from "./money.js";
import { epochHashOf } from "./sumTree.js";

const NEVER = 2 ** 40 - 1;

const APPLY = {
  Anchored: (state, { root, at }) => {
    state.anchors[root] ??= { at, signatory: zeroAddress };
  },
  WorkRegistered: (state, { workId, creator, payee, at, anchor }) => {
    // The first work that was opened from a batch showed the signature that spares its creator's others theirs.
    const batch = state.anchors[anchor];
    if (batch?.signatory === zeroAddress) batch.signatory = creator;
    state.works[workId] = { owner: creator, payee, registeredAt: at, optedOutAt: 0, offeredTo: zeroAddress, changes: 0n };
  },
  PayeeSet: (state, { workId, payee }) => {
    state.works[workId].payee = payee;
    ++state.works[workId].changes;
  },
  RightsOffered: (state, { workId, to }) => {
    state.works[workId].offeredTo = to;
  },
  RightsTransferred: (state, { workId, to }) => {
    Object.assign(state.works[workId], { owner: to, offeredTo: zeroAddress });
  },
  TrainingOptOutSet: (state, { workId, out, at }) => {
    state.works[workId].optedOutAt = out ? at : 0;
    ++state.works[workId].changes;
  },
  PoolOpened: (state, { poolId, params: p }) => {
    state.pools[poolId] = {
      direct: 0n,
      unattributed: 0n,
      creatorBps: p.creatorBps,
      developerBps: p.developerBps,
      computeBps: p.computeBps,
      pausedUntil: 0,
      token: p.token,
      paidOut: 0n,
      operator: p.operator,
      ceiling: 0n,
      reported: 0n,
      pending: 0n,
      validAt: 0,
      epoch: 0,
      bond: p.bond,
      window: p.window,
      staked: false,
      integrator: p.integrator,
      refundRequested: 0n,
      arbiter: p.arbiter,
      refundableAt: 0,
      guardian: p.guardian,
      paid: [0n, 0n, 0n, 0n],
      payTo: [p.developer, p.compute, p.treasury, p.commons],
    };
  },
  Funded: (state, { poolId, received }) => {
    state.pools[poolId].ceiling += received;
  },
  Settled: (state, { poolId, nonce, revenue, weights, workIds, creatorPart, unattributed }) => {
    const pool = state.pools[poolId];
    const division = divide(pool.direct, revenue, pool, unpackWeights(weights, workIds.length));
    if (division.creatorPart !== creatorPart || division.unattributed !== unattributed) {
      throw new Error(`report ${nonce} is divided otherwise than its weights say`);
    }
    workIds.forEach((workId, i) => addCredit(state, pool.token, state.works[workId].payee, division.amounts[i]));
    pool.direct += revenue;
    pool.unattributed += unattributed;
    state.nonces.push([poolId, nonce]);
  },
  FixedClaimed: (state, { poolId, role, amount }) => {
    state.pools[poolId].paid[role] += amount;
  },
  Withdrawn: (state, { token, who, amount }) => addCredit(state, token, who, -amount),
  RefundRequested: (state, { poolId, amount, refundableAt }) => {
    Object.assign(state.pools[poolId], { refundRequested: amount, refundableAt });
  },
  Refunded: (state, { poolId, amount }) => {
    state.pools[poolId].ceiling -= amount;
    state.pools[poolId].refundRequested = 0n;
  },
  Paused: (state, { poolId, untilDay }) => {
    state.pools[poolId].pausedUntil = Number(untilDay);
  },
  Staked: (state, { poolId, by, excess }) => {
    const pool = state.pools[poolId];
    pool.staked = true;
    addCredit(state, pool.token, by, excess);
  },
  Unstaked: (state, { poolId }) => {
    const pool = state.pools[poolId];
    pool.staked = false;
    addCredit(state, pool.token, pool.operator, pool.bond);
  },
  EpochPosted: (state, { poolId, n, epoch }, at) => {
    const pool = state.pools[poolId];
    state.epochs[`${poolId} ${n}`] = epochHashOf(epoch);
    pool.ceiling -= epoch.revenue;
    Object.assign(pool, { reported: epoch.revenueBefore, pending: epoch.revenue, epoch: Number(n), validAt: at + pool.window });
  },
  Claimed: (state, { poolId, index, total, amount }) => {
    const key = `${poolId} ${index}`;
    if (total - (state.claimed[key] ?? 0n) !== amount) throw new Error(`index ${index} was paid other than it grew`);
    state.claimed[key] = total;
    state.pools[poolId].paidOut += amount;
  },
  EpochChallenged: (state, { poolId, by }) => {
    const pool = state.pools[poolId];
    endDispute(state, poolId, (dispute) => [[dispute.by, pool.bond]]);
    pool.staked = false;
    addCredit(state, pool.token, by, pool.bond / 2n);
    addCredit(state, pool.token, pool.payTo[3], pool.bond - pool.bond / 2n);
  },
  Disputed: (state, { poolId, by, ruleBy, excess }) => {
    const pool = state.pools[poolId];
    state.disputes[poolId] = { by, validAt: pool.validAt, ruleBy };
    pool.validAt = NEVER;
    addCredit(state, pool.token, by, excess);
  },
  Ruled: (state, { poolId, valid }, at) => {
    const pool = state.pools[poolId];
    if (valid) pool.validAt = Math.max(state.disputes[poolId].validAt, at);
    else pool.staked = false;
    endDispute(state, poolId, (dispute) => [valid ? [pool.operator, pool.bond] : [dispute.by, 2n * pool.bond]]);
  },
  Lapsed: (state, { poolId }) => endDispute(state, poolId, (dispute) => [[dispute.by, state.pools[poolId].bond]]),
  EpochVoided: (state, { poolId, n, revenue }) => {
    const pool = state.pools[poolId];
    state.epochs[`${poolId} ${n}`] = zeroHash;
    pool.ceiling += revenue;
    Object.assign(pool, { pending: 0n, validAt: 0, epoch: Number(n) - 1 });
  },
};

function endDispute(state, poolId, pay) {
  const dispute = state.disputes[poolId];
  if (!dispute?.ruleBy) return;
  for (const [who, amount] of pay(dispute)) addCredit(state, state.pools[poolId].token, who, amount);
  state.disputes[poolId] = { by: zeroAddress, validAt: 0, ruleBy: 0 };
}

function addCredit(state, token, who, amount) {
  state.credits[token] ??= {};
  state.credits[token][who] = (state.credits[token][who] ?? 0n) + amount;
}

/** @param times The second of each block that has logs, by its number. */
export function rebuild(abi, logs, times) {
  const state = { anchors: {}, works: {}, pools: {}, credits: {}, nonces: [], epochs: {}, claimed: {}, disputes: {} };
  for (const { eventName, args, blockNumber } of parseEventLogs({ abi, logs })) {
    APPLY[eventName](state, args, times.get(blockNumber));
  }
  return state;
}
