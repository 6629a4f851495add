// What a service prepared, held to what the creator asked for, before a wallet signs it: it must not slip in another
// payee, work, name or terms. The same rules as creditline/client/prepared.py.
import { bytesToHex, encodeAbiParameters, getAddress, hexToBytes, parseAbiParameters, sha256, stringToBytes, type Hex } from "viem";
import { encode, type Json } from "../lib/canonical.ts";
import { leafOf, rootOf } from "../lib/positional-tree.ts";
import type { Deployment } from "../service/answers.ts";

export interface Asked {
  creator: string;
  payee: string;
  terms: { licence: string; training: "allowed" | "forbidden" };
  works: { content_hash: string; title: string; author: string }[];
}

export interface Prepared {
  id: string;
  status: "prepared" | "sent" | "anchored" | "failed";
  creator: string;
  count: number;
  deadline: number;
  leaves: { work: string; content_hash: string; record_hash: string; payee: string; salt: string; record: Record | null }[];
  likenesses: { content_hash: string; registered: string; creator: string }[];
  transaction: string | null;
  problem: string;
}

interface Record {
  creator: string;
  title: string;
  author: string;
  content_hash: string;
  terms: { type: string; licence: string; training: string };
}

export class NotAsked extends Error {}

const LEAF = parseAbiParameters("address creator, bytes32 contentHash, bytes32 recordHash, address payee, bytes32 salt");
const PERIOD_MAX_S = 30 * 24 * 3600;
const DOMAIN = [{ name: "name", type: "string" }, { name: "version", type: "string" }, { name: "chainId", type: "uint256" }, { name: "verifyingContract", type: "address" }];
const BATCH = [{ name: "root", type: "bytes32" }, { name: "count", type: "uint64" }, { name: "deadline", type: "uint256" }];

/** The typed data to sign, made here and not taken from the service. Throws `NotAsked`, saying what differs. */
export function readPrepared(prepared: Prepared, asked: Asked, place: Deployment, now = Date.now() / 1000): object {
  const works = new Map(asked.works.map((work) => [work.content_hash, work]));
  const leaves = prepared.leaves.map(({ record, salt }) => {
    const work = record ? works.get(record.content_hash) : undefined;
    require(record !== null && work !== undefined && isAsked(record, work, asked), "another record of a work");
    const recordHash = sha256(stringToBytes(encode(record as unknown as Json)));
    return { hash: record.content_hash, leaf: encodeAbiParameters(LEAF, [getAddress(asked.creator), record.content_hash as Hex, recordHash, getAddress(asked.payee), salt as Hex]) };
  });
  require(leaves.length === works.size && new Set(leaves.map(({ hash }) => hash)).size === works.size, "other works");
  const root = bytesToHex(rootOf(leaves.map(({ leaf }) => leafOf(hexToBytes(leaf)))));
  require(root === prepared.id, "another root than its works make");
  require(prepared.deadline <= now + PERIOD_MAX_S, "a signature that stays open for more than 30 days");
  return {
    types: { EIP712Domain: DOMAIN, Batch: BATCH },
    primaryType: "Batch",
    domain: { name: "Creditline WorkRegistry", version: "1", chainId: place.chain_id, verifyingContract: place.work_registry },
    message: { root, count: works.size, deadline: prepared.deadline },
  };
}

function isAsked(record: Record, work: Asked["works"][number], { creator, terms }: Asked): boolean {
  const isNamed = record.title === work.title && record.author === work.author;
  return isNamed && getAddress(record.creator) === getAddress(creator) && record.terms.licence === terms.licence && record.terms.training === terms.training;
}

function require(holds: boolean, found: string): asserts holds {
  if (!holds) throw new NotAsked(found);
}
