// Calls that are made again when the service says so, against a real server.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { OFFLINE, Problem, get, patiently, post } from "../../service/web/src/service/api.ts";

const server = createServer((request, response) => {
  const [status, headers] = answers.shift() ?? [200, {}];
  asked.push(request.method);
  response.writeHead(status, { "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(status === 200 ? { ok: true } : { title: `said ${status}`, detail: "" }));
});
let answers = [];
let asked = [];
let url = "";

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${server.address().port}/`;
});
after(() => server.close());

function expect(...next) {
  [answers, asked] = [next, []];
}

const refused = (status) => (error) => error instanceof Problem && error.status === status;

test("whoever is told to come back comes back", async () => {
  expect([429, { "Retry-After": "0" }], [503, { "Retry-After": "0" }]);
  assert.deepEqual(await get(url), { ok: true });
  assert.equal(asked.length, 3);
});

test("a call is made again as often as it may, and no more", async () => {
  expect(...Array.from({ length: 9 }, () => [429, { "Retry-After": "0" }]));
  await assert.rejects(patiently(() => post(url, {}), 7), refused(429));
  assert.equal(asked.length, 7);
});

test("who would have to wait for minutes is told at once", async () => {
  expect([429, { "Retry-After": "3600" }]);
  await assert.rejects(get(url), refused(429));
  assert.equal(asked.length, 1);
});

test("what is wrong is not asked again", async () => {
  expect([404, { "Retry-After": "0" }]);
  await assert.rejects(get(url), refused(404));
  assert.equal(asked.length, 1);
});

test("nobody there is a problem of its own", async () => {
  await assert.rejects(get("http://127.0.0.1:1/"), refused(OFFLINE));
});
