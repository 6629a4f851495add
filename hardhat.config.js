import { fileURLToPath } from "node:url";

export default {
  solidity: {
    version: "0.8.30",
    // Compiling must not need the network; package.json pins the same version exactly.
    path: fileURLToPath(import.meta.resolve("solc/soljson.js")),
    settings: { viaIR: true, optimizer: { enabled: true, runs: 10_000 }, evmVersion: "cancun" },
  },
  networks: {
    prague: { type: "edr-simulated", hardfork: "prague" },
  },
  test: {
    solidity: {
      fuzz: { runs: 1000, seed: "0x4444" },
      invariant: { runs: 64, depth: 50, failOnRevert: true },
    },
  },
};
