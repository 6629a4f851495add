import { useCallback } from "preact/hooks";
import { Fact, Facts, Head, Sections } from "../parts/page.tsx";
import { Empty, Failed, Loaded } from "../parts/states.tsx";
import { Address, Code, Time } from "../parts/values.tsx";
import { VirtualGrid } from "../parts/virtual-grid.tsx";
import { CARD_HEIGHT, CARD_WIDTH, WorkCard } from "../parts/work-card.tsx";
import type { PageProps } from "../app/app.tsx";
import { rawCid } from "../lib/cid.ts";
import type { Dataset, DatasetWork, Page } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { useListing } from "../service/listing.ts";
import { t, tn } from "../words/index.ts";

export function Datasets() {
  const datasets = useAnswer<Page<Dataset>>("/v1/datasets?limit=200");
  return (
    <>
      <Sections current="/datasets" />
      <Head title={t("datasets.title")}><p class="lead">{t("datasets.lead")}</p></Head>
      <Loaded of={datasets}>{({ items }) => items.length === 0 ? <Empty title={t("datasets.none")} /> : (
        <ul class="tiles">{items.map((dataset) => (
          <li class="tile">
            <h2><a href={`/datasets/${dataset.id}`}>{dataset.name}</a></h2>
            <p class="soft">{tn("works.count", dataset.count)}</p>
            <p><Address value={dataset.by} /></p>
          </li>
        ))}</ul>
      )}</Loaded>
    </>
  );
}

export function DatasetPage({ params }: PageProps) {
  const dataset = useAnswer<Dataset>(`/v1/datasets/${encodeURIComponent(params.id!)}`);
  return <><Sections current="/datasets" /><Loaded of={dataset}>{(found) => <Shown dataset={found} />}</Loaded></>;
}

function Shown({ dataset }: { dataset: Dataset }) {
  const listing = useListing<DatasetWork>(`/v1/datasets/${dataset.id}/works`);
  const draw = useCallback((item: DatasetWork | undefined) => <WorkCard work={item?.work} />, []);
  const total = listing.isComplete ? listing.items.length : dataset.count;
  const hidden = listing.isComplete ? dataset.count - listing.items.length : 0;
  return (
    <>
      <Head title={dataset.name}><p class="lead">{tn("works.count", dataset.count)}</p></Head>
      <Facts>
        <Fact name={t("dataset.by")}><Address value={dataset.by} /></Fact>
        <Fact name={t("dataset.cutoff")}><Time at={dataset.cutoff} /></Fact>
        <Fact name={t("dataset.id")}><Code value={dataset.id} what={t("dataset.id")} /></Fact>
        <Fact name={t("hash.root")}><Code value={dataset.root} what={t("hash.root")} /></Fact>
        <Fact name={t("cid.manifest")}><Code value={rawCid(dataset.manifest)} what={t("cid.manifest")} href={`/ipfs/${rawCid(dataset.manifest)}`} /></Fact>
      </Facts>
      <h2>{t("dataset.works")}</h2>
      {hidden > 0 && <p class="soft">{tn("dataset.unregistered", hidden)}</p>}
      {listing.error && <Failed problem={listing.error} retry={listing.retry} />}
      <VirtualGrid items={listing.items} total={total} columnWidth={CARD_WIDTH} rowHeight={CARD_HEIGHT} label={t("dataset.works")} draw={draw} onSeen={listing.reach} />
    </>
  );
}
