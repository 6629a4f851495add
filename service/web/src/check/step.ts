// One thing that is checked, and how it came out: in words of the visitor's language, so as keys and values.
import type { Key, Values } from "../words/index.ts";

export interface Say {
  key: Key;
  values?: Values;
}

export type Progress = (done: number, total: number) => void;

/** `run` says what it found, or throws `Wrong` or `Unreachable`. Steps of one check run in order and build on each other. */
export interface Step {
  title: Key;
  run: (progress: Progress) => Promise<Say>;
}

export type Outcome =
  | { state: "waiting" }
  | { state: "running"; done: number; total: number }
  | { state: "ok"; said: Say }
  | { state: "wrong" | "unreachable"; said: Say };

/** What was posted or published cannot be right. */
export class Wrong extends Error {
  readonly said: Say;

  constructor(key: Key, values: Values = {}) {
    super(`${key} ${JSON.stringify(values)}`);
    this.said = { key, values };
  }
}

/** Nothing is proved either way: a node or a gateway did not answer, or answered something else than was asked for. */
export class Unreachable extends Error {
  readonly said: Say;

  constructor(key: Key, values: Values = {}) {
    super(`${key} ${JSON.stringify(values)}`);
    this.said = { key, values };
  }
}

export function require(holds: boolean, key: Key, values: Values = {}): asserts holds {
  if (!holds) throw new Wrong(key, values);
}

/** Runs steps until one fails. Tells of each change; true when all came out well. */
export async function runSteps(steps: readonly Step[], tell: (at: number, outcome: Outcome) => void): Promise<boolean> {
  for (const [at, step] of steps.entries()) {
    tell(at, { state: "running", done: 0, total: 0 });
    try {
      const said = await step.run((done, total) => tell(at, { state: "running", done, total }));
      tell(at, { state: "ok", said });
    } catch (error) {
      tell(at, failure(error));
      return false;
    }
  }
  return true;
}

function failure(error: unknown): Outcome {
  if (error instanceof Wrong) return { state: "wrong", said: error.said };
  if (error instanceof Unreachable) return { state: "unreachable", said: error.said };
  return { state: "unreachable", said: { key: "check.fault.unexpected", values: { what: String(error).slice(0, 300) } } };
}

const BREATH_MS = 24;
let lastBreath = 0;

/** Lets the page draw, if it has not for a while. */
export async function breathe(): Promise<void> {
  if (performance.now() - lastBreath < BREATH_MS) return;
  await new Promise((done) => setTimeout(done));
  lastBreath = performance.now();
}
