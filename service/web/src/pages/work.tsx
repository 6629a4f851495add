import { Fact, Facts, Head, Sections } from "../parts/page.tsx";
import { Picture } from "../parts/picture.tsx";
import { ReportList } from "../parts/report-list.tsx";
import { Loaded } from "../parts/states.tsx";
import { Address, Code, Time } from "../parts/values.tsx";
import { titleOf } from "../parts/work-card.tsx";
import type { PageProps } from "../app/app.tsx";
import type { Work } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { useTokens } from "../service/pools.ts";
import { t } from "../words/index.ts";

export function WorkPage({ params }: PageProps) {
  const work = useAnswer<Work>(`/v1/works/${encodeURIComponent(params.id!)}`);
  return <><Sections current="/works" /><Loaded of={work}>{(found) => <Shown work={found} />}</Loaded></>;
}

function Shown({ work }: { work: Work }) {
  const tokenOf = useTokens();
  return (
    <>
      <div class="split">
        <figure class="exhibit">
          <Picture src={work.picture && `/ipfs/${work.picture}`} alt={titleOf(work)} missing={t("work.private")} />
          <figcaption class="soft">{t("work.size", { width: String(work.width), height: String(work.height) })}</figcaption>
        </figure>
        <div>
          <Head title={titleOf(work)}><p class="lead">{work.author || t("work.anonymous")}</p></Head>
          <Status work={work} />
          <Facts>
            <Fact name={t("work.creator")}><Address value={work.creator} name={work.author} /> <a class="aside" href={`/works?creator=${work.creator}`}>{t("work.more")}</a></Fact>
            {work.owner !== work.creator && <Fact name={t("work.owner")}><Address value={work.owner} /></Fact>}
            <Fact name={t("work.payee")}><Address value={work.payee} name={work.payee === work.creator ? work.author : undefined} /></Fact>
            <Fact name={t("work.registered")}><Time at={work.registered_at} /></Fact>
            <Fact name={t("work.licence")}>{work.licence || t("work.licence.none")}</Fact>
          </Facts>
        </div>
      </div>
      <h2>{t("work.found")}</h2>
      <ReportList path={`/v1/reports?work=${work.id}`} tokenOf={tokenOf} none={t("work.found.none")} />
      <h2>{t("proof.title")}</h2>
      <p class="soft">{t("work.proof.detail")}</p>
      <Facts>
        <Fact name={t("work.id")}><Code value={work.id} what={t("work.id")} /></Fact>
        <Fact name={t("hash.content")}><Code value={work.content_hash} what={t("hash.content")} /></Fact>
        <Fact name={t("hash.pixel")}><Code value={work.pixel_hash} what={t("hash.pixel")} /></Fact>
        <Fact name={t("hash.record")}><Code value={work.record_hash} what={t("hash.record")} /></Fact>
        <Fact name={t("hash.terms")}><Code value={work.terms_hash} what={t("hash.terms")} /></Fact>
        {work.picture && <Fact name={t("cid.picture")}><Code value={work.picture} what={t("cid.picture")} href={`/ipfs/${work.picture}`} /></Fact>}
        {work.anchor && <Fact name={t("hash.anchor")}><Code value={work.anchor} what={t("hash.anchor")} />{work.index !== null && ` ${t("work.leaf", { index: work.index })}`}</Fact>}
      </Facts>
    </>
  );
}

function Status({ work }: { work: Work }) {
  const mayTrain = work.training === "allowed" && work.opted_out_at === null;
  return (
    <ul class="badges">
      <li class={work.on_chain ? "badge good" : "badge"}>{work.on_chain ? t("work.onChain") : t("work.anchored")}</li>
      <li class={mayTrain ? "badge good" : "badge bad"}>{mayTrain ? t("work.training.allowed") : t("work.training.forbidden")}</li>
      {work.opted_out_at !== null && <li class="badge bad">{t("work.optedOut")} <Time at={work.opted_out_at} /></li>}
    </ul>
  );
}
