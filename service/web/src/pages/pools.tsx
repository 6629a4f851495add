import { Cut } from "../parts/cut.tsx";
import { Fact, Facts, Head, Sections } from "../parts/page.tsx";
import { ReportList } from "../parts/report-list.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Address, Code, Money, Time } from "../parts/values.tsx";
import type { PageProps } from "../app/app.tsx";
import { writeSpan } from "../lib/format.ts";
import type { Epoch, Page, Pool } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { currentLanguage, t, tn } from "../words/index.ts";

export function Pools() {
  const pools = useAnswer<Page<Pool>>("/v1/pools?limit=200");
  return (
    <>
      <Sections current="/pools" />
      <Head title={t("pools.title")}><p class="lead">{t("pools.lead")}</p></Head>
      <Loaded of={pools}>{({ items }) => items.length === 0 ? <Empty title={t("pools.none")} /> : (
        <ul class="tiles">{items.map((pool) => (
          <li class="tile">
            <h2><a href={`/pools/${pool.id}`}>{t("pool.name", { id: pool.id.slice(2, 10) })}</a></h2>
            <p class="big"><Money units={pool.deposited} token={pool.token} /></p>
            <p class="soft">{t("pool.deposited")}</p>
            <Cut terms={pool} />
          </li>
        ))}</ul>
      )}</Loaded>
    </>
  );
}

export function PoolPage({ params }: PageProps) {
  const pool = useAnswer<Pool>(`/v1/pools/${encodeURIComponent(params.id!)}`);
  return <><Sections current="/pools" /><Loaded of={pool}>{(found) => <Shown pool={found} />}</Loaded></>;
}

function Shown({ pool }: { pool: Pool }) {
  const epochs = useAnswer<{ items: Epoch[] }>(`/v1/pools/${pool.id}/epochs`);
  const language = currentLanguage();
  return (
    <>
      <Head title={t("pool.name", { id: pool.id.slice(2, 10) })}><p class="lead">{t("pool.lead")}</p></Head>
      <dl class="figures">
        {([["pool.deposited", pool.deposited], ["pool.available", pool.available], ["pool.settled", pool.settled], ["pool.unattributed", pool.unattributed]] as const).map(([key, units]) => (
          <div><dt>{t(key)}</dt><dd><Money units={units} token={pool.token} /></dd></div>
        ))}
      </dl>
      <h2>{t("pool.cut")}</h2>
      <Cut terms={pool} />
      <h2>{t("pool.epochs")}</h2>
      <Loaded of={epochs}>{({ items }) => items.length === 0 ? <p class="soft">{t("pool.epochs.none")}</p> : <EpochTable pool={pool} epochs={items} />}</Loaded>
      <h2>{t("reports.title")}</h2>
      <ReportList path={`/v1/reports?pool=${pool.id}`} tokenOf={() => pool.token} none={t("reports.none")} />
      <h2>{t("pool.people")}</h2>
      <Facts>
        {(["integrator", "operator", "arbiter", "guardian", "developer", "compute", "treasury", "commons"] as const).map((role) => (
          <Fact name={t(`role.${role}`)}><Address value={pool[role]} /></Fact>
        ))}
      </Facts>
      <h2>{t("proof.title")}</h2>
      <Facts>
        <Fact name={t("pool.id")}><Code value={pool.id} what={t("pool.id")} /></Fact>
        <Fact name={t("model.id")}><Code value={pool.model_id} what={t("model.id")} href={`/models/${pool.model_id}`} /></Fact>
        <Fact name={t("pool.token")}><Address value={pool.token} /></Fact>
        <Fact name={t("pool.window")}>{writeSpan(pool.window, language)}</Fact>
        <Fact name={t("pool.bond")}><Money units={pool.bond} token={pool.token} /></Fact>
      </Facts>
    </>
  );
}

function EpochTable({ pool, epochs }: { pool: Pool; epochs: Epoch[] }) {
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label={t("pool.epochs")}>
      <table>
        <thead><tr><th scope="col">{t("epoch.number")}</th><th scope="col">{t("epoch.state")}</th><th scope="col">{t("epoch.images")}</th><th scope="col">{t("epoch.revenue")}</th><th scope="col">{t("epoch.finalAt")}</th></tr></thead>
        <tbody>{epochs.map((epoch) => (
          <tr>
            <td><a href={`/pools/${pool.id}/epochs/${epoch.number}`}>{t("epoch.name", { n: epoch.number })}</a></td>
            <td><EpochState state={epoch.state} /></td>
            <td class="number">{tn("epoch.usages", epoch.usages)}</td>
            <td>{epoch.revenue === null ? "–" : <Money units={epoch.revenue} token={pool.token} />}</td>
            <td>{epoch.valid_at === null ? "–" : <Time at={epoch.valid_at} />}</td>
          </tr>
        ))}</tbody>
      </table>
    </div>
  );
}

export function EpochState({ state }: { state: Epoch["state"] }) {
  const tone = state === "final" ? "good" : state === "stopped" ? "bad" : "wait";
  return <span class={`badge ${tone}`}>{t(`epoch.state.${state}`)}</span>;
}
