// What the visitor wants checked and by whose word, as it stands in the page's address.
import { isAddress, type Address, type Hex } from "viem";
import { parseCid } from "../lib/cid.ts";
import type { Key } from "../words/index.ts";

export const FIELDS = ["rpc", "gateway", "ledger", "pool", "epoch", "report"] as const;
export type Field = (typeof FIELDS)[number];
export type Typed = Record<Field, string>;

export type Question = { rpc: string; gateway: string; ledger: Address } & ({ kind: "epoch"; pool: Hex; n: number } | { kind: "report"; cid: string });

export const read = (search: string): Typed => {
  const given = new URLSearchParams(search);
  return Object.fromEntries(FIELDS.map((field) => [field, (given.get(field) ?? "").trim()])) as Typed;
};

/** What is wrong with a field, or nothing. Fields that are not needed may be empty. */
export function faultOf(field: Field, typed: Typed): Key | null {
  const value = typed[field];
  const isReport = typed.report !== "";
  if (field === "rpc" || field === "gateway") return isWebAddress(value) ? null : "check.field.address";
  if (field === "ledger") return isAddress(value, { strict: false }) ? null : "check.field.contract";
  if (field === "report") return !isReport || isCid(value) ? null : "check.field.cid";
  if (isReport) return null;
  if (field === "pool") return /^0x[0-9a-f]{64}$/.test(value) ? null : "check.field.pool";
  return /^[1-9][0-9]{0,6}$/.test(value) ? null : "check.field.epoch";
}

/** Null unless every field is right. */
export function ask(typed: Typed): Question | null {
  if (FIELDS.some((field) => faultOf(field, typed) !== null)) return null;
  const source = { rpc: typed.rpc, gateway: typed.gateway, ledger: typed.ledger as Address };
  if (typed.report) return { ...source, kind: "report", cid: typed.report };
  return { ...source, kind: "epoch", pool: typed.pool as Hex, n: Number(typed.epoch) };
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.username === "" && url.password === "";
}

function isCid(text: string): boolean {
  try {
    parseCid(text);
    return true;
  } catch {
    return false;
  }
}
