// Content from a gateway that the visitor named. Every block is held to the hash in its name, so the gateway is not trusted.
import { bytesToHex, sha256 } from "viem";
import { DAG_PB, RAW, parseCid, spellCid } from "../lib/cid.ts";
import { Unreachable, breathe, type Progress } from "./step.ts";
import { readNode, type FileNode } from "./unixfs.ts";

const BLOCK_BYTES_MAX = 2 * 1024 * 1024;
const DEPTH_MAX = 8;
const AT_ONCE = 6;
const NOT_FOUND = 404;

export class Gateway {
  readonly #address: string;

  /** An address without `/ipfs`. */
  constructor(address: string) {
    this.#address = address.replace(/\/+$/, "");
  }

  /** The file that a SHA-256 (0x-hex) names, as the chain names documents. Throws `Unreachable`. */
  async fetch(digest: string, limit: number, progress?: Progress): Promise<Uint8Array> {
    const parts = { codec: RAW, digest: Uint8Array.from(digest.slice(2).match(/../g)!, (pair) => Number.parseInt(pair, 16)) };
    // The hash does not say whether the block is the file or links to its parts; what reads as links is links.
    const block = (await this.#block(spellCid(parts), true)) ?? (await this.#block(spellCid({ ...parts, codec: DAG_PB })))!;
    const node = readNode(block);
    return node?.links.length ? this.#assemble(node, limit, progress) : within(block, limit, spellCid(parts));
  }

  /** The file of a CID. */
  async fetchCid(cid: string, limit: number, progress?: Progress): Promise<Uint8Array> {
    const { codec } = parseCid(cid);
    const block = (await this.#block(cid))!;
    if (codec === RAW) return within(block, limit, cid);
    const node = readNode(block);
    if (!node) throw new Unreachable("check.fault.notAFile", { cid });
    return this.#assemble(node, limit, progress);
  }

  async #assemble(root: FileNode, limit: number, progress?: Progress): Promise<Uint8Array> {
    if (root.bytes > limit) throw new Unreachable("check.fault.tooLarge", { bytes: root.bytes });
    const whole = new Uint8Array(root.bytes);
    let done = 0;
    const place = async (node: FileNode, start: number, depth: number): Promise<void> => {
      if (depth > DEPTH_MAX) throw new Unreachable("check.fault.tooDeep");
      whole.set(node.data, start);
      progress?.((done += node.data.length), root.bytes);
      let at = start + node.data.length;
      const children = node.links.map((link) => {
        const from = at;
        at += link.bytes;
        return { link, from };
      });
      await eachOf(children, AT_ONCE, async ({ link, from }) => {
        await place(await this.#part(link.cid, link.bytes), from, depth + 1);
      });
    };
    await place(root, 0, 0);
    return whole;
  }

  async #part(cid: Uint8Array, bytes: number): Promise<FileNode> {
    const parts = parseCid(cid);
    const name = spellCid(parts);
    const block = (await this.#block(name))!;
    const node = parts.codec === RAW ? { data: block, links: [], bytes: block.length } : readNode(block);
    if (!node || node.bytes !== bytes) throw new Unreachable("check.fault.notAFile", { cid: name });
    return node;
  }

  /** A block, checked; null where `mayMiss` and the gateway does not have it. */
  async #block(cid: string, mayMiss = false): Promise<Uint8Array | null> {
    await breathe();
    const response = await this.#ask(cid);
    if (mayMiss && response.status === NOT_FOUND) return null;
    if (!response.ok) throw new Unreachable("check.fault.gatewayStatus", { status: String(response.status), cid });
    const declared = Number(response.headers.get("content-length") ?? 0);
    if (declared > BLOCK_BYTES_MAX) throw new Unreachable("check.fault.tooLarge", { bytes: declared });
    const block = new Uint8Array(await response.arrayBuffer());
    if (sha256(block) !== bytesToHex(parseCid(cid).digest)) throw new Unreachable("check.fault.otherBytes", { cid });
    return block;
  }

  async #ask(cid: string): Promise<Response> {
    try {
      const headers = { Accept: "application/vnd.ipld.raw" };
      return await fetch(`${this.#address}/ipfs/${cid}?format=raw`, { headers, credentials: "omit", redirect: "error" });
    } catch {
      throw new Unreachable("check.fault.gateway", { address: this.#address });
    }
  }
}

function within(block: Uint8Array, limit: number, cid: string): Uint8Array {
  if (block.length > limit) throw new Unreachable("check.fault.tooLarge", { bytes: block.length, cid });
  return block;
}

/** Runs `work` for each, a few at once. */
export async function eachOf<Item>(items: readonly Item[], atOnce: number, work: (item: Item, at: number) => Promise<void>): Promise<void> {
  const left = items.entries();
  const worker = async () => {
    for (const [at, item] of left) await work(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
