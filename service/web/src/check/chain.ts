// What a node says of a chain, all of it at one finalised block. Numbers come from the contracts alone.
import {
  createPublicClient, encodeAbiParameters, getAddress, http, keccak256, parseAbi, parseAbiParameters,
  type Address, type GetContractEventsReturnType, type Hex, type PublicClient,
} from "viem";
import { Unreachable, Wrong, require, type Say } from "./step.ts";

const POOL_PARAMS = "struct PoolParams { address token; address integrator; address operator; address arbiter; address guardian; bytes32 modelId; address developer; address compute; address treasury; address commons; uint16 creatorBps; uint16 developerBps; uint16 computeBps; uint32 window; uint96 bond; }";
const EPOCH = "struct Epoch { bytes32 payouts; uint128 payoutSum; bytes32 reports; bytes32 credits; uint128 revenueBefore; uint128 revenue; uint40 cutoff; bytes32 data; }";
const LEDGER = parseAbi([
  POOL_PARAMS, EPOCH,
  "event PoolOpened(bytes32 indexed poolId, PoolParams params)",
  "event EpochPosted(bytes32 indexed poolId, uint256 indexed n, Epoch epoch)",
  "event Settled(bytes32 indexed poolId, uint256 indexed nonce, bytes32 indexed outputHash, bytes32 reportHash, uint128 revenue, uint128 creatorPart, uint256 weights, bytes32[] workIds, uint128 unattributed)",
  "function epochHash(bytes32 poolId, uint256 n) view returns (bytes32)",
  "function works() view returns (address)",
  "function models() view returns (address)",
]);
const WORKS = parseAbi(["function payeeAt(bytes32 workId, uint40 t) view returns (address)"]);
const MODELS = parseAbi([
  "event DatasetRegistered(bytes32 indexed datasetId, address indexed by, bytes32 root, uint64 count, uint40 cutoff, bytes32 manifest)",
  "event ModelRegistered(bytes32 indexed modelId, address indexed developer, bytes32 weightsHash, bytes32 algorithmHash, bytes32[] datasetIds)",
]);
const TOKEN = parseAbi(["function symbol() view returns (string)", "function decimals() view returns (uint8)"]);

const PARAMS_TYPE = parseAbiParameters("(address token, address integrator, address operator, address arbiter, address guardian, bytes32 modelId, address developer, address compute, address treasury, address commons, uint16 creatorBps, uint16 developerBps, uint16 computeBps, uint32 window, uint96 bond) params");
const REST_TYPE = parseAbiParameters("bytes32 reports, bytes32 credits, uint128 revenueBefore, uint128 revenue, uint40 cutoff, bytes32 data");
const HASH_TYPE = parseAbiParameters("bytes32 payouts, uint128 payoutSum, bytes32 restHash");
const DATASET_TYPE = parseAbiParameters("address by, bytes32 root, uint64 count, uint40 cutoff, bytes32 manifest");
const MODEL_TYPE = parseAbiParameters("address developer, bytes32 weightsHash, bytes32 algorithmHash, bytes32[] datasetIds");
const NOBODY = "0x0000000000000000000000000000000000000000";
const SPLITS_MAX = 14;

type ArgsOf<Name extends "PoolOpened" | "EpochPosted" | "Settled"> = Required<GetContractEventsReturnType<typeof LEDGER, Name, true>[number]["args"]>;
export type Pool = ArgsOf<"PoolOpened">["params"];
export type Epoch = ArgsOf<"EpochPosted">["epoch"];
export type Settled = ArgsOf<"Settled">;

export interface Dataset {
  root: Hex;
  count: number;
  manifest: Hex;
}

export interface Model {
  algorithmHash: Hex;
  datasetIds: readonly Hex[];
}

export interface Token {
  symbol: string;
  decimals: number;
}

export interface Posted {
  epoch: Epoch;
  /** Whether the ledger still keeps it; one that was voided pays nothing. */
  stands: boolean;
}

export class Chain {
  readonly id: number;
  readonly block: bigint;
  readonly blockHash: Hex;
  readonly ledger: Address;
  readonly works: Address;
  readonly models: Address;
  readonly #client: PublicClient;

