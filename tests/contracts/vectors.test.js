// The contracts against the golden vectors that every other implementation checks itself against.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import { BaseError, ContractFunctionRevertedError, parseEventLogs } from "viem";
import { connect, creator, deployAll, hash, send } from "./chain.js";
import { typedData } from "./typed.js";
import { build } from "./vectors.js";

const DEADLINE = 4_102_444_800n;
const file = async (name) => JSON.parse(await readFile(new URL(`../vectors/${name}`, import.meta.url), "utf8"));
let chain, works, models, ledger, token;

before(async () => {
  chain = await connect();
  ({ works, models, ledger, token } = await deployAll(chain));
});

const simulate = (contract, functionName, args, account = chain.wallets[0].account) =>
  chain.reader.simulateContract({ address: contract.address, abi: contract.abi, functionName, args, account });

async function refusal(promise) {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return error.walk((e) => e instanceof ContractFunctionRevertedError)?.data?.errorName;
  }
}

test("the files are what the generator writes", async () => {
  for (const [name, text] of Object.entries(await build())) {
    assert.equal(await readFile(new URL(`../vectors/${name}`, import.meta.url), "utf8"), text, name);
  }
});

test("every batch proof opens its work", async () => {
  for (const tree of (await file("trees.json")).batch) {
    const [root, count] = [tree.root, BigInt(tree.count)];
    await send(chain, works, "anchor", [root, count, hash("manifest")]);
    for (const { index, proof } of tree.proofs) {
      const leaf = tree.leaves[index];
      const signer = creator(index);
      const sig = await signer.signTypedData(typedData("Batch", works.address, { root, count, deadline: DEADLINE }));
      const args = (at) => [root, leaf, count, BigInt(at), proof, DEADLINE, sig];
      const { result } = await simulate(works, "materialise", args(index));
      assert.equal(result, await works.read.workIdOf([leaf.creator, leaf.contentHash]));
      assert.equal(await refusal(simulate(works, "materialise", args(index + 1))), "NotInBatch");
    }
  }
});

test("every data set proof finds its work", async () => {
  for (const tree of (await file("trees.json")).dataset) {
    const args = [tree.root, BigInt(tree.count), 1, hash("manifest")];
    const { logs } = await send(chain, models, "registerDataset", args);
    for (const { index, proof } of tree.proofs) {
      const prove = (at) => simulate(models, "proveOptOutBreach", [logs[0].topics[1], tree.leaves[index], BigInt(at), proof]);
      // Being in the data set is all that a proof shows: none of these works is opted out.
      assert.equal(await refusal(prove(index)), "NotOptedOut");
      assert.equal(await refusal(prove(index + 1)), "NotInDataset");
    }
  }
});

test("ids are what the contracts make them", async () => {
  const { workId, datasetId, modelId, poolId } = await file("ids.json");
  assert.equal(await works.read.workIdOf([workId.creator, workId.contentHash]), workId.id);
  const { id, ...params } = poolId;
  assert.equal(await ledger.read.poolIdOf([params]), id);
  await chain.reader.request({ method: "hardhat_impersonateAccount", params: [datasetId.by] });
  await chain.reader.request({ method: "hardhat_setBalance", params: [datasetId.by, "0xde0b6b3a7640000"] });
  const dataset = [datasetId.root, BigInt(datasetId.count), Number(datasetId.cutoff), datasetId.manifest];
  assert.equal((await simulate(models, "registerDataset", dataset, datasetId.by)).result, datasetId.id);
  await chain.wallets[0].writeContract({ ...models, functionName: "registerDataset", args: dataset, account: datasetId.by });
  const model = [modelId.weightsHash, modelId.algorithmHash, modelId.datasetIds];
  assert.equal((await simulate(models, "registerModel", model, modelId.developer)).result, modelId.id);
});

test("typed data is what the contracts check", async () => {
  const { cases } = await file("typed_data.json");
  // A contract that finds itself at another address makes its domain anew, so its code can stand where the vectors say.
  const { domain, message, signature } = cases.find(({ primaryType }) => primaryType === "Register");
  const code = await chain.reader.getCode({ address: works.address });
  await chain.reader.request({ method: "hardhat_setCode", params: [domain.verifyingContract, code] });
  const there = { address: domain.verifyingContract, abi: works.abi };
  const args = [...Object.values(message).slice(0, 4), BigInt(message.deadline), signature];
  const { result } = await simulate(there, "registerFor", args);
  assert.equal(result, await works.read.workIdOf([message.creator, message.contentHash]));
  assert.equal(await refusal(simulate(works, "registerFor", args)), "BadSignature");
});

test("revenue is divided as the vectors say", async () => {
  const workIds = [];
  for (let i = 0; i < 12; ++i) {
    const content = hash(`split ${i}`);
    const { logs } = await send(chain, works, "register", [content, hash("r"), creator(i).address]);
    workIds.push([logs[0].topics[1], creator(i).address]);
  }
  workIds.sort(([a], [b]) => (a < b ? -1 : 1));
  const { logs } = await send(chain, models, "registerDataset", [hash("any"), 1n, 1, hash("manifest")]);
  const model = await send(chain, models, "registerModel", [hash("w"), hash("a"), [logs[0].topics[1]]]);
  const { poolId: sample } = await file("ids.json");
  const { id: _, ...params } = sample;
  const me = chain.wallets[0].account.address;
  await send(chain, token, "mint", [me, 2n ** 100n]);
  await send(chain, token, "approve", [ledger.address, 2n ** 100n]);
  for (const pool of (await file("splits.json")).pools) {
    const { creatorBps, developerBps, computeBps } = pool;
    const terms = { ...params, creatorBps, developerBps, computeBps, token: token.address, operator: me, modelId: model.logs[0].topics[1] };
    const poolId = (await send(chain, ledger, "open", [terms])).logs[0].topics[1];
    await send(chain, ledger, "fund", [poolId, 2n ** 95n]);
    for (const [nonce, vector] of pool.reports.entries()) await checkSplit(poolId, BigInt(nonce), vector, workIds);
  }
});

async function checkSplit(poolId, nonce, vector, workIds) {
  const used = workIds.slice(0, vector.weights.length);
  const credits = () => Promise.all(used.map(([, payee]) => ledger.read.credit([token.address, payee])));
  const before = await credits();
  const report = {
    nonce,
    outputHash: hash("output"),
    reportHash: hash("report"),
    revenue: BigInt(vector.revenue),
    weights: BigInt(vector.packedWeights),
    workIds: used.map(([id]) => id),
    deadline: DEADLINE,
  };
  const sig = await chain.wallets[0].account.signTypedData(typedData("Report", ledger.address, { poolId, ...report }));
  const { logs } = await send(chain, ledger, "settle", [poolId, report, sig]);
  const [{ args }] = parseEventLogs({ abi: ledger.abi, logs });
  assert.equal(args.creatorPart, BigInt(vector.creatorPart));
  assert.equal(args.unattributed, BigInt(vector.unattributed));
  const amounts = (await credits()).map((amount, i) => amount - before[i]);
  assert.deepEqual(amounts, vector.amounts.map(BigInt));
  for (const [role, name] of ["developer", "compute", "treasury"].entries()) {
    assert.equal(await ledger.read.fixedClaimable([poolId, role]), BigInt(vector.after[name]), name);
  }
}
