// The picture, and on it where each work shows. What no work explains is paled.
import type { Report } from "../service/answers.ts";
import { t } from "../words/index.ts";
import { Picture } from "./picture.tsx";
import { LETTERS } from "./shares-bar.tsx";
import { ranked, type Ranked } from "./ranked.ts";

const PALE = 0.62;
const FULL = 1000;

/** `chosen` is the letter's index of the only work to show, or null for all. */
export function Evidence({ report, src, chosen }: { report: Report; src: string; chosen: number | null }) {
  const { width, height } = report.picture;
  const shown = ranked(report).filter(({ place }) => chosen === null || place === chosen);
  return (
    <div class="evidence" style={{ aspectRatio: `${width} / ${height}` }}>
      <Picture src={src} alt={t("report.picture.alt")} missing={t("report.picture.missing")} />
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <Veil report={report} shown={shown} />
        {shown.map((each) => each.finding.regions.map(({ query: [x, y, w, h] }) => (
          <g class={`region line-${LETTERS[each.place]!.toLowerCase()}`}>
            <rect x={x} y={y} width={w} height={h} class={each.place % 2 ? "dashed" : ""} vector-effect="non-scaling-stroke" />
          </g>
        )))}
      </svg>
      {shown.flatMap((each) => each.finding.regions.map(({ query: [x, y] }) => (
        <span class={`tag fill-${LETTERS[each.place]!.toLowerCase()}`} style={{ left: `${(100 * x) / width}%`, top: `${(100 * y) / height}%` }} aria-hidden="true">{LETTERS[each.place]}</span>
      )))}
    </div>
  );
}

function Veil({ report, shown }: { report: Report; shown: readonly Ranked[] }) {
  const { columns, rows } = report.grid;
  const [w, h] = [report.picture.width / columns, report.picture.height / rows];
  return (
    <>{report.grid.saliency.map((_, cell) => {
      const support = Math.max(0, ...shown.map(({ finding }) => finding.support[cell] ?? 0));
      const opacity = PALE * (1 - support / FULL);
      return opacity > 0.02 && <rect class="veil" x={(cell % columns) * w} y={Math.floor(cell / columns) * h} width={w} height={h} opacity={opacity.toFixed(2)} />;
    })}</>
  );
}
