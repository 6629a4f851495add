// A published epoch, read from the text that docs/reference/epochs.md describes. What it says may still be wrong.
import { getAddress, hexToBytes, isAddress, keccak256, stringToHex, type Address, type Hex } from "viem";
import { encodeCredit, encodePayout, encodeReport, type Credit, type Payout, type ReportLeaf } from "../lib/leaves.ts";
import { packWeights } from "../lib/shares.ts";
import { EMPTY, SumTree, leafHash, type Leaf } from "../lib/sum-tree.ts";
import { decodeText, encode, type Json } from "../lib/canonical.ts";
import { Wrong, breathe, require, type Progress } from "./step.ts";

export const EPOCH_BYTES_MAX = 64 * 1024 * 1024;

/** A report as it is published: with the integrator's own id of the usage, and weights as a list. */
export interface ReportRow extends ReportLeaf {
  usageText: string;
  shares: number[];
}

export interface EpochDocument {
  chainId: number;
  ledger: string;
  pool: string;
  number: number;
  cutoff: number;
  revenueBefore: bigint;
  revenue: bigint;
  payoutSum: bigint;
  reports: (ReportRow | null)[];
  credits: (Credit | null)[];
  payouts: (Payout | null)[];
  /** As the first line states them. */
  roots: Record<Tree, string>;
}

export type Tree = "reports" | "credits" | "payouts";

/** Throws `Wrong` for what is no such document, to the letter. */
export function readEpoch(bytes: Uint8Array): EpochDocument {
  const lines = text(bytes).split("\n");
  require(lines.pop() === "", "check.fault.document", { line: lines.length });
  const header = readHeader(lines[0] ?? "");
  const counts = (["reports", "credits", "payouts"] as const).map((tree) => header[tree].count);
  require(lines.length === 1 + counts[0]! + counts[1]! + counts[2]!, "check.fault.document", { line: lines.length });
  let at = 1;
  const take = <Row>(count: number, read: (row: Json[]) => Row): (Row | null)[] =>
    lines.slice(at, (at += count)).map((line, index) => readRow(line, at - count + index, read));
  return {
    chainId: header.chain_id,
    ledger: header.ledger,
    pool: header.pool,
    number: header.number,
    cutoff: header.cutoff,
    revenueBefore: amount(header.revenue_before),
    revenue: amount(header.revenue),
    payoutSum: amount(header.payout_sum),
    reports: take(counts[0]!, (row) => readReport(row, header.datasets)),
    credits: take(counts[1]!, readCredit),
    payouts: take(counts[2]!, readPayout),
    roots: { reports: header.reports.root, credits: header.credits.root, payouts: header.payouts.root },
  };
}

/** One of its trees, built from its leaves. */
export async function buildTree(document: EpochDocument, tree: Tree, progress: Progress): Promise<SumTree> {
  const leaves: Leaf[] = [];
  const rows = document[tree];
  for (const [at, row] of rows.entries()) {
    leaves.push(row === null ? EMPTY : { hash: leafHash(hexToBytes(encodeRow(tree, row))), amount: worth(row) });
    progress(at, rows.length);
    await breathe();
  }
  return new SumTree(leaves);
}

type Row = ReportRow | Credit | Payout;

function encodeRow(tree: Tree, row: Row): Hex {
  if (tree === "reports") return encodeReport(row as ReportRow);
  return tree === "credits" ? encodeCredit(row as Credit) : encodePayout(row as Payout);
}

const worth = (row: Row): bigint => ("revenue" in row ? row.revenue : row.amount);

interface Header {
  type: string;
  chain_id: number;
  ledger: string;
  pool: string;
  number: number;
  cutoff: number;
  revenue_before: string;
  revenue: string;
  payout_sum: string;
  datasets: Hex[];
  reports: { count: number; root: string };
  credits: { count: number; root: string };
  payouts: { count: number; root: string };
}

function readHeader(line: string): Header {
  const header = parse(line, 0) as unknown as Header;
  const isSound = header?.type === "creditline/epoch/1" && Array.isArray(header.datasets) && header.datasets.every(isHash)
    && [header.chain_id, header.number, header.cutoff].every(isCount)
    && (["reports", "credits", "payouts"] as const).every((tree) => isCount(header[tree]?.count) && isHash(header[tree]?.root));
  require(isSound, "check.fault.document", { line: 1 });
  return header;
}

function readRow<Row>(line: string, at: number, read: (row: Json[]) => Row): Row | null {
  const row = parse(line, at);
  if (row === null) return null;
  try {
    if (Array.isArray(row)) return read(row as Json[]);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new Wrong("check.fault.document", { line: at + 1 });
}

function readReport(row: Json[], datasets: readonly Hex[]): ReportRow {
  const [outputHash, reportHash, revenue, shares, workIds, usageText, usageSignature, positions, places, payees, credits, ...more] = row;
  if (more.length || typeof usageText !== "string") throw new RangeError("not a report");
  const weights = list(shares, isCount) as number[];
  return {
    outputHash: hash(outputHash), reportHash: hash(reportHash), revenue: amount(revenue), weights: packWeights(weights), shares: weights,
    workIds: list(workIds, isHash) as Hex[], usageText, usageId: keccak256(stringToHex(usageText)), usageSignature: hex(usageSignature),
    datasetIds: (list(positions, isCount) as number[]).map((position) => hash(datasets[position])),
    places: (list(places, isCount) as number[]).map(BigInt), payees: list(payees, isCount) as number[], credits: list(credits, isCount) as number[],
  };
}

function readCredit(row: Json[]): Credit {
  const [payee, units, report, entry, ...more] = row;
  if (more.length || ![payee, report, entry].every(isCount)) throw new RangeError("not a credit");
  return { payee: payee as number, amount: amount(units), report: report as number, entry: entry as number };
}

function readPayout(row: Json[]): Payout {
  const [payee, units, ...more] = row;
  if (more.length || typeof payee !== "string" || !isAddress(payee, { strict: false })) throw new RangeError("not a payout");
  return { payee: getAddress(payee) as Address, amount: amount(units) };
}

/** A line, which has one spelling only. */
function parse(line: string, at: number): Json {
  let value: Json;
  try {
    value = JSON.parse(line) as Json;
  } catch {
    throw new Wrong("check.fault.document", { line: at + 1 });
  }
  require(encode(value) === line, "check.fault.document", { line: at + 1 });
  return value;
}

function text(bytes: Uint8Array): string {
  try {
    return decodeText(bytes);
  } catch {
    throw new Wrong("check.fault.document", { line: 0 });
  }
}

const isHash = (value: unknown): value is Hex => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function hash(value: unknown): Hex {
  if (!isHash(value)) throw new RangeError("not a hash");
  return value;
}

function hex(value: unknown): Hex {
  if (typeof value !== "string" || !/^0x([0-9a-f]{2})*$/.test(value)) throw new RangeError("not hex");
  return value as Hex;
}

function amount(value: unknown): bigint {
  if (typeof value !== "string" || !/^(0|[1-9][0-9]{0,38})$/.test(value)) throw new RangeError("not an amount");
  return BigInt(value);
}

function list(value: unknown, isEach: (each: unknown) => boolean): unknown[] {
  if (!Array.isArray(value) || !value.every(isEach)) throw new RangeError("not a list");
  return value;
}
