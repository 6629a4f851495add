// Golden vectors that the contracts, this folder and the Python service all check themselves against.
// `npm run vectors` writes them anew; a change in any of them breaks receipts and proofs that are out in the world.
import { writeFile } from "node:fs/promises";
import { encodeAbiParameters, hashStruct, hashTypedData, keccak256, zeroAddress } from "viem";
import { creator, hash } from "./chain.js";
import { agreement } from "./agreement.js";
import { divide, packWeights, parts } from "./money.js";
import { LEAF, batchLeafHash, datasetLeafHash, levels, proofOf, rootOf } from "./tree.js";
import { TYPES, typedData } from "./typed.js";

const FOLDER = new URL("../vectors/", import.meta.url);
const CHAIN_ID = 31_337;
const WORKS = "0x00000000000000000000000000000000000a11ce";
const LEDGER = "0x0000000000000000000000000000000000001ed9";
const DEADLINE = 4_102_444_800n;

const text = (value) => JSON.stringify(value, (_, v) => (typeof v === "bigint" ? v.toString() : v), 2);

function batchLeaf(i) {
  const { address } = creator(i);
  return {
    creator: address,
    contentHash: hash(`content ${i}`),
    recordHash: hash(`record ${i}`),
    payee: i % 3 ? address : creator(i + 1000).address,
    salt: hash(`salt ${i}`),
  };
}

const workIdOf = (leaf) =>
  keccak256(encodeAbiParameters([{ type: "address" }, { type: "bytes32" }], [leaf.creator, leaf.contentHash]));

function treeVector(leaves, leafHashes, proven) {
  const tree = levels(leafHashes);
  return {
    count: leaves.length,
    depth: tree.length - 1,
    leaves,
    leafHashes,
    root: rootOf(tree),
    proofs: proven.map((index) => ({ index, proof: proofOf(tree, index) })),
  };
}

function trees() {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 13, 33];
  const build = (make, hashLeaf) =>
    sizes.map((count) => {
      const leaves = Array.from({ length: count }, (_, i) => make(i));
      const proven = [...new Set([0, 1, count >> 1, count - 1])].filter((i) => i < count);
      return treeVector(leaves, leaves.map(hashLeaf), proven);
    });
  return {
    rules: {
      leafHash: "keccak256(0x00 || keccak256(abi.encode(leaf)))",
      parent: "keccak256(0x01 || left || right)",
      padding: "leaf hashes of 32 zero bytes up to the next power of two",
      proof: "siblings from the leaf up; bit i of the index is 1 where the node at level i is a right child",
    },
    batchLeafType: LEAF,
    batch: build(batchLeaf, batchLeafHash),
    dataset: build((i) => workIdOf(batchLeaf(i)), datasetLeafHash),
  };
}

function report(poolId, nonce, works) {
  const weights = works.map((i) => 90_000 + 1_111 * i);
  return {
    poolId,
    nonce,
    outputHash: hash(`output ${nonce}`),
    reportHash: hash(`report ${nonce}`),
    revenue: 30_000_000n + nonce,
    weights: packWeights(weights),
    workIds: works.map((i) => workIdOf(batchLeaf(i))).sort(),
    deadline: DEADLINE,
  };
}

function signed(primaryType, verifyingContract, signerIndex, message) {
  const data = typedData(primaryType, verifyingContract, message, CHAIN_ID);
  return { primaryType, signerIndex, data };
}

async function withSignature({ primaryType, signerIndex, data }) {
  const signer = creator(signerIndex);
  return {
    primaryType,
    domain: data.domain,
    types: data.types,
    message: data.message,
    structHash: hashStruct({ data: data.message, primaryType, types: data.types }),
    digest: hashTypedData(data),
    signer: signer.address,
    signature: await signer.signTypedData(data),
  };
}

async function typed() {
  const leaf = batchLeaf(0);
  const workId = workIdOf(leaf);
  const poolId = hash("pool");
  const { salt, ...claim } = leaf;
  const cases = [
    signed("Register", WORKS, 0, { ...claim, deadline: DEADLINE }),
    signed("Batch", WORKS, 0, { root: hash("root"), count: 1_000_000n, deadline: DEADLINE }),
    signed("SetPayee", WORKS, 0, { workId, payee: creator(7).address, nonce: 3n, deadline: DEADLINE }),
    signed("SetTrainingOptOut", WORKS, 0, { workId, out: true, nonce: 4n, deadline: DEADLINE }),
    signed("Report", LEDGER, 9, report(poolId, 0n, [])),
    signed("Report", LEDGER, 9, report(poolId, 1n, [1])),
    signed("Report", LEDGER, 9, report(poolId, 2n, [1, 2, 3, 4, 5, 6, 7, 8, 9])),
    signed("Reports", LEDGER, 9, { poolId, reports: [report(poolId, 3n, [1, 4]), report(poolId, 4n, [])] }),
  ];
  return {
    note: "the key of signer i is keccak256 of i + 1 as 32 bytes",
    types: TYPES,
    cases: await Promise.all(cases.map(withSignature)),
  };
}

