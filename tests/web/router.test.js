import assert from "node:assert/strict";
import { test } from "node:test";
import { match } from "../../service/web/src/app/router.ts";

test("a pattern names the parts of a path", () => {
  assert.deepEqual(match("/pools/:id/epochs/:n", "/pools/0x12/epochs/3"), { id: "0x12", n: "3" });
  assert.deepEqual(match("/works", "/works/"), {});
  assert.deepEqual(match("/works/:id", "/works/a%20b"), { id: "a b" });
  assert.deepEqual(match("/works/:id", "/works/%zz"), { id: "%zz" });
});

test("other paths do not fit", () => {
  for (const path of ["/", "/works/1/2", "/pools/1", "/model/1"]) assert.equal(match("/works/:id", path), null);
});
