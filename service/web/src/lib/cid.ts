// Content identifiers as Creditline spells them: CIDv1, SHA-256, raw or dag-pb, in base32. docs: content/cid.py.
export const RAW = 0x55;
export const DAG_PB = 0x70;
const DIGEST_BYTES = 32;
const CID_BYTES = 36;
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

/** What a CID says: how to read the block, and its SHA-256. */
export interface CidParts {
  codec: number;
  digest: Uint8Array;
}

/** The CID of a block of plain bytes, by its SHA-256 as 0x-hex. */
export const rawCid = (digest: string): string => spellCid({ codec: RAW, digest: bytesOf(digest) });

export function spellCid({ codec, digest }: CidParts): string {
  if (digest.length !== DIGEST_BYTES) throw new RangeError(`A digest has ${DIGEST_BYTES} bytes, not ${digest.length}.`);
  return `b${base32(Uint8Array.of(1, codec, 0x12, 0x20, ...digest))}`;
}

/** Reads the one spelling, or the 36 bytes. Throws a RangeError for any other hash, codec or spelling. */
export function parseCid(cid: string | Uint8Array): CidParts {
  const bytes = typeof cid === "string" ? fromBase32(cid.slice(1)) : cid;
  const [version, codec, hash, size] = bytes;
  const isOurs = bytes.length === CID_BYTES && version === 1 && hash === 0x12 && size === 0x20 && (codec === RAW || codec === DAG_PB);
  const parts = { codec: codec!, digest: bytes.slice(4) };
  if (!isOurs || (typeof cid === "string" && spellCid(parts) !== cid)) {
    throw new RangeError(`${String(cid).slice(0, 80)} is not a CID that Creditline reads.`);
  }
  return parts;
}

function base32(bytes: Uint8Array): string {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += LETTERS[(held >> (bits - 5)) & 31];
    held &= 0xff;
  }
  return bits ? text + LETTERS[(held << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const letter of text) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) throw new RangeError(`${text.slice(0, 80)} is no base32.`);
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

function bytesOf(hex: string): Uint8Array {
  if (!/^0x([0-9a-f]{2})*$/i.test(hex)) throw new RangeError(`${hex.slice(0, 80)} is no 0x-hex.`);
  return Uint8Array.from(hex.slice(2).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
