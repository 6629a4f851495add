import { useCallback } from "preact/hooks";
import { Head, Sections } from "../parts/page.tsx";
import { Empty, Failed, Waiting } from "../parts/states.tsx";
import { VirtualGrid } from "../parts/virtual-grid.tsx";
import { CARD_HEIGHT, CARD_WIDTH, WorkCard } from "../parts/work-card.tsx";
import type { PageProps } from "../app/app.tsx";
import type { Overview, Work } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { useListing } from "../service/listing.ts";
import { t, tn } from "../words/index.ts";
import { Address } from "../parts/values.tsx";

export function Works({ search }: PageProps) {
  const creator = search.get("creator");
  const listing = useListing<Work>(creator ? `/v1/works?creator=${encodeURIComponent(creator)}` : "/v1/works");
  const overview = useAnswer<Overview>(creator ? null : "/v1/overview");
  const draw = useCallback((work: Work | undefined) => <WorkCard work={work} />, []);
  const { items, isComplete, error } = listing;
  const total = isComplete || error ? items.length : Math.max(items.length, overview.data?.works ?? 0);
  return (
    <>
      <Sections current="/works" />
      <Head title={t("works.title")}>
        {creator ? <p><Address value={creator} name={items[0]?.author} /> · <a href="/works">{t("works.all")}</a></p> : <p class="lead">{t("works.lead")}</p>}
      </Head>
      {total > 0 && <p class="soft">{tn("works.count", total)}</p>}
      {total > 0 && <VirtualGrid items={items} total={total} columnWidth={CARD_WIDTH} rowHeight={CARD_HEIGHT} label={t("works.title")} draw={draw} onSeen={listing.reach} />}
      {error && <Failed problem={error} retry={listing.retry} />}
      {!error && total === 0 && (isComplete ? <Empty title={t("works.none.title")}><p>{t("works.none.detail")}</p></Empty> : <Waiting />)}
    </>
  );
}
