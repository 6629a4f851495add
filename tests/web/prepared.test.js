// What a creator signs is what was asked for, whatever the service prepared.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesToHex, encodeAbiParameters, hexToBytes, parseAbiParameters, sha256, stringToBytes, toHex } from "viem";
import { NotAsked, readPrepared } from "../../service/web/src/desk/prepared.ts";
import { encode } from "../../service/web/src/lib/canonical.ts";
import { leafOf, rootOf } from "../../service/web/src/lib/positional-tree.ts";

const CREATOR = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const THIEF = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const place = { chain_id: 31337, work_registry: THIEF };
const hash = (n) => toHex(n, { size: 32 });
const now = 1_000_000;
const asked = () => ({
  creator: CREATOR, payee: CREATOR, terms: { licence: "CC0-1.0", training: "allowed" },
  works: [1, 2, 3].map((n) => ({ content_hash: hash(n), title: `work ${n}`, author: "Aiko" })),
});
const LEAF = parseAbiParameters("address creator, bytes32 contentHash, bytes32 recordHash, address payee, bytes32 salt");

/** As an honest service prepares it, unless told otherwise. */
function prepare({ payee = CREATOR, creator = CREATOR, terms = {}, works = asked().works, deadline = now + 3600, id } = {}) {
  const leaves = works.map((work) => {
    const record = { ...work, creator, terms: { type: "creditline/terms/1", licence: "CC0-1.0", training: "allowed", ...terms }, picture: null };
    return { content_hash: work.content_hash, payee, salt: hash(99), record };
  });
  const packed = leaves.map(({ record, salt, content_hash }) => leafOf(hexToBytes(encodeAbiParameters(LEAF, [creator, content_hash, sha256(stringToBytes(encode(record))), payee, salt]))));
  return { id: id ?? bytesToHex(rootOf(packed)), deadline, leaves };
}

test("what was asked for is what is signed", () => {
  const prepared = prepare();
  const data = readPrepared(prepared, asked(), place, now);
  assert.deepEqual(data.message, { root: prepared.id, count: 3, deadline: now + 3600 });
  assert.deepEqual(data.domain, { name: "Creditline WorkRegistry", version: "1", chainId: 31337, verifyingContract: THIEF });
});

const refused = {
  "another payee": { payee: THIEF },
  "another creator": { creator: THIEF },
  "other terms": { terms: { training: "forbidden" } },
  "another licence": { terms: { licence: "CC-BY-4.0" } },
  "a work too few": { works: asked().works.slice(1) },
  "a work too many": { works: [...asked().works, { content_hash: hash(4), title: "slipped in", author: "Aiko" }] },
  "a work twice": { works: [...asked().works.slice(1), asked().works[1]] },
  "another title": { works: asked().works.map((work) => ({ ...work, title: "mine" })) },
  "another author": { works: asked().works.map((work) => ({ ...work, author: "Thief" })) },
  "another root": { id: hash(7) },
  "a signature that stays open for years": { deadline: now + 365 * 86_400 },
};

for (const [what, changes] of Object.entries(refused)) {
  test(`${what} is not signed`, () => assert.throws(() => readPrepared(prepare(changes), asked(), place, now), NotAsked));
}

test("a leaf without its record is not signed", () => {
  const prepared = prepare();
  prepared.leaves[0].record = null;
  assert.throws(() => readPrepared(prepared, asked(), place, now), NotAsked);
});
