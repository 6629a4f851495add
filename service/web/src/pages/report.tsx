import { Fact, Facts, Head, Sections } from "../parts/page.tsx";
import { ReportView } from "../parts/report-view.tsx";
import { Loaded } from "../parts/states.tsx";
import { Code, Money } from "../parts/values.tsx";
import type { PageProps } from "../app/app.tsx";
import type { Pool, Report } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { t } from "../words/index.ts";

export function ReportPage({ params }: PageProps) {
  const cid = encodeURIComponent(params.cid!);
  const report = useAnswer<Report>(`/v1/reports/${cid}`);
  return <><Sections current="/reports" /><Loaded of={report}>{(found) => <Shown cid={cid} report={found} />}</Loaded></>;
}

function Shown({ cid, report }: { cid: string; report: Report }) {
  const usage = report.usage;
  const { data: pool } = useAnswer<Pool>(usage ? `/v1/pools/${usage.pool}` : null);
  const pay = usage && pool ? { pool, revenue: BigInt(usage.revenue) } : undefined;
  return (
    <>
      <Head title={t("report.title")}>
        <p class="lead">{pay ? <>{t("report.earned")} <strong><Money units={pay.revenue} token={pay.pool.token} /></strong>. {t("report.lead.paid")}</> : t("report.lead.free")}</p>
      </Head>
      <ReportView report={report} src={`/reports/${cid}/picture.png`} pay={pay} />
      {pay && <p class="soft">{t("report.rounding")}</p>}
      <h2>{t("proof.title")}</h2>
      <p class="soft">{t("report.proof")}</p>
      <p class="actions"><a class="button" href={`/check?report=${cid}`}>{t("report.check")}</a></p>
      <Facts>
        <Fact name={t("cid.report")}><Code value={cid} what={t("cid.report")} href={`/ipfs/${cid}`} /></Fact>
        <Fact name={t("hash.picture")}><Code value={report.picture.content_hash} what={t("hash.picture")} /></Fact>
        <Fact name={t("report.size")}>{t("work.size", { width: String(report.picture.width), height: String(report.picture.height) })}</Fact>
        <Fact name={t("model.id")}><Code value={report.model} what={t("model.id")} href={`/models/${report.model}`} /></Fact>
        <Fact name={t("hash.policy")}><Code value={report.policy} what={t("hash.policy")} /></Fact>
        {usage && <Fact name={t("report.usage")}>{usage.id}</Fact>}
        {usage && <Fact name={t("pool.id")}><Code value={usage.pool} what={t("pool.id")} href={`/pools/${usage.pool}`} /></Fact>}
      </Facts>
    </>
  );
}

