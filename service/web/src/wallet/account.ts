// The account that the visitor connected, for all pages of this visit. Nothing of it is kept or sent.
import { useEffect, useState } from "preact/hooks";
import { t } from "../words/index.ts";
import type { Provider, Wallet } from "./wallets.ts";

export interface Account {
  wallet: Wallet;
  address: string;
  chainId: number;
}

/** What a wallet refused or could not do, in the visitor's words. */
export class WalletRefusal extends Error {}

const REJECTED = 4001;
const PENDING = -32002;
const CHAIN_UNKNOWN = 4902;
let account: Account | null = null;
const listeners = new Set<() => void>();

export function useAccount(): Account | null {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return account;
}

export async function connect(wallet: Wallet): Promise<void> {
  const [address] = (await ask(wallet.provider, "eth_requestAccounts")) as string[];
  if (!address) throw new WalletRefusal(t("wallet.noAccount"));
  const chainId = Number(await ask(wallet.provider, "eth_chainId"));
  wallet.provider.on?.("accountsChanged", (accounts: string[]) => change(accounts[0] ? { wallet, address: accounts[0], chainId: account?.chainId ?? chainId } : null));
  wallet.provider.on?.("chainChanged", (id: string) => account && change({ ...account, chainId: Number(id) }));
  change({ wallet, address, chainId });
}

export const disconnect = (): void => change(null);

function change(next: Account | null): void {
  account = next;
  listeners.forEach((tell) => tell());
}

export async function switchChain({ wallet }: Account, chainId: number): Promise<void> {
  await ask(wallet.provider, "wallet_switchEthereumChain", [{ chainId: `0x${chainId.toString(16)}` }]);
}

export async function signTyped({ wallet, address }: Account, data: unknown): Promise<string> {
  return (await ask(wallet.provider, "eth_signTypedData_v4", [address, JSON.stringify(data)])) as string;
}

export async function send({ wallet, address }: Account, call: { to: string; data: string; value: string }): Promise<string> {
  const value = `0x${BigInt(call.value).toString(16)}`;
  return (await ask(wallet.provider, "eth_sendTransaction", [{ from: address, to: call.to, data: call.data, value }])) as string;
}

/** Waits until a transaction is in a block; false where it failed. */
export async function isMined({ wallet }: Account, hash: string, pauseMs = 1000): Promise<boolean> {
  for (;;) {
    const receipt = (await ask(wallet.provider, "eth_getTransactionReceipt", [hash])) as { status?: string } | null;
    if (receipt) return receipt.status === "0x1";
    await new Promise((done) => setTimeout(done, pauseMs));
  }
}

async function ask(provider: Provider, method: string, params: unknown[] = []): Promise<unknown> {
  try {
    return await provider.request({ method, params });
  } catch (error) {
    const { code, message } = error as { code?: number; message?: string };
    if (code === REJECTED) throw new WalletRefusal(t("wallet.rejected"));
    if (code === PENDING) throw new WalletRefusal(t("wallet.pending"));
    if (code === CHAIN_UNKNOWN) throw new WalletRefusal(t("wallet.chainUnknown"));
    throw new WalletRefusal(t("wallet.failed", { what: String(message ?? error).slice(0, 200) }));
  }
}
