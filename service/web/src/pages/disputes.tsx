import { useEffect, useState } from "preact/hooks";
import { Head, Sections } from "../parts/page.tsx";
import { Empty, Failed, Waiting } from "../parts/states.tsx";
import { Address, Code, Time } from "../parts/values.tsx";
import type { Dispute, Page, Pool } from "../service/answers.ts";
import { get, type Problem } from "../service/api.ts";
import { t } from "../words/index.ts";

export function Disputes() {
  const [found, setFound] = useState<Dispute[]>();
  const [error, setError] = useState<Problem>();
  useEffect(() => void readAll().then(setFound, setError), []);
  return (
    <>
      <Sections current="/disputes" />
      <Head title={t("disputes.title")}><p class="lead">{t("disputes.lead")}</p></Head>
      {error ? <Failed problem={error} /> : !found ? <Waiting /> : found.length === 0 ? <Empty title={t("disputes.none.title")}><p>{t("disputes.none.detail")}</p></Empty> : (
        <ul class="tiles">{found.map((dispute) => <li class="tile"><Shown dispute={dispute} /></li>)}</ul>
      )}
    </>
  );
}

/** Disputes of the first two hundred pools, one pool after the other. */
async function readAll(): Promise<Dispute[]> {
  const pools = await get<Page<Pool>>("/v1/pools?limit=200");
  const disputes: Dispute[] = [];
  for (const { id } of pools.items) disputes.push(...(await get<Page<Dispute>>(`/v1/pools/${id}/disputes?limit=200`)).items);
  return disputes;
}

function Shown({ dispute }: { dispute: Dispute }) {
  return (
    <>
      <h2><a href={`/pools/${dispute.pool}/epochs/${dispute.n}`}>{t("epoch.name", { n: dispute.n })}</a></h2>
      <p><span class={`badge ${dispute.state === "open" ? "wait" : ""}`}>{t(`dispute.state.${dispute.state}`)}</span></p>
      <p>{t("dispute.by")} <Address value={dispute.by} /></p>
      <p class="soft">{t("dispute.at")} <Time at={dispute.disputed_at} /></p>
      {dispute.state === "open" && <p class="soft">{t("dispute.ruleBy")} <Time at={dispute.rule_by} /></p>}
      <p>{t("dispute.evidence")} <Code value={dispute.reason} what={t("dispute.evidence")} href={dispute.evidence} /></p>
    </>
  );
}
