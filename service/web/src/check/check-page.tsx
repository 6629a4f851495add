// The page that trusts nobody: a form, and the steps of the check. Submitting loads the page anew, so that the browser may
// reach the two places that were typed and no others. It begins only when the visitor asks for it, never by a link alone.
import { useEffect, useRef, useState } from "preact/hooks";
import { Frame } from "../app/frame.tsx";
import { Head } from "../parts/page.tsx";
import type { Report, Deployment } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { Evidence } from "../parts/evidence.tsx";
import { SharesBar } from "../parts/shares-bar.tsx";
import { ranked } from "../parts/ranked.ts";
import { t, useLanguage } from "../words/index.ts";
import { EpochCheck } from "./epoch-steps.ts";
import { FIELDS, ask, faultOf, read, type Field, type Question, type Typed } from "./question.ts";
import { ReportCheck } from "./report-steps.ts";
import { runSteps, type Outcome, type Step } from "./step.ts";
import { StepList, Verdict } from "./steps-view.tsx";

const ASKED = "creditline.check.asked";
const KEPT = "creditline.check.";
const LOCAL_CHAIN = 31_337;
const LOCAL_RPC = "http://127.0.0.1:8545";

export function CheckPage() {
  useLanguage();
  const typed = read(location.search);
  const question = ask(typed);
  return (
    <Frame path="/check">
      <Head title={t("check.title")}><p class="lead">{t("check.lead")}</p></Head>
      <Form typed={typed} />
      {question && <Run question={question} />}
      <details class="explain">
        <summary>{t("check.explain.title")}</summary>
        <p>{t("check.explain.trust")}</p>
        <p>{t("check.explain.reach")}</p>
        <p>{t("check.explain.more")} <code>creditline verify</code></p>
      </details>
    </Frame>
  );
}

function Form({ typed }: { typed: Typed }) {
  const { data: place } = useAnswer<Deployment>("/v1/deployment");
  const [isTried, setTried] = useState(false);
  const [values, setValues] = useState<Typed>(() => ({ ...typed, rpc: typed.rpc || kept("rpc"), gateway: typed.gateway || kept("gateway") || location.origin }));
  const isReport = values.report !== "" || (typed.pool === "" && typed.report !== "");
  const [kind, setKind] = useState<"epoch" | "report">(isReport ? "report" : "epoch");
  useEffect(() => {
    if (!place) return;
    const suggestion = place.chain_id === LOCAL_CHAIN ? LOCAL_RPC : "";
    setValues((now) => ({ ...now, ledger: now.ledger || place.royalty_ledger, rpc: now.rpc || suggestion }));
  }, [place]);
  const needed: Typed = kind === "epoch" ? { ...values, report: "" } : { ...values, pool: "", epoch: "" };
  const faults = new Map(FIELDS.map((field) => [field, kind === "report" && field === "report" && !values.report ? ("check.field.cid" as const) : faultOf(field, needed)]));
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if ([...faults.values()].some((fault) => fault !== null)) return;
    const query = new URLSearchParams(FIELDS.filter((field) => needed[field]).map((field) => [field, needed[field]]));
    keep("rpc", needed.rpc);
    keep("gateway", needed.gateway);
    sessionStorage.setItem(ASKED, `?${query}`);
    location.assign(`/check?${query}`);
  };
  const input = (field: Field, detail?: string) => {
    const fault = isTried || values[field] ? faults.get(field) : null;
    return (
      <div class="field">
        <label for={field}>{t(`check.field.${field}.label`)}</label>
        <input id={field} name={field} value={values[field]} spellcheck={false} autocomplete="off" autocapitalize="off" aria-invalid={fault != null}
          aria-describedby={`${field}-note`} onInput={(event) => setValues({ ...values, [field]: event.currentTarget.value.trim() })} />
        <span id={`${field}-note`} class={fault ? "fault" : "soft"}>{fault ? t(fault) : detail}</span>
      </div>
    );
  };
  return (
    <form class="check-form" onSubmit={submit} noValidate>
      <fieldset class="choice">
        <legend>{t("check.what")}</legend>
        {(["epoch", "report"] as const).map((each) => (
          <label><input type="radio" name="kind" checked={kind === each} onChange={() => setKind(each)} /> {t(`check.what.${each}`)}</label>
        ))}
      </fieldset>
      {kind === "epoch" ? <div class="pair">{input("pool", t("check.field.pool.detail"))}{input("epoch")}</div> : input("report", t("check.field.report.detail"))}
      <div class="pair">{input("rpc", t("check.field.rpc.detail"))}{input("gateway", t("check.field.gateway.detail"))}</div>
      {input("ledger", values.ledger && values.ledger === place?.royalty_ledger ? t("check.field.ledger.ours") : t("check.field.ledger.detail"))}
      <button class="button" type="submit">{t("check.start")}</button>
    </form>
  );
}

/** Asked for by the form in this tab: begins by itself. Reached by a link: waits. */
function Run({ question }: { question: Question }) {
  const [isAsked, setAsked] = useState(() => sessionStorage.getItem(ASKED) === location.search);
  useEffect(() => sessionStorage.removeItem(ASKED), []);
  if (!isAsked) return <p class="note wait">{t("check.ready")} <button type="button" class="button" onClick={() => setAsked(true)}>{t("check.go")}</button></p>;
  return <Running question={question} />;
}

function Running({ question }: { question: Question }) {
  const [check] = useState(() => (question.kind === "epoch" ? new EpochCheck(question, question.pool, question.n) : new ReportCheck(question, question.cid)));
  const [steps] = useState<Step[]>(() => check.steps());
  const [outcomes, setOutcomes] = useState<Outcome[]>(() => steps.map(() => ({ state: "waiting" })));
  const latest = useRef(outcomes);
  useEffect(() => {
    void runSteps(steps, (at, outcome) => {
      latest.current = latest.current.map((before, place) => (place === at ? outcome : before));
      setOutcomes(latest.current);
    });
  }, []);
  const voided = check instanceof EpochCheck && check.posted?.stands === false;
  return (
    <section aria-label={t("check.steps")}>
      <StepList steps={steps} outcomes={outcomes} />
      <Verdict outcomes={outcomes} voided={voided} />
      {check instanceof ReportCheck && outcomes[2]?.state === "ok" && <CheckedReport report={check.report} picture={check.picture} />}
    </section>
  );
}

/** Drawn from the checked bytes, not from the service. */
function CheckedReport({ report, picture }: { report: Report; picture: Uint8Array | null }) {
  const [src] = useState(() => picture && URL.createObjectURL(new Blob([picture as Uint8Array<ArrayBuffer>])));
  return (
    <div class="checked">
      {src && <Evidence report={report} src={src} chosen={null} />}
      <SharesBar shares={ranked(report).map(({ finding }) => finding.share)} unattributed={report.unattributed} />
    </div>
  );
}

const kept = (field: Field): string => localStorage.getItem(KEPT + field) ?? "";
const keep = (field: Field, value: string): void => localStorage.setItem(KEPT + field, value);
