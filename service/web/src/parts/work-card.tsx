// One work among many: its picture, its name, its author.
import type { Work } from "../service/answers.ts";
import { t } from "../words/index.ts";
import { Picture } from "./picture.tsx";

export const CARD_WIDTH = 190;
export const CARD_HEIGHT = 252;

export const thumbnailOf = (work: Work): string | null => (work.picture ? `/works/${work.id}/thumbnail.png` : null);

export const titleOf = (work: Work): string => work.title || t("work.untitled");

export function WorkCard({ work }: { work: Work | undefined }) {
  if (!work) return <span class="card waiting" aria-hidden="true"><span class="card-picture" /></span>;
  return (
    <a class="card" href={`/works/${work.id}`}>
      <span class="card-picture"><Picture src={thumbnailOf(work)} alt="" atRest /></span>
      <span class="card-title">{titleOf(work)}</span>
      <span class="card-note">{work.author || t("work.anonymous")}{work.opted_out_at !== null && ` · ${t("work.optedOut.short")}`}</span>
    </a>
  );
}
