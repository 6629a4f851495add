import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { DAG_PB, RAW, parseCid, rawCid, spellCid } from "../../service/web/src/lib/cid.ts";

const digest = new Uint8Array(createHash("sha256").update("hello world\n").digest());
const HELLO = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4"; // as `ipfs add --cid-version=1` names it

test("a CID is spelled as IPFS spells it", () => {
  assert.equal(rawCid(`0x${Buffer.from(digest).toString("hex")}`), HELLO);
  assert.match(spellCid({ codec: DAG_PB, digest }), /^bafybei/);
});

test("a CID says its codec and its hash", () => {
  for (const codec of [RAW, DAG_PB]) assert.deepEqual(parseCid(spellCid({ codec, digest })), { codec, digest });
  assert.deepEqual(parseCid(Uint8Array.of(1, RAW, 0x12, 0x20, ...digest)), { codec: RAW, digest });
});

test("nothing else is one", () => {
  const others = ["", "b", HELLO.toUpperCase(), HELLO.slice(0, -1), `${HELLO.slice(0, -1)}5`, `${HELLO}a`, `z${HELLO.slice(1)}`, "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o"];
  for (const other of others) assert.throws(() => parseCid(other), RangeError, other);
  assert.throws(() => parseCid(Uint8Array.of(1, 0x71, 0x12, 0x20, ...digest)), RangeError);
  assert.throws(() => rawCid("0x12"), RangeError);
  assert.throws(() => rawCid("0xzz"), RangeError);
});
