import { fileURLToPath } from "node:url";

const compiler = (runs) => ({
  version: "0.8.30",
  // Compiling must not need the network; package.json pins the same version exactly.
  path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
  settings: { viaIR: true, optimizer: { enabled: true, runs }, evmVersion: "cancun" },
});

export default {
  solidity: {
    compilers: [compiler(10_000)],
    // The ledger must stay below 20 kB, and the judge of frauds is called once in a blue moon.
    overrides: {
      "contracts/RoyaltyLedger.sol": compiler(600),
      "contracts/FraudProofs.sol": compiler(200),
    },
  },
  networks: {
    prague: { type: "edr-simulated", hardfork: "prague" },
  },
};
