// Wallets that announce themselves (EIP-6963), and the one that older ones leave in `window.ethereum`.
export interface Provider {
  request: (call: { method: string; params?: unknown[] }) => Promise<unknown>;
  on?: (event: string, listener: (value: never) => void) => void;
  removeListener?: (event: string, listener: (value: never) => void) => void;
}

export interface Wallet {
  id: string;
  /** Empty for one that does not say. */
  name: string;
  /** Address of its picture in this page, or null. */
  icon: string | null;
  provider: Provider;
}

interface Announcement extends Event {
  detail?: { info?: { uuid?: unknown; name?: unknown; icon?: unknown }; provider?: Provider };
}

const ICON_BYTES_MAX = 100_000;
const NAME_MAX = 40;
const found = new Map<string, Wallet>();
const listeners = new Set<() => void>();

addEventListener("eip6963:announceProvider", (event) => {
  const { info, provider } = (event as Announcement).detail ?? {};
  if (typeof info?.uuid !== "string" || typeof provider?.request !== "function" || found.has(info.uuid)) return;
  const name = typeof info.name === "string" ? info.name.slice(0, NAME_MAX) : "";
  found.set(info.uuid, { id: info.uuid, name, icon: readIcon(info.icon), provider });
  listeners.forEach((tell) => tell());
});

/** Asks wallets to announce themselves; tells of each change until the answer is called. */
export function watchWallets(tell: () => void): () => void {
  listeners.add(tell);
  dispatchEvent(new Event("eip6963:requestProvider"));
  return () => void listeners.delete(tell);
}

export function knownWallets(): Wallet[] {
  const announced = [...found.values()];
  const injected = (globalThis as { ethereum?: Provider }).ethereum;
  if (announced.length || typeof injected?.request !== "function") return announced;
  return [{ id: "injected", name: "", icon: null, provider: injected }];
}

/** A picture out of the wallet's data: address, which our policy lets no page load as it is. */
function readIcon(icon: unknown): string | null {
  const parts = typeof icon === "string" && icon.length < ICON_BYTES_MAX ? /^data:(image\/[\w+.-]+)(;base64)?,(.*)$/s.exec(icon) : null;
  if (!parts) return null;
  try {
    const text = parts[2] ? atob(parts[3]!) : decodeURIComponent(parts[3]!);
    const bytes = parts[2] ? Uint8Array.from(text, (each) => each.charCodeAt(0)) : new TextEncoder().encode(text);
    return URL.createObjectURL(new Blob([bytes], { type: parts[1]! }));
  } catch {
    return null; // a wallet without a picture is a wallet all the same
  }
}
