// Pictures that the creator picked: their hashes, made here, and how far each is on its way.
export interface Picked {
  file: File;
  /** SHA-256 of the bytes, 0x-hex; it names the picture everywhere. */
  hash: string;
  title: string;
  isSent: boolean;
}

export const WORKS_MAX = 10_000;
const KINDS = /\.(png|jpe?g|webp)$/i;
const SENDING_AT_ONCE = 3;

/** Those that are pictures, each once, in order. `tell` hears how many are read. */
export async function pick(files: readonly File[], known: readonly Picked[], tell: (done: number) => void): Promise<Picked[]> {
  const hashes = new Set(known.map(({ hash }) => hash));
  const picked: Picked[] = [];
  for (const [at, file] of files.filter(({ name }) => KINDS.test(name)).entries()) {
    const hash = await hashOf(file);
    tell(at + 1);
    if (hashes.has(hash)) continue;
    hashes.add(hash);
    picked.push({ file, hash, title: titleOf(file.name), isSent: false });
  }
  return picked;
}

export const titleOf = (name: string): string => name.replace(KINDS, "").replaceAll(/[_\p{C}]+/gu, " ").trim().slice(0, 300) || name.slice(0, 300);

async function hashOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  // Outside localhost and https a browser has no SHA-256 of its own.
  if (!globalThis.crypto?.subtle) return (await import("viem")).sha256(new Uint8Array(bytes));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return `0x${Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Sends what is not sent yet, a few at once. Sending again has no effect, so any attempt may be repeated. */
export async function sendAll(pictures: readonly Picked[], send: (picture: Picked) => Promise<{ content_hash: string }>, tell: (done: number) => void): Promise<void> {
  const left = pictures.filter(({ isSent }) => !isSent).values();
  let done = pictures.filter(({ isSent }) => isSent).length;
  const worker = async () => {
    for (const picture of left) {
      const { content_hash } = await send(picture);
      if (content_hash !== picture.hash) throw new Error(`${picture.file.name}: ${content_hash}`);
      picture.isSent = true;
      tell(++done);
    }
  };
  await Promise.all(Array.from({ length: SENDING_AT_ONCE }, worker));
}
