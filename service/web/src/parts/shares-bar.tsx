// A whole, cut into works and what nobody explains. Widths are parts per million, so the bar is exactly full.
import { writeShare } from "../lib/format.ts";
import { currentLanguage, t } from "../words/index.ts";

export const LETTERS = "ABCDEFGHIJKL";
const WHOLE = 1_000_000;
const ROOM_FOR_A_LETTER = 35_000;

export function SharesBar({ shares, unattributed }: { shares: readonly number[]; unattributed: number }) {
  const language = currentLanguage();
  const starts = shares.map((_, at) => shares.slice(0, at).reduce((sum, share) => sum + share, 0));
  const spoken = [
    ...shares.map((share, at) => `${LETTERS[at]} ${writeShare(share, language)}`),
    `${t("shares.unattributed")} ${writeShare(unattributed, language)}`,
  ].join(", ");
  return (
    <div class="shares-bar" role="img" aria-label={spoken}>
      {shares.map((share, at) => (
        <span class={`slice fill-${LETTERS[at]!.toLowerCase()}`} style={{ left: percent(starts[at]!), width: percent(share) }}>
          {share >= ROOM_FOR_A_LETTER && LETTERS[at]}
        </span>
      ))}
      <span class="slice rest" style={{ left: percent(WHOLE - unattributed), width: percent(unattributed) }} />
    </div>
  );
}

const percent = (ppm: number) => `${ppm / 10_000}%`;
