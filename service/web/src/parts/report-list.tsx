// Reports as rows: the image, its shares, what it earned.
import type { ReportLine } from "../service/answers.ts";
import { useListing } from "../service/listing.ts";
import { t } from "../words/index.ts";
import { Picture } from "./picture.tsx";
import { SharesBar } from "./shares-bar.tsx";
import { Empty, Failed, Waiting } from "./states.tsx";
import { Money } from "./values.tsx";

export function ReportList({ path, tokenOf, none }: { path: string; tokenOf: (pool: string) => string | undefined; none: string }) {
  const { items, isComplete, error, reach, retry } = useListing<ReportLine>(path, 50);
  if (error) return <Failed problem={error} retry={retry} />;
  if (!items.length) return isComplete ? <Empty title={none} /> : <Waiting />;
  return (
    <>
      <ul class="rows">{items.map((line) => <li key={line.cid}><Row line={line} token={tokenOf(line.pool)} /></li>)}</ul>
      {!isComplete && <button type="button" class="button quiet" onClick={() => reach(items.length + 50)}>{t("list.more")}</button>}
    </>
  );
}

function Row({ line, token }: { line: ReportLine; token: string | undefined }) {
  const shares = line.shares.map(({ share }) => share).sort((one, other) => other - one);
  return (
    <a class="row" href={`/reports/${line.cid}`}>
      <span class="row-picture"><Picture src={`/reports/${line.cid}/thumbnail.png`} alt={t("report.picture.alt")} missing={t("report.picture.missing")} /></span>
      <span class="row-text">
        <span class="row-title">{line.usage_id}</span>
        <SharesBar shares={shares} unattributed={line.unattributed} />
        <span class="soft">{line.epoch === null ? t("report.direct") : t("report.inEpoch", { n: line.epoch })}</span>
      </span>
      <span class="row-money">{token && <><span class="unseen">{t("report.earned")} </span><Money units={line.revenue} token={token} /></>}</span>
    </a>
  );
}
