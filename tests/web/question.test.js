// What may be typed into the page that checks. The service refuses the same addresses when it writes the policy.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, faultOf, read } from "../../service/web/src/check/question.ts";

const LEDGER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
const POOL = `0x${"ab".repeat(32)}`;
const REPORT = "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4";
const typed = (changes) => ({ rpc: "http://127.0.0.1:8545", gateway: "https://ipfs.example", ledger: LEDGER, pool: POOL, epoch: "3", report: "", ...changes });

test("an address names an epoch or a report", () => {
  assert.deepEqual(ask(typed({})), { rpc: "http://127.0.0.1:8545", gateway: "https://ipfs.example", ledger: LEDGER, kind: "epoch", pool: POOL, n: 3 });
  assert.equal(ask(typed({ report: REPORT, pool: "", epoch: "" })).cid, REPORT);
  assert.equal(ask(read(`?${new URLSearchParams(typed({}))}`)).n, 3);
  assert.equal(ask(read("")), null);
});

test("each field says what is wrong with it", () => {
  const wrong = {
    rpc: ["", "node", "ftp://node", "javascript:alert(1)", "http://name:secret@node"], gateway: ["", "//gateway", "data:text/html,x"],
    ledger: ["", "0x12", POOL], pool: ["", "0x12", POOL.toUpperCase()], epoch: ["", "0", "-1", "1.5", "x", "12345678"], report: ["0x12", "bafk"],
  };
  for (const [field, values] of Object.entries(wrong)) {
    for (const value of values) {
      assert.ok(faultOf(field, typed({ [field]: value })), `${field} ${value}`);
      assert.equal(ask(typed({ [field]: value })), null);
    }
  }
});
