// Rebuilds the state of the three contracts from their logs alone, in chain order.
import { parseEventLogs, zeroAddress } from "viem";
import { divide, unpackWeights } from "./money.js";

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
      token: p.token,
      deposited: 0n,
      operator: p.operator,
      window: p.window,
      integrator: p.integrator,
      refundRequested: 0n,
      refundableAt: 0,
      paid: [0n, 0n, 0n, 0n],
      payTo: [p.developer, p.compute, p.treasury, p.commons],
    };
  },
  Funded: (state, { poolId, received }) => {
    state.pools[poolId].deposited += received;
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
    state.pools[poolId].deposited -= amount;
    state.pools[poolId].refundRequested = 0n;
  },
};

function addCredit(state, token, who, amount) {
  state.credits[token] ??= {};
  state.credits[token][who] = (state.credits[token][who] ?? 0n) + amount;
}

export function rebuild(abi, logs) {
  const state = { anchors: {}, works: {}, pools: {}, credits: {}, nonces: [] };
  for (const { eventName, args } of parseEventLogs({ abi, logs })) APPLY[eventName](state, args);
  return state;
}
