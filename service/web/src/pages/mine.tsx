import { useCallback } from "preact/hooks";
import { CreatorSections, Head } from "../parts/page.tsx";
import { Empty, Failed, Waiting } from "../parts/states.tsx";
import { VirtualGrid } from "../parts/virtual-grid.tsx";
import { WithAccount } from "../parts/wallet-choice.tsx";
import { CARD_HEIGHT, CARD_WIDTH, WorkCard } from "../parts/work-card.tsx";
import type { Work } from "../service/answers.ts";
import { useListing } from "../service/listing.ts";
import { t, tn } from "../words/index.ts";

export function Mine() {
  return (
    <>
      <CreatorSections current="/mine" />
      <Head title={t("mine.title")}><p class="lead">{t("mine.lead")}</p></Head>
      <WithAccount why={t("mine.why")}>{(account) => <List creator={account.address} />}</WithAccount>
    </>
  );
}

function List({ creator }: { creator: string }) {
  const { items, isComplete, error, reach, retry } = useListing<Work>(`/v1/works?creator=${creator}`);
  const draw = useCallback((work: Work | undefined) => <WorkCard work={work} />, []);
  if (error) return <Failed problem={error} retry={retry} />;
  if (!items.length) return isComplete ? <Empty title={t("mine.none")}><p><a class="button" href="/register">{t("landing.register")}</a></p></Empty> : <Waiting />;
  return <><p class="soft">{tn("works.count", items.length)}</p><VirtualGrid items={items} total={items.length} columnWidth={CARD_WIDTH} rowHeight={CARD_HEIGHT} label={t("mine.title")} draw={draw} onSeen={reach} /></>;
}
