// What stands in the three trees of an epoch, packed as the contracts pack it.
import { encodeAbiParameters, parseAbiParameters, type Address, type Hex } from "viem";

/** One receipt and whom it credits, in the field order of IFraudProofs.ReportLeaf. */
export interface ReportLeaf {
  outputHash: Hex;
  reportHash: Hex;
  revenue: bigint;
  weights: bigint;
  workIds: readonly Hex[];
  usageId: Hex;
  usageSignature: Hex;
  datasetIds: readonly Hex[];
  places: readonly bigint[];
  payees: readonly number[];
  credits: readonly number[];
}

/** What one entry of a report adds to a payee: `payee` is an index of the payouts, `report` of the reports. */
export interface Credit {
  payee: number;
  amount: bigint;
  report: number;
  entry: number;
}

/** What all epochs together have credited to a payee. */
export interface Payout {
  payee: Address;
  amount: bigint;
}

const REPORT = parseAbiParameters(
  "(bytes32 outputHash, bytes32 reportHash, uint128 revenue, uint256 weights, bytes32[] workIds, bytes32 usageId, bytes usageSignature, bytes32[] datasetIds, uint64[] places, uint32[] payees, uint32[] credits) leaf",
);
const CREDIT = parseAbiParameters("uint32 payee, uint128 amount, uint32 report, uint8 entry");
const PAYOUT = parseAbiParameters("address payee, uint128 amount");

export const encodeReport = (leaf: ReportLeaf): Hex => encodeAbiParameters(REPORT, [leaf]);

export const encodeCredit = ({ payee, amount, report, entry }: Credit): Hex =>
  encodeAbiParameters(CREDIT, [payee, amount, report, entry]);

export const encodePayout = ({ payee, amount }: Payout): Hex => encodeAbiParameters(PAYOUT, [payee, amount]);
