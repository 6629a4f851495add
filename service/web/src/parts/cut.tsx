// How a pool cuts each revenue: four parts of a whole.
import { t } from "../words/index.ts";
import { Share } from "./values.tsx";

interface Terms { creator_bps: number; developer_bps: number; compute_bps: number }

export function Cut({ terms }: { terms: Terms }) {
  const treasury = 10_000 - terms.creator_bps - terms.developer_bps - terms.compute_bps;
  const parts = [
    ["a", t("cut.creators"), terms.creator_bps], ["c", t("cut.developer"), terms.developer_bps],
    ["d", t("cut.compute"), terms.compute_bps], ["g", t("cut.treasury"), treasury],
  ] as const;
  let left = 0;
  return (
    <div class="cut">
      <div class="shares-bar" aria-hidden="true">
        {parts.map(([colour, , bps]) => {
          const style = { left: `${left / 100}%`, width: `${bps / 100}%` };
          left += bps;
          return <span class={`slice fill-${colour}`} style={style} />;
        })}
      </div>
      <ul class="legend">{parts.map(([colour, name, bps]) => (
        <li><span class={`dot fill-${colour}`} aria-hidden="true" /> {name} <Share ppm={bps * 100} /></li>
      ))}</ul>
    </div>
  );
}
