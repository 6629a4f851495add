// What Creditline does, told with a living example where there is one, and with drawings.
import { useEffect } from "preact/hooks";
import { Evidence } from "../parts/evidence.tsx";
import { StepPicture } from "../parts/step-picture.tsx";
import { ranked } from "../parts/ranked.ts";
import { Picture } from "../parts/picture.tsx";
import { LETTERS, SharesBar } from "../parts/shares-bar.tsx";
import { Money, Share } from "../parts/values.tsx";
import { thumbnailOf, titleOf } from "../parts/work-card.tsx";
import type { Finding, Overview, Page, Report, ReportLine, Work } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { useTokens } from "../service/pools.ts";
import { currentLanguage, t, type Key } from "../words/index.ts";

const STEPS = ["register", "learn", "find", "pay"] as const;
const DOORS: readonly [href: string, title: Key, detail: Key][] = [
  ["/register", "door.creators.title", "door.creators.detail"],
  ["/try", "door.try.title", "door.try.detail"],
  ["/works", "door.explore.title", "door.explore.detail"],
  ["/check", "door.check.title", "door.check.detail"],
];

export function Landing() {
  const { data: overview } = useAnswer<Overview>("/v1/overview");
  const { data: reports } = useAnswer<Page<ReportLine>>("/v1/reports?limit=20");
  const example = reports && pick(reports.items);
  useEffect(() => void (document.title = `Creditline · ${t("landing.title")}`));
  return (
    <>
      <section class="hero">
        <div>
          <h1>{t("landing.title")}</h1>
          <p class="lead">{t("landing.lead")}</p>
          <p class="actions"><a class="button" href="/try">{t("landing.try")}</a> <a class="button quiet" href="/register">{t("landing.register")}</a></p>
          {overview && <Numbers overview={overview} />}
        </div>
        {example ? <Example line={example} /> : <StepPicture step="find" />}
      </section>
      <section aria-labelledby="how">
        <h2 id="how">{t("landing.how")}</h2>
        <ol class="steps">{STEPS.map((step) => (
          <li><StepPicture step={step} /><h3>{t(`step.${step}.title`)}</h3><p>{t(`step.${step}.detail`)}</p></li>
        ))}</ol>
      </section>
      <section aria-labelledby="promises">
        <h2 id="promises">{t("landing.promises")}</h2>
        <ul class="promises">{(["evidence", "trained", "copies", "recompute", "operator"] as const).map((each) => (
          <li><h3>{t(`promise.${each}.title`)}</h3><p>{t(`promise.${each}.detail`)}</p></li>
        ))}</ul>
      </section>
      <section aria-labelledby="doors">
        <h2 id="doors">{t("landing.doors")}</h2>
        <ul class="tiles">{DOORS.map(([href, title, detail]) => (
          <li class="tile"><h3><a href={href}>{t(title)}</a></h3><p>{t(detail)}</p></li>
        ))}</ul>
      </section>
    </>
  );
}

/** The newest image that draws on the most works tells the most. */
function pick(lines: readonly ReportLine[]): ReportLine | undefined {
  return [...lines].sort((one, other) => other.shares.length - one.shares.length)[0];
}

function Numbers({ overview }: { overview: Overview }) {
  const number = new Intl.NumberFormat(currentLanguage());
  return (
    <dl class="numbers">
      {(["works", "creators", "reports"] as const).map((each) => (
        <div><dt>{t(`number.${each}`)}</dt><dd>{number.format(overview[each])}</dd></div>
      ))}
    </dl>
  );
}

function Example({ line }: { line: ReportLine }) {
  const { data: report } = useAnswer<Report>(`/v1/reports/${line.cid}`);
  const token = useTokens()(line.pool);
  if (!report) return <div class="example waiting" aria-hidden="true" />;
  return (
    <figure class="example">
      <div class="example-pair">
        <Evidence report={report} src={`/reports/${line.cid}/picture.png`} chosen={null} />
        <ol class="example-works">{ranked(report).slice(0, 4).map(({ finding, place }) => <ExampleWork finding={finding} letter={LETTERS[place]!} />)}</ol>
      </div>
      <SharesBar shares={ranked(report).map(({ finding }) => finding.share)} unattributed={report.unattributed} />
      <figcaption><span>{t("landing.example")}</span> {token && <span>{t("report.earned")} <Money units={line.revenue} token={token} /></span>} <a href={`/reports/${line.cid}`}>{t("landing.example.open")}</a></figcaption>
    </figure>
  );
}

function ExampleWork({ finding, letter }: { finding: Finding; letter: string }) {
  const { data: work } = useAnswer<Work>(`/v1/works/${finding.work}`);
  return (
    <li>
      <span class="finding-picture">{work && <Picture src={thumbnailOf(work)} alt={titleOf(work)} />}</span>
      <span><span class={`letter small fill-${letter.toLowerCase()}`} aria-hidden="true">{letter}</span> {work?.author} <Share ppm={finding.share} /></span>
    </li>
  );
}
