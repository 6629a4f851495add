// tests/contracts/agreement.js holds the tree to ten thousand of the other languages'; here is what it refuses.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesToHex, concatBytes, keccak256, numberToBytes } from "viem";
import { EMPTY, SumTree, depthOf, leafHash, opens, seal } from "../../service/web/src/lib/sum-tree.ts";

const leaves = Array.from({ length: 5 }, (_, i) => ({ hash: leafHash(Uint8Array.of(i)), amount: BigInt(i + 1) }));
const tree = new SumTree(leaves);
const refused = { holds: false, before: 0n };
const open = (index, { leaf = leaves[index], total = tree.total, count = 5, root = tree.root, proof = tree.proof(index) } = {}) =>
  opens(root, total, count, leaf, index, proof);

test("every leaf opens and tells what stands before it", () => {
  leaves.forEach((_, index) => {
    const before = BigInt((index * (index + 1)) / 2);
    assert.deepEqual(open(index), { holds: true, before });
    assert.equal(tree.before(index), before);
  });
});

test("a leaf opens at its own place only", () => {
  for (const index of [1, 2, 3, 4]) assert.deepEqual(open(index, { leaf: leaves[0] }), refused);
});

test("no other amount, total, count or root opens", () => {
  const { hash, amount } = leaves[3];
  assert.deepEqual(open(3, { leaf: { hash, amount: amount + 1n } }), refused);
  assert.deepEqual(open(3, { leaf: { hash, amount: amount + 1n }, total: tree.total + 1n }), refused);
  assert.deepEqual(open(3, { leaf: { hash, amount: -1n } }), refused);
  assert.deepEqual(open(3, { total: tree.total + 1n }), refused);
  for (const count of [3, 4, 6, 8, 9]) assert.deepEqual(open(3, { count }), refused);
  assert.deepEqual(open(3, { root: tree.root.subarray(1) }), refused);
});

test("no index outside opens", () => {
  for (const index of [-1, 5, 7, 1.5, NaN]) assert.deepEqual(open(index, { leaf: leaves[4], proof: tree.proof(4) }), refused);
});

test("no changed, short or long proof opens", () => {
  const proof = tree.proof(2);
  for (let at = 0; at < proof.length; ++at) {
    const changed = proof.slice();
    changed[at] ^= 1;
    assert.deepEqual(open(2, { proof: changed }), refused);
  }
  for (const other of [proof.subarray(48), new Uint8Array(0), concatBytes([proof, new Uint8Array(48)])]) {
    assert.deepEqual(open(2, { proof: other }), refused);
  }
});

test("a sum cannot be carried over the edge", () => {
  const [hash, most] = [new Uint8Array(32).fill(0x11), numberToBytes(2n ** 128n - 1n, { size: 16 })];
  const pair = concatBytes([Uint8Array.of(1), hash, numberToBytes(2n, { size: 16 }), hash, most]);
  const root = seal(keccak256(pair, "bytes"), 2);
  for (const total of [1n, 2n ** 128n + 1n]) {
    assert.deepEqual(opens(root, total, 2, { hash, amount: 2n }, 0, concatBytes([hash, most])), refused);
  }
});

test("a tree of nothing is one empty node, and opens nowhere", () => {
  const nothing = new SumTree([]);
  assert.equal(bytesToHex(nothing.root), keccak256(concatBytes([Uint8Array.of(2), new Uint8Array(40)])));
  assert.deepEqual(opens(nothing.root, 0n, 0, EMPTY, 0, new Uint8Array(0)), refused);
});

test("what cannot be in a tree is refused", () => {
  const { hash } = leaves[0];
  assert.throws(() => tree.proof(5), /Leaf 5 is outside a tree of 5/);
  assert.throws(() => tree.before(-1), /Leaf -1 is outside/);
  assert.throws(() => new SumTree([{ hash, amount: -1n }]), /does not fit in 128 bits/);
  assert.throws(() => new SumTree([{ hash, amount: 2n ** 127n }, { hash, amount: 2n ** 127n }]), /does not fit/);
  assert.throws(() => new SumTree([{ hash: hash.subarray(1), amount: 1n }]), /32 bytes, not 31/);
});

test("a tree of any number of leaves has as many levels as it needs", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1].map(depthOf), [0, 0, 1, 2, 2, 3, 31, 32, 32]);
});
