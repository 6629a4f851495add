// A dag-pb block that holds a UnixFS file or a part of one, read strictly: creditline/content/node.py says how.
import { parseCid } from "../lib/cid.ts";

/** A child, and how many bytes of the file stand below it. */
export interface Link {
  cid: Uint8Array;
  bytes: number;
}

export interface FileNode {
  data: Uint8Array;
  links: Link[];
  bytes: number;
}

type Field = [number: number, value: number | Uint8Array];

/** Null for what is no such block: folders, unknown fields, sizes that contradict each other. */
export function readNode(block: Uint8Array): FileNode | null {
  try {
    return decode(block);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function decode(block: Uint8Array): FileNode {
  const found = fields(block);
  const inner = found.filter(([number, value]) => number === 1 && value instanceof Uint8Array);
  const children = found.filter(([number, value]) => number === 2 && value instanceof Uint8Array);
  if (inner.length !== 1 || children.length + 1 !== found.length) throw new RangeError("not a node");
  const { data, bytes, sizes } = unixfs(inner[0]![1] as Uint8Array);
  const links = children.map(([, body], at) => ({ cid: linkCid(body as Uint8Array), bytes: sizes[at]! }));
  const together = data.length + sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length !== links.length || together !== bytes) throw new RangeError("sizes contradict each other");
  return { data, links, bytes };
}

function linkCid(body: Uint8Array): Uint8Array {
  const found = new Map(fields(body));
  const cid = found.get(1);
  const name = found.get(2) ?? new Uint8Array();
  if (!(cid instanceof Uint8Array) || !(name instanceof Uint8Array) || name.length) throw new RangeError("not a link of a file");
  parseCid(cid);
  return cid;
}

function unixfs(body: Uint8Array): { data: Uint8Array; bytes: number; sizes: number[] } {
  const found = fields(body);
  const sizes = found.filter(([number]) => number === 4).flatMap(([, value]) => (typeof value === "number" ? [value] : packed(value)));
  const single = new Map(found.filter(([number]) => number !== 4));
  const isFile = single.get(1) === 0 || single.get(1) === 2;
  const isKnown = [...single.keys()].every((number) => [1, 2, 3, 7, 8].includes(number));
  const data = single.get(2) ?? new Uint8Array();
  if (!isFile || !isKnown || !(data instanceof Uint8Array)) throw new RangeError("not a file");
  const bytes = single.get(3) ?? data.length;
  if (typeof bytes !== "number") throw new RangeError("no size");
  return { data, bytes, sizes };
}

function fields(body: Uint8Array): Field[] {
  const found: Field[] = [];
  let at = 0;
  const next = () => {
    const [value, after] = varint(body, at);
    at = after;
    return value;
  };
  while (at < body.length) {
    const tag = next();
    const value = next();
    if ((tag & 7) === 0) found.push([tag >>> 3, value]);
    else if ((tag & 7) === 2 && at + value <= body.length) found.push([tag >>> 3, body.subarray(at, (at += value))]);
    else throw new RangeError("cut short");
  }
  return found;
}

function packed(body: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let at = 0; at < body.length; ) {
    const [value, after] = varint(body, at);
    numbers.push(value);
    at = after;
  }
  return numbers;
}

function varint(body: Uint8Array, start: number): [value: number, after: number] {
  let value = 0;
  for (let at = start, unit = 1; at < body.length && unit < 2 ** 49; at++, unit *= 128) {
    value += (body[at]! & 127) * unit;
    if (body[at]! < 128) return [value, at + 1];
  }
  throw new RangeError("no number");
}
