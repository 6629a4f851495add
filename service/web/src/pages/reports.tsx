import { Head, Sections } from "../parts/page.tsx";
import { ReportList } from "../parts/report-list.tsx";
import { useTokens } from "../service/pools.ts";
import { t } from "../words/index.ts";

export function Reports() {
  const tokenOf = useTokens();
  return (
    <>
      <Sections current="/reports" />
      <Head title={t("reports.title")}><p class="lead">{t("reports.lead")}</p></Head>
      <ReportList path="/v1/reports" tokenOf={tokenOf} none={t("reports.none")} />
    </>
  );
}
