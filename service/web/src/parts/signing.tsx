// Before the wallet opens: in words, exactly what is signed.
import type { Picked } from "../desk/picked.ts";
import type { Asked, Prepared } from "../desk/prepared.ts";
import type { Deployment } from "../service/answers.ts";
import { t, tn } from "../words/index.ts";
import { Fact, Facts } from "./page.tsx";
import { Address, Code, Time } from "./values.tsx";

interface Props { asked: Asked; prepared: Prepared; place: Deployment; pictures: readonly Picked[]; onSign: () => void; onBack: () => void }

export function Signing({ asked, prepared, place, pictures, onSign, onBack }: Props) {
  return (
    <section class="signing" aria-label={t("sign.title")}>
      <h2>{t("sign.title")}</h2>
      <ul class="sentences">
        <li>{tn("sign.claim", asked.works.length)}</li>
        <li>{t(asked.terms.training === "allowed" ? "sign.allowed" : "sign.forbidden", { licence: asked.terms.licence })}</li>
        <li>{t("sign.free")}</li>
      </ul>
      <Likenesses prepared={prepared} pictures={pictures} />
      <Facts>
        <Fact name={t("sign.payee")}><Address value={asked.payee} name={t("wallet.you")} /></Fact>
        <Fact name={t("sign.root")}><Code value={prepared.id} what={t("sign.root")} /></Fact>
        <Fact name={t("sign.count")}>{tn("works.count", asked.works.length)}</Fact>
        <Fact name={t("sign.deadline")}><Time at={prepared.deadline} /></Fact>
        <Fact name={t("sign.contract")}><Code value={place.work_registry} what={t("sign.contract")} /></Fact>
        <Fact name={t("sign.chain")}>{String(place.chain_id)}</Fact>
      </Facts>
      <p class="soft">{t("sign.checked")}</p>
      <p class="actions"><button type="button" class="button" onClick={onSign}>{t("sign.sign")}</button><button type="button" class="button quiet" onClick={onBack}>{t("sign.back")}</button></p>
    </section>
  );
}

/** Works of others that show the same pixels, side by side. */
function Likenesses({ prepared, pictures }: { prepared: Prepared; pictures: readonly Picked[] }) {
  if (!prepared.likenesses.length) return null;
  return (
    <div class="note wait">
      <p><strong>{tn("sign.likeness", prepared.likenesses.length)}</strong></p>
      <ul class="likenesses">{prepared.likenesses.map(({ content_hash, registered, creator }) => (
        <li><span>{pictures.find(({ hash }) => hash === content_hash)?.title}</span> → <a href={`/works/${registered}`}>{t("sign.likeness.work")}</a> <Address value={creator} /></li>
      ))}</ul>
    </div>
  );
}
