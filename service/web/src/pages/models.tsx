import { Fact, Facts, Head, Sections } from "../parts/page.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Address, Code } from "../parts/values.tsx";
import type { PageProps } from "../app/app.tsx";
import type { Dataset, Deployment, Model, Page, Pool } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { t, tn } from "../words/index.ts";

export function Models() {
  const models = useAnswer<Page<Model>>("/v1/models?limit=200");
  return (
    <>
      <Sections current="/models" />
      <Head title={t("models.title")}><p class="lead">{t("models.lead")}</p></Head>
      <Loaded of={models}>{({ items }) => items.length === 0 ? <Empty title={t("models.none")} /> : (
        <ul class="tiles">{items.map((model) => (
          <li class="tile">
            <h2><a href={`/models/${model.id}`}>{t("model.name", { id: model.id.slice(2, 10) })}</a></h2>
            <p>{t("model.learned")} <Learned model={model} /></p>
            <p class="soft"><Address value={model.developer} /></p>
          </li>
        ))}</ul>
      )}</Loaded>
    </>
  );
}

/** The first of its training sets by name, and how many there are. */
function Learned({ model }: { model: Model }) {
  const { data } = useAnswer<Dataset>(model.datasets[0] ? `/v1/datasets/${model.datasets[0]}` : null);
  if (model.datasets.length > 1 || !data) return <span class="soft">{tn("model.datasets", model.datasets.length)}</span>;
  return <><a href={`/datasets/${data.id}`}>{data.name}</a> <span class="soft">{tn("works.count", data.count)}</span></>;
}

export function ModelPage({ params }: PageProps) {
  const model = useAnswer<Model>(`/v1/models/${encodeURIComponent(params.id!)}`);
  return <><Sections current="/models" /><Loaded of={model}>{(found) => <Shown model={found} />}</Loaded></>;
}

function Shown({ model }: { model: Model }) {
  const { data: place } = useAnswer<Deployment>("/v1/deployment");
  const { data: pools } = useAnswer<Page<Pool>>("/v1/pools?limit=200");
  const mine = pools?.items.filter((pool) => pool.model_id === model.id) ?? [];
  return (
    <>
      <Head title={t("model.name", { id: model.id.slice(2, 10) })}><p class="lead">{t("model.lead")}</p></Head>
      <p class="actions"><a class="button" href={`/try?model=${model.id}`}>{t("model.try")}</a></p>
      <h2>{t("model.learned")}</h2>
      <ul class="tiles">{model.datasets.map((id) => <li class="tile"><DatasetTile id={id} /></li>)}</ul>
      <h2>{t("pools.title")}</h2>
      {mine.length === 0 ? <p class="soft">{t("model.pools.none")}</p> : <ul>{mine.map((pool) => <li><Code value={pool.id} what={t("pool.id")} href={`/pools/${pool.id}`} /></li>)}</ul>}
      <h2>{t("proof.title")}</h2>
      <Facts>
        <Fact name={t("model.developer")}><Address value={model.developer} /></Fact>
        <Fact name={t("model.id")}><Code value={model.id} what={t("model.id")} /></Fact>
        <Fact name={t("hash.weights")}><Code value={model.weights_hash} what={t("hash.weights")} /></Fact>
        <Fact name={t("hash.policy")}><Code value={model.algorithm_hash} what={t("hash.policy")} />{place && place.policy === model.algorithm_hash && <span class="soft"> {t("model.policy.ours")}</span>}</Fact>
      </Facts>
    </>
  );
}

function DatasetTile({ id }: { id: string }) {
  const dataset = useAnswer<Dataset>(`/v1/datasets/${id}`);
  return <Loaded of={dataset}>{({ name, count }) => <><h3><a href={`/datasets/${id}`}>{name}</a></h3><p class="soft">{tn("works.count", count)}</p></>}</Loaded>;
}
