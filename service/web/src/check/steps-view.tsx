// The steps of a check, each green or the first red one, in words and signs and not by colour alone.
import { inTokens } from "../lib/format.ts";
import { t, type Key } from "../words/index.ts";
import type { Outcome, Say, Step } from "./step.ts";

const SIGNS: Record<Outcome["state"], string> = { waiting: "M5 8h6", running: "", ok: "M3.5 8.5 7 12l6-7", wrong: "M4.5 4.5l7 7m0-7-7 7", unreachable: "M8 3.5v6m0 2.5v.5" };

export function StepList({ steps, outcomes }: { steps: readonly Step[]; outcomes: readonly Outcome[] }) {
  return <ol class="check-steps">{steps.map((step, at) => <Line step={step} outcome={outcomes[at]!} number={at + 1} />)}</ol>;
}

function Line({ step, outcome, number }: { step: Step; outcome: Outcome; number: number }) {
  const { state } = outcome;
  return (
    <li class={`check-step ${state}`}>
      <span class="sign" aria-hidden="true">{state === "running" ? <span class="spinner" /> : <svg viewBox="0 0 16 16"><path d={SIGNS[state]} /></svg>}</span>
      <div>
        <p class="check-title">{number}. {t(step.title)} <span class="unseen">{t(`check.state.${state}`)}</span></p>
        <p class="soft">{state === "running" || state === "waiting" ? t(`${step.title}.detail` as Key) : <Said say={outcome.said} />}</p>
        {state === "running" && outcome.total > 0 && <progress aria-label={t(step.title)} value={outcome.done} max={outcome.total} />}
      </div>
    </li>
  );
}

/** Long hashes may break anywhere; an amount is written in whole tokens. */
function Said({ say: { key, values = {} } }: { say: Say }) {
  const { units, decimals } = values;
  const money = units === undefined || decimals === undefined ? {} : { amount: inTokens(BigInt(units), Number(decimals)) };
  return <span class="said">{t(key, { ...values, ...money })}</span>;
}

export function Verdict({ outcomes, voided }: { outcomes: readonly Outcome[]; voided: boolean }) {
  const failed = outcomes.find(({ state }) => state === "wrong" || state === "unreachable");
  const isDone = outcomes.every(({ state }) => state === "ok");
  const [tone, key]: [string, Key | null] = failed
    ? failed.state === "wrong" ? ["bad", "check.verdict.wrong"] : ["wait", "check.verdict.unreachable"]
    : isDone ? ["good", voided ? "check.verdict.voided" : "check.verdict.ok"] : ["", null];
  return <div role="status">{key && <p class={`verdict ${tone}`}>{t(key)}</p>}</div>;
}
