// Answers for the browser's code, for a test in Python that knows what the service says: JSON questions in, JSON answers out.
import { text } from "node:stream/consumers";
import { sha256 } from "viem";
import { rootOf } from "../../service/web/src/check/dataset-document.ts";
import { Gateway } from "../../service/web/src/check/gateway.ts";
import { checkShares, readReport, split } from "../../service/web/src/check/report-document.ts";
import { runSteps } from "../../service/web/src/check/step.ts";

const nothing = () => {};
const limit = 64 * 1024 * 1024;

const ANSWERS = {
  split: ({ saliency, supports }) => split(saliency, supports),
  root: ({ works }) => rootOf(works, nothing),
  report: async ({ text: document }) => said(() => checkShares(readReport(new TextEncoder().encode(document)))),
  digest: async ({ gateway, digest }) => said(async () => sha256(await new Gateway(gateway).fetch(digest, limit))),
  cid: async ({ gateway, cid, most = limit }) => said(async () => sha256(await new Gateway(gateway).fetchCid(cid, most))),
};

/** What came out of one step, as the page would show it. */
async function said(work) {
  let [found, outcome] = [];
  await runSteps([{ title: "", run: async () => ((found = await work()), { key: "" }) }], (_, each) => (outcome = each));
  return outcome.state === "ok" ? (found ?? "ok") : [outcome.state, outcome.said.key];
}

const questions = JSON.parse(await text(process.stdin));
const answers = [];
for (const { kind, ...question } of questions) answers.push(await ANSWERS[kind](question));
console.log(JSON.stringify(answers));