  private constructor(client: PublicClient, id: number, block: { number: bigint; hash: Hex }, contracts: Record<"ledger" | "works" | "models", Address>) {
    this.#client = client;
    this.id = id;
    this.block = block.number;
    this.blockHash = block.hash;
    this.ledger = contracts.ledger;
    this.works = contracts.works;
    this.models = contracts.models;
  }

  /** Throws `Unreachable` where the node does not answer, `Wrong` where no ledger stands at that address. */
  static async open(rpc: string, ledger: Address): Promise<Chain> {
    const client = createPublicClient({ transport: http(rpc, { batch: { batchSize: 100 }, retryCount: 2, timeout: 20_000 }) });
    const [id, block] = await asking(rpc, () => Promise.all([client.getChainId(), client.getBlock({ blockTag: "finalized" })]));
    const code = await asking(rpc, () => client.getCode({ address: ledger, blockNumber: block.number }));
    require(code !== undefined && code !== "0x", "check.fault.noContract", { address: ledger });
    const read = (functionName: "works" | "models") => client.readContract({ address: ledger, abi: LEDGER, functionName, blockNumber: block.number });
    const [works, models] = await Promise.all([read("works"), read("models")]).catch(() => {
      throw new Wrong("check.fault.noLedger", { address: ledger });
    });
    return new Chain(client, id, block, { ledger, works, models });
  }

  /** A pool's terms. They are proved by its id, whoever tells them. */
  async pool(poolId: Hex): Promise<Pool> {
    const logs = await this.#logs((range) => this.#client.getContractEvents({ address: this.ledger, abi: LEDGER, eventName: "PoolOpened", args: { poolId }, strict: true, ...range }));
    const params = logs.at(-1)?.args.params;
    require(params !== undefined, "check.fault.noPool", { pool: poolId });
    require(keccak256(encodeAbiParameters(PARAMS_TYPE, [params])) === poolId, "check.fault.poolId", { pool: poolId });
    return params;
  }

