import { useEffect, useRef, useState } from "preact/hooks";
import { Drop } from "../parts/drop.tsx";
import { Head } from "../parts/page.tsx";
import { ReportView, type Pay } from "../parts/report-view.tsx";
import { Empty, Failed, Loaded } from "../parts/states.tsx";
import { Copy } from "../parts/values.tsx";
import type { PageProps } from "../app/app.tsx";
import { readAmount } from "../lib/format.ts";
import type { Attribution, Dataset, Model, Page, Pool, Token } from "../service/answers.ts";
import { useAnswer, type Problem } from "../service/api.ts";
import { attribute, type Upload } from "../service/upload.ts";
import { t, tn } from "../words/index.ts";

type Stage = { name: "ready" } | { name: "sending"; sent: number } | { name: "done"; result: Attribution; src: string } | { name: "failed"; problem: Problem };

export function Try({ search }: PageProps) {
  const models = useAnswer<Page<Model>>("/v1/models?limit=200");
  return (
    <>
      <Head title={t("try.title")}><p class="lead">{t("try.lead")}</p></Head>
      <Loaded of={models}>{({ items }) => items.length === 0 ? <Empty title={t("models.none")}><p>{t("try.noModels")}</p></Empty> : <Bench models={items} asked={search.get("model")} />}</Loaded>
    </>
  );
}

function Bench({ models, asked }: { models: Model[]; asked: string | null }) {
  const [model, setModel] = useState(() => models.find(({ id }) => id === asked) ?? models[0]!);
  const [stage, setStage] = useState<Stage>({ name: "ready" });
  const upload = useRef<Upload>(undefined);
  useEffect(() => () => upload.current?.cancel(), []);
  const start = (picture: File) => {
    setStage({ name: "sending", sent: 0 });
    const mine = attribute(picture, model.id, (sent) => setStage((now) => (now.name === "sending" ? { name: "sending", sent } : now)));
    upload.current = mine;
    mine.answer.then(
      (result) => setStage({ name: "done", result, src: URL.createObjectURL(picture) }),
      (problem: Problem) => setStage({ name: "failed", problem }),
    );
  };
  return (
    <>
      <ModelChoice models={models} model={model} onChange={setModel} />
      <Drop label={t("drop.label")} isBusy={stage.name === "sending"} onPicture={start} />
      <p class="soft">{t("try.privacy")}</p>
      <div aria-live="polite">
        {stage.name === "sending" && <Progress sent={stage.sent} />}
        {stage.name === "failed" && <Failed problem={stage.problem} />}
      </div>
      {stage.name === "done" && <Result result={stage.result} src={stage.src} model={model} />}
    </>
  );
}

function ModelChoice({ models, model, onChange }: { models: Model[]; model: Model; onChange: (model: Model) => void }) {
  const { data: dataset } = useAnswer<Dataset>(model.datasets[0] ? `/v1/datasets/${model.datasets[0]}` : null);
  return (
    <div class="field">
      <label for="model">{t("try.model")}</label>
      <select id="model" value={model.id} onChange={(event) => onChange(models.find(({ id }) => id === event.currentTarget.value) ?? model)}>
        {models.map(({ id }) => <option value={id}>{t("model.name", { id: id.slice(2, 10) })}</option>)}
      </select>
      {dataset && <span class="soft">{t("try.learned", { name: dataset.name, works: tn("works.count", dataset.count) })}</span>}
    </div>
  );
}

function Progress({ sent }: { sent: number }) {
  const text = sent < 1 ? t("try.sending") : t("try.computing");
  return <div class="progress"><p role="status">{text}</p><progress aria-label={text} {...(sent < 1 ? { value: sent } : {})} /></div>;
}

function Result({ result, src, model }: { result: Attribution; src: string; model: Model }) {
  const { data: pools } = useAnswer<Page<Pool>>("/v1/pools?limit=200");
  const pool = pools?.items.find((each) => each.model_id === model.id);
  const { data: token } = useAnswer<Token>(pool ? `/v1/tokens/${pool.token}` : null, true);
  const [price, setPrice] = useState("100");
  const revenue = token?.decimals != null ? readAmount(price, token.decimals) : null;
  const pay: Pay | undefined = pool && revenue ? { pool, revenue } : undefined;
  const link = `${location.origin}${result.page}`;
  return (
    <section class="result" aria-label={t("report.title")}>
      <h2>{t("report.title")}</h2>
      {pool && token && (
        <div class="field">
          <label for="price">{t("try.price", { symbol: token.symbol })}</label>
          <input id="price" inputMode="decimal" value={price} aria-invalid={revenue === null} onInput={(event) => setPrice(event.currentTarget.value)} />
          <span class="soft">{revenue === null ? t("try.price.wrong") : t("try.price.detail")}</span>
        </div>
      )}
      <ReportView report={result.report} src={src} pay={pay} />
      <p>{t("try.link")} <a href={result.page}>{link}</a> <Copy value={link} what={t("try.link")} /></p>
    </section>
  );
}
