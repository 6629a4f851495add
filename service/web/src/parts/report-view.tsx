// A report for people: the image beside the works, where they match, the shares, the money.
import { useState } from "preact/hooks";
import { creditWorks, cutRevenue } from "../lib/shares.ts";
import type { Pool, Report, Work } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { t } from "../words/index.ts";
import { Evidence } from "./evidence.tsx";
import { Picture } from "./picture.tsx";
import { ranked, type Ranked } from "./ranked.ts";
import { LETTERS, SharesBar } from "./shares-bar.tsx";
import { Money, Share } from "./values.tsx";
import { thumbnailOf, titleOf } from "./work-card.tsx";

export interface Pay {
  pool: Pool;
  revenue: bigint;
}

export function ReportView({ report, src, pay }: { report: Report; src: string; pay: Pay | undefined }) {
  const [chosen, choose] = useState<number | null>(null);
  const works = ranked(report);
  const credits = pay && credit(report, pay);
  const toggle = (place: number) => choose(chosen === place ? null : place);
  return (
    <div class="report">
      <div class="report-picture">
        <Evidence report={report} src={src} chosen={chosen} />
        <p class="soft">{works.length ? t("report.legend") : t("report.nothing")}</p>
      </div>
      <div class="report-shares">
        <SharesBar shares={works.map(({ finding }) => finding.share)} unattributed={report.unattributed} />
        <ol class="findings">
          {works.map((each) => (
            <FindingRow key={each.finding.work} each={each} isChosen={chosen === each.place} onChoose={() => toggle(each.place)}
              pay={pay} amount={credits?.works[each.index]} />
          ))}
          <li class="finding rest">
            <span class="letter fill-rest" aria-hidden="true">–</span>
            <span class="finding-picture none" aria-hidden="true" />
            <div class="finding-text">
              <p class="finding-title">{t("shares.unattributed")}</p>
              <p class="soft">{t("shares.unattributed.detail")}</p>
            </div>
            <div class="finding-share"><Share ppm={report.unattributed} />{pay && credits && <Money units={credits.unattributed} token={pay.pool.token} />}</div>
          </li>
          <li class="finding total">
            <span class="finding-title">{t("shares.whole")}</span>
            <div class="finding-share"><Share ppm={1_000_000} />{pay && <Money units={cutRevenue(0n, pay.revenue, terms(pay.pool)).creators} token={pay.pool.token} />}</div>
          </li>
        </ol>
      </div>
    </div>
  );
}

function FindingRow({ each, isChosen, onChoose, pay, amount }: {
  each: Ranked; isChosen: boolean; onChoose: () => void; pay: Pay | undefined; amount: bigint | undefined;
}) {
  const { finding, place } = each;
  const { data: work } = useAnswer<Work>(`/v1/works/${finding.work}`);
  const letter = LETTERS[place]!;
  return (
    <li class={`finding ${isChosen ? "chosen" : ""}`}>
      <button type="button" class={`letter fill-${letter.toLowerCase()}`} aria-pressed={isChosen} onClick={onChoose}
        aria-label={t("report.only", { letter })}>{letter}</button>
      <span class="finding-picture">
        {work ? <WorkRegions work={work} each={each} /> : <span class="no-picture" />}
      </span>
      <div class="finding-text">
        <p class="finding-title"><a href={`/works/${finding.work}`}>{work ? titleOf(work) : finding.work.slice(0, 12)}</a></p>
        <p class="soft">{work && (work.author || t("work.anonymous"))}</p>
        <p class="soft small">{t(`tier.${finding.tier}`)}</p>
      </div>
      <div class="finding-share"><Share ppm={finding.share} />{pay && amount !== undefined && <Money units={amount} token={pay.pool.token} />}</div>
    </li>
  );
}

/** The work, with the boxes that were found in the image. */
function WorkRegions({ work, each }: { work: Work; each: Ranked }) {
  const src = thumbnailOf(work);
  return (
    <span class="regions">
      <Picture src={src} alt={titleOf(work)} />
      {src && (
        <svg viewBox={`0 0 ${work.width} ${work.height}`} aria-hidden="true">
          <g class={`region line-${LETTERS[each.place]!.toLowerCase()}`}>
            {each.finding.regions.map(({ work: [x, y, w, h] }) => <rect x={x} y={y} width={w} height={h} class={each.place % 2 ? "dashed" : ""} vector-effect="non-scaling-stroke" />)}
          </g>
        </svg>
      )}
    </span>
  );
}

export const terms = (pool: Pool) => ({ creatorBps: pool.creator_bps, developerBps: pool.developer_bps, computeBps: pool.compute_bps });

function credit(report: Report, pay: Pay) {
  return creditWorks(cutRevenue(0n, pay.revenue, terms(pay.pool)).creators, report.works.map(({ share }) => share));
}