function ids() {
  const leaf = batchLeaf(0);
  const dataset = { by: creator(2).address, root: hash("root"), count: 33n, cutoff: 1_767_225_600n, manifest: hash("manifest") };
  const datasetType = ["address", "bytes32", "uint64", "uint40", "bytes32"].map((type) => ({ type }));
  const datasetId = keccak256(encodeAbiParameters(datasetType, Object.values(dataset)));
  const model = { developer: creator(2).address, weightsHash: hash("weights"), algorithmHash: hash("algorithm"), datasetIds: [datasetId] };
  const modelType = ["address", "bytes32", "bytes32", "bytes32[]"].map((type) => ({ type }));
  const modelId = keccak256(encodeAbiParameters(modelType, Object.values(model)));
  const pool = {
    token: zeroAddress,
    integrator: creator(10).address,
    operator: creator(9).address,
    arbiter: creator(11).address,
    guardian: creator(15).address,
    modelId,
    developer: creator(2).address,
    compute: creator(12).address,
    treasury: creator(13).address,
    commons: creator(14).address,
    creatorBps: 6000,
    developerBps: 2000,
    computeBps: 1500,
    window: 86_400,
    bond: 10n ** 18n,
  };
  return {
    workId: { creator: leaf.creator, contentHash: leaf.contentHash, id: workIdOf(leaf) },
    datasetId: { ...dataset, id: datasetId },
    modelId: { ...model, id: modelId },
    poolId: { ...pool, id: keccak256(encodeAbiParameters([{ type: "tuple", components: POOL_PARAMS }], [pool])) },
  };
}

const POOL_PARAMS = [
  ["token", "address"], ["integrator", "address"], ["operator", "address"], ["arbiter", "address"],
  ["guardian", "address"], ["modelId", "bytes32"], ["developer", "address"], ["compute", "address"], ["treasury", "address"],
  ["commons", "address"], ["creatorBps", "uint16"], ["developerBps", "uint16"], ["computeBps", "uint16"],
  ["window", "uint32"], ["bond", "uint96"],
].map(([name, type]) => ({ name, type }));

function splits() {
  const sequence = (terms, reports) => {
    let gross = 0n;
    return {
      ...terms,
      reports: reports.map(({ revenue, weights }) => {
        const division = divide(gross, revenue, terms, weights);
        gross += revenue;
        const [, developer, compute, treasury] = parts(gross, terms);
        return {
          revenue,
          weights,
          packedWeights: `0x${packWeights(weights).toString(16)}`,
          ...division,
          after: { gross, developer, compute, treasury },
        };
      }),
    };
  };
  const usual = { creatorBps: 6000, developerBps: 2000, computeBps: 1500 };
  return {
    note: "reports of one pool in order; parts telescope over all that the pool earned before",
    pools: [
      sequence(usual, [
        { revenue: 1_000_003n, weights: [250_000, 250_000, 250_000] },
        { revenue: 1n, weights: [1_000_000] },
        { revenue: 1n, weights: [] },
        { revenue: 7n, weights: [1, 999_998, 1] },
        { revenue: 999_999_999_999_999_999n, weights: [333_333, 333_333, 333_333] },
        { revenue: 10n ** 27n + 7n, weights: Array(12).fill(83_333) },
      ]),
      sequence({ creatorBps: 3333, developerBps: 3333, computeBps: 3333 }, [
        { revenue: 1n, weights: [1] },
        { revenue: 2n, weights: [500_000, 500_000] },
        { revenue: 10_001n, weights: [999_999] },
        { revenue: 2n ** 90n, weights: [123_456, 654_321, 1, 222_222] },
      ]),
      sequence({ creatorBps: 10_000, developerBps: 0, computeBps: 0 }, [
        { revenue: 3n, weights: [333_333, 333_333, 333_334] },
        { revenue: 100n, weights: [700_000] },
      ]),
      sequence({ creatorBps: 0, developerBps: 10_000, computeBps: 0 }, [{ revenue: 99n, weights: [1_000_000] }]),
    ],
  };
}

/** The files by name. */
export async function build() {
  const files = { "trees.json": trees(), "typed_data.json": await typed(), "ids.json": ids(), "splits.json": splits(), "agreement.json": agreement() };
  return Object.fromEntries(Object.entries(files).map(([name, value]) => [name, `${text(value)}\n`]));
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(await build())) await writeFile(new URL(name, FOLDER), content);
}
