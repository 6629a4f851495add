// The shapes of what the service answers, by the names in its OpenAPI document.
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface Work {
  id: string;
  creator: string;
  owner: string;
  payee: string;
  title: string;
  author: string;
  licence: string;
  training: "allowed" | "forbidden";
  content_hash: string;
  pixel_hash: string;
  record_hash: string;
  terms_hash: string;
  picture: string | null;
  width: number;
  height: number;
  registered_at: number;
  anchor: string | null;
  index: number | null;
  on_chain: boolean;
  opted_out_at: number | null;
}

export interface Dataset {
  id: string;
  by: string;
  name: string;
  root: string;
  count: number;
  cutoff: number;
  manifest: string;
}

export interface DatasetWork {
  position: number;
  work: Work;
}

export interface Model {
  id: string;
  developer: string;
  weights_hash: string;
  algorithm_hash: string;
  datasets: string[];
}

export interface Pool {
  id: string;
  token: string;
  integrator: string;
  operator: string;
  arbiter: string;
  guardian: string;
  model_id: string;
  developer: string;
  compute: string;
  treasury: string;
  commons: string;
  creator_bps: number;
  developer_bps: number;
  compute_bps: number;
  window: number;
  bond: string;
  deposited: string;
  settled: string;
  available: string;
  unattributed: string;
}

export interface Settlement {
  nonce: string;
  output_hash: string;
  report_hash: string;
  revenue: string;
  creator_part: string;
  unattributed: string;
  shares: { work: string; share: number; amount: string; payee: string }[];
  transaction: string;
  settled_at: number;
}

export interface Epoch {
  number: number;
  state: "open" | "closed" | "built" | "posting" | "posted" | "final" | "stopped";
  usages: number;
  attempt: number;
  reason: string;
  payouts: string | null;
  payout_sum: string | null;
  reports: string | null;
  credits: string | null;
  revenue_before: string | null;
  revenue: string | null;
  cutoff: number | null;
  data: string | null;
  valid_at: number | null;
  cid: string | null;
  car: string | null;
}

export interface Dispute {
  pool: string;
  n: number;
  state: "open" | "valid" | "void" | "lapsed" | "overtaken";
  by: string;
  reason: string;
  evidence: string;
  disputed_at: number;
  rule_by: number;
  ended_at: number | null;
}

export interface ReportLine {
  cid: string;
  pool: string;
  usage_id: string;
  output_hash: string;
  revenue: string;
  epoch: number | null;
  index: number | null;
  shares: { work: string; share: number }[];
  unattributed: number;
}

export interface Token {
  address: string;
  symbol: string;
  decimals: number | null;
}

export interface Deployment {
  chain_id: number;
  work_registry: string;
  model_registry: string;
  royalty_ledger: string;
  fraud_proofs: string;
  operator: string;
  block: number;
  policy: string;
}

export interface Overview {
  works: number;
  creators: number;
  datasets: number;
  models: number;
  pools: number;
  reports: number;
}

export type Box = [x: number, y: number, width: number, height: number];

export interface Finding {
  work: string;
  dataset: string;
  index: number;
  share: number;
  tier: "exact" | "copy" | "local";
  p_value: number;
  strength: number;
  support: number[];
  regions: { query: Box; work: Box }[];
}

export interface Report {
  picture: { content_hash: string; pixel_hash: string; width: number; height: number };
  model: string;
  datasets: string[];
  policy: string;
  engine: Record<string, string>;
  grid: { columns: number; rows: number; saliency: number[] };
  works: Finding[];
  unattributed: number;
  usage?: { pool: string; id: string; revenue: string; nonce?: string; deadline: number; picture: string };
}

export interface Attribution {
  report_cid: string;
  page: string;
  report: Report;
}
