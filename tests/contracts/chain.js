// A chain with the four contracts on it, for tests that want real transactions.
import hre from "hardhat";
import { createPublicClient, createWalletClient, custom, getAddress, getContract, http, keccak256, numberToHex, stringToHex } from "viem";
import { mnemonicToAccount, privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";

const MNEMONIC = "test test test test test test test test test test test junk";

export const account = (index) => mnemonicToAccount(MNEMONIC, { addressIndex: index });
export const creator = (index) => privateKeyToAccount(keccak256(numberToHex(index + 1, { size: 32 })));
export const hash = (text) => keccak256(stringToHex(text));

/** A chain in this process, or the development node at `rpc`. */
export async function connect(rpc) {
  const transport = rpc ? http(rpc, { retryCount: 0 }) : custom((await hre.network.connect("prague")).provider, { retryCount: 0 });
  const reader = createPublicClient({ chain: hardhat, transport, pollingInterval: 5, cacheTime: 0 });
  const wallets = Array.from({ length: 10 }, (_, i) =>
    createWalletClient({ account: account(i), chain: hardhat, transport }),
  );
  return { reader, wallets };
}

export async function deploy(chain, name, args = []) {
  const { abi, bytecode } = await hre.artifacts.readArtifact(name);
  const sent = await chain.wallets[0].deployContract({ abi, bytecode, args });
  const { contractAddress } = await chain.reader.waitForTransactionReceipt({ hash: sent });
  return getContract({ abi, address: getAddress(contractAddress), client: { public: chain.reader, wallet: chain.wallets[0] } });
}

export async function deployAll(chain) {
  const works = await deploy(chain, "WorkRegistry");
  const models = await deploy(chain, "ModelRegistry", [works.address]);
  const frauds = await deploy(chain, "FraudProofs", [works.address, models.address]);
  const ledger = await deploy(chain, "RoyaltyLedger", [works.address, models.address, frauds.address]);
  const token = await deploy(chain, "DemoYen");
  return { works, models, frauds, ledger, token };
}

/** Sends one call and gives back its receipt; a revert is an error. */
export async function send(chain, contract, functionName, args, { from = 0, value = 0n } = {}) {
  const sent = await chain.wallets[from].writeContract({
    address: contract.address,
    abi: contract.abi,
    functionName,
    args,
    value,
  });
  const receipt = await chain.reader.waitForTransactionReceipt({ hash: sent });
  if (receipt.status !== "success") throw new Error(`${functionName} reverted`);
  return receipt;
}

export async function now(chain) {
  return (await chain.reader.getBlock()).timestamp;
}