  /** The epoch of that number that stands; else the last one that was posted and voided. */
  async epoch(poolId: Hex, n: number): Promise<Posted> {
    const logs = await this.#logs((range) => this.#client.getContractEvents({ address: this.ledger, abi: LEDGER, eventName: "EpochPosted", args: { poolId, n: BigInt(n) }, strict: true, ...range }));
    const epoch = logs.at(-1)?.args.epoch;
    require(epoch !== undefined, "check.fault.noEpoch", { n });
    const kept = await asking("", () => this.#client.readContract({ address: this.ledger, abi: LEDGER, functionName: "epochHash", args: [poolId, BigInt(n)], blockNumber: this.block }));
    const stands = kept === epochHash(epoch);
    require(stands || /^0x0*$/.test(kept), "check.fault.epochHash", { kept, found: epochHash(epoch) });
    return { epoch, stands };
  }

  /** How a report's image was settled directly, if it was. */
  async settled(poolId: Hex, outputHash: Hex): Promise<Settled | undefined> {
    const logs = await this.#logs((range) => this.#client.getContractEvents({ address: this.ledger, abi: LEDGER, eventName: "Settled", args: { poolId, outputHash }, strict: true, ...range }));
    return logs[0]?.args;
  }

  /** What a pool had settled directly before that image. */
  async settledBefore(poolId: Hex, outputHash: Hex): Promise<bigint> {
    const logs = await this.#logs((range) => this.#client.getContractEvents({ address: this.ledger, abi: LEDGER, eventName: "Settled", args: { poolId }, strict: true, ...range }));
    const at = logs.findIndex(({ args }) => args.outputHash === outputHash);
    return logs.slice(0, at).reduce((sum, { args }) => sum + args.revenue, 0n);
  }

  /** Proved by its id, as data sets are. */
  async model(modelId: Hex): Promise<Model> {
    const logs = await this.#logs((range) => this.#client.getContractEvents({ address: this.models, abi: MODELS, eventName: "ModelRegistered", args: { modelId }, strict: true, ...range }));
    const found = logs.at(-1)?.args;
    require(found !== undefined, "check.fault.noModel", { model: modelId });
    const id = keccak256(encodeAbiParameters(MODEL_TYPE, [found.developer, found.weightsHash, found.algorithmHash, found.datasetIds]));
    require(id === modelId, "check.fault.modelId", { model: modelId });
    return found;
  }

  async dataset(datasetId: Hex): Promise<Dataset> {
    const logs = await this.#logs((range) => this.#client.getContractEvents({ address: this.models, abi: MODELS, eventName: "DatasetRegistered", args: { datasetId }, strict: true, ...range }));
    const found = logs.at(-1)?.args;
    require(found !== undefined, "check.fault.noDataset", { dataset: datasetId });
    const id = keccak256(encodeAbiParameters(DATASET_TYPE, [found.by, found.root, found.count, found.cutoff, found.manifest]));
    require(id === datasetId, "check.fault.datasetId", { dataset: datasetId });
    return { root: found.root, count: Number(found.count), manifest: found.manifest };
  }

  /** Who was paid for a work at that second; null where the registry does not know it. */
  async payeeAt(work: Hex, second: number): Promise<Address | null> {
    const payee = await asking("", () => this.#client.readContract({ address: this.works, abi: WORKS, functionName: "payeeAt", args: [work, second], blockNumber: this.block }));
    return payee === NOBODY ? null : getAddress(payee);
  }

  async hasCode(who: Address): Promise<boolean> {
    const code = await asking("", () => this.#client.getCode({ address: who, blockNumber: this.block }));
    // A delegation (EIP-7702) leaves the key in charge of what ecrecover says.
    return code !== undefined && code !== "0x" && !code.startsWith("0xef0100");
  }

  /** What a token calls itself; its smallest unit where it does not say. */
  async token(address: Address): Promise<Token> {
    const ask = <Name extends "symbol" | "decimals">(functionName: Name) => this.#client.readContract({ address, abi: TOKEN, functionName, blockNumber: this.block });
    if (address === NOBODY) return { symbol: "ETH", decimals: 18 };
    const [symbol, decimals] = await Promise.all([ask("symbol"), ask("decimals")]).catch(() => ["", 0] as const);
    return { symbol: symbol as string, decimals: decimals as number };
  }

  /** Logs up to the finalised block. Where a node takes no long range, it is asked for halves. */
  async #logs<Log>(ask: (range: { fromBlock: bigint; toBlock: bigint }) => Promise<Log[]>): Promise<Log[]> {
    const read = async (fromBlock: bigint, toBlock: bigint, splits: number): Promise<Log[]> => {
      try {
        return await ask({ fromBlock, toBlock });
      } catch (error) {
        if (splits === 0 || fromBlock === toBlock) throw new Unreachable("check.fault.node", { what: brief(error) });
        const middle = (fromBlock + toBlock) / 2n;
        return [...(await read(fromBlock, middle, splits - 1)), ...(await read(middle + 1n, toBlock, splits - 1))];
      }
    };
    return read(0n, this.block, SPLITS_MAX);
  }
}

/** What the ledger keeps of an epoch. */
export function epochHash(epoch: Epoch): Hex {
  const { payouts, payoutSum, reports, credits, revenueBefore, revenue, cutoff, data } = epoch;
  const rest = keccak256(encodeAbiParameters(REST_TYPE, [reports, credits, revenueBefore, revenue, cutoff, data]));
  return keccak256(encodeAbiParameters(HASH_TYPE, [payouts, payoutSum, rest]));
}

async function asking<Answer>(rpc: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw new Unreachable(rpc ? "check.fault.rpc" : "check.fault.node", { address: rpc, what: brief(error) });
  }
}

const brief = (error: unknown): string => (error as { shortMessage?: string }).shortMessage ?? String(error).slice(0, 200);

/** What a step says of the node that it found. */
export const said = (chain: Chain): Say => ({
  key: "check.said.node",
  values: { chain: String(chain.id), block: String(chain.block), hash: chain.blockHash },
});
