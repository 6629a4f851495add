// The named peer: OpenZeppelin's merkle-tree on the same payouts. node tests/bench/peer.js COUNT → seconds for tree and root
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { keccak256, toHex } from "viem";

const count = Number(process.argv[2]);
const rows = Array.from({ length: count }, (_, at) => [keccak256(toHex(at)).slice(0, 42), String(1_000_000 + at)]);
const began = performance.now();
const { root } = StandardMerkleTree.of(rows, ["address", "uint128"]);
console.log(JSON.stringify({ root, seconds: (performance.now() - began) / 1000 }));
