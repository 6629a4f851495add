import { Fact, Facts, Head, Sections } from "../parts/page.tsx";
import { Loaded } from "../parts/states.tsx";
import { Code, Money, Time } from "../parts/values.tsx";
import type { PageProps } from "../app/app.tsx";
import type { Epoch, Pool } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { t, tn } from "../words/index.ts";
import { EpochState } from "./pools.tsx";

export function EpochPage({ params }: PageProps) {
  const id = encodeURIComponent(params.id!);
  const pool = useAnswer<Pool>(`/v1/pools/${id}`);
  const epoch = useAnswer<Epoch>(`/v1/pools/${id}/epochs/${encodeURIComponent(params.n!)}`);
  return <><Sections current="/pools" /><Loaded of={pool}>{(mine) => <Loaded of={epoch}>{(found) => <Shown pool={mine} epoch={found} />}</Loaded>}</Loaded></>;
}

function Shown({ pool, epoch }: { pool: Pool; epoch: Epoch }) {
  const isPosted = epoch.data !== null;
  return (
    <>
      <Head title={t("epoch.name", { n: epoch.number })}>
        <p class="lead"><a href={`/pools/${pool.id}`}>{t("pool.name", { id: pool.id.slice(2, 10) })}</a> · <EpochState state={epoch.state} /></p>
      </Head>
      <p>{t(`epoch.meaning.${epoch.state}`)}</p>
      {epoch.reason && <p class="note bad" lang="en">{epoch.reason}</p>}
      {isPosted && <p class="actions"><a class="button" href={`/check?pool=${pool.id}&epoch=${epoch.number}`}>{t("epoch.check")}</a></p>}
      <dl class="figures">
        <div><dt>{t("epoch.images")}</dt><dd>{tn("epoch.usages", epoch.usages)}</dd></div>
        {epoch.revenue !== null && <div><dt>{t("epoch.revenue")}</dt><dd><Money units={epoch.revenue} token={pool.token} /></dd></div>}
        {epoch.payout_sum !== null && <div><dt>{t("epoch.payoutSum")}</dt><dd><Money units={epoch.payout_sum} token={pool.token} /></dd></div>}
        {epoch.valid_at !== null && <div><dt>{t("epoch.finalAt")}</dt><dd class="small"><Time at={epoch.valid_at} /></dd></div>}
      </dl>
      {isPosted && (
        <>
          <h2>{t("proof.title")}</h2>
          <p class="soft">{t("epoch.proof")}</p>
          <Facts>
            <Fact name={t("epoch.root.reports")}><Code value={epoch.reports!} what={t("epoch.root.reports")} /></Fact>
            <Fact name={t("epoch.root.credits")}><Code value={epoch.credits!} what={t("epoch.root.credits")} /></Fact>
            <Fact name={t("epoch.root.payouts")}><Code value={epoch.payouts!} what={t("epoch.root.payouts")} /></Fact>
            <Fact name={t("epoch.cutoff")}><Time at={epoch.cutoff!} /></Fact>
            <Fact name={t("hash.data")}><Code value={epoch.data!} what={t("hash.data")} /></Fact>
            {epoch.cid && <Fact name={t("cid.epoch")}><Code value={epoch.cid} what={t("cid.epoch")} href={`/ipfs/${epoch.cid}`} /></Fact>}
          </Facts>
        </>
      )}
    </>
  );
}
