// The result: what was registered and when, to keep and to print.
import type { Picked } from "../desk/picked.ts";
import type { Prepared } from "../desk/prepared.ts";
import { t, tn } from "../words/index.ts";
import { Fact, Facts } from "./page.tsx";
import { Address, Code } from "./values.tsx";

export function Registered({ prepared, pictures }: { prepared: Prepared; pictures: readonly Picked[] }) {
  const titles = new Map(pictures.map(({ hash, title }) => [hash, title]));
  return (
    <section class="certificate" aria-label={t("registered.title")}>
      <h2>{t("registered.title")}</h2>
      <p class="lead">{tn("registered.lead", prepared.count)}</p>
      <Facts>
        <Fact name={t("work.creator")}><Address value={prepared.creator} name={t("wallet.you")} /></Fact>
        <Fact name={t("hash.anchor")}><Code value={prepared.id} what={t("hash.anchor")} /></Fact>
        {prepared.transaction && <Fact name={t("registered.transaction")}><Code value={prepared.transaction} what={t("registered.transaction")} /></Fact>}
      </Facts>
      <ul class="registered">{prepared.leaves.slice(0, 200).map(({ work, content_hash }) => (
        <li><a href={`/works/${work}`}>{titles.get(content_hash) ?? content_hash.slice(0, 14)}</a></li>
      ))}</ul>
      <p class="actions"><a class="button" href="/mine">{t("registered.mine")}</a><button type="button" class="button quiet" onClick={() => print()}>{t("registered.print")}</button></p>
    </section>
  );
}
