// Tries changed contracts on several processors. Run as a worker, it answers each change with what became of it.
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { parse } from "./compiler.js";
import { embedding } from "./embedding.js";
import { products } from "./sources.js";
import { Trial } from "./trial.js";
import { prepare } from "./workshop.js";

/**
 * Tries all of `changes` ({file, text}) in folders called after `name`; `told(change, result)` is called as each is done.
 * With `check`, the suite must pass without a change first.
 */
export async function tryAll({ name, workers, check }, changes, told) {
  if (!changes.length) return;
  prepare();
  const holdersOf = embedding(parse(products));
  const holders = new Map(products.map((path) => [path, holdersOf(path)]));
  const queue = [...changes];
  const count = Math.min(workers, changes.length);
  await Promise.all(Array.from({ length: count }, (_, i) => work(queue, { name: `${name}-${i + 1}`, holders, check: check && i === 0 }, told)));
}

function work(queue, data, told) {
  const worker = new Worker(new URL(import.meta.url), { workerData: data });
  return new Promise((resolve, reject) => {
    let current;
    worker.on("error", reject);
    worker.on("message", (result) => {
      if (current) told(current, result);
      current = queue.shift();
      if (current) worker.postMessage(current);
      else worker.terminate().then(resolve);
    });
  });
}

if (!isMainThread) {
  const trial = new Trial(workerData.name, workerData.holders);
  const failed = workerData.check ? trial.untouched() : null;
  if (failed) throw new Error(`The suite fails without any change: ${failed}`);
  parentPort.on("message", (change) => parentPort.postMessage(trial.run(change)));
  parentPort.postMessage(null);
}
