// From pictures to a dated claim: pick, name and allow, sign once, done.
import { useEffect, useMemo, useState } from "preact/hooks";
import { pick, sendAll, WORKS_MAX, type Picked } from "../desk/picked.ts";
import { NotAsked, readPrepared, type Asked, type Prepared } from "../desk/prepared.ts";
import { writeSpan } from "../lib/format.ts";
import { CreatorSections, Head } from "../parts/page.tsx";
import { Signing } from "../parts/signing.tsx";
import { Failed, Waiting } from "../parts/states.tsx";
import { WithAccount } from "../parts/wallet-choice.tsx";
import { Registered } from "../parts/registered.tsx";
import type { Deployment } from "../service/answers.ts";
import { ask, get, getOnce, patiently, post, Problem } from "../service/api.ts";
import { signTyped, WalletRefusal, type Account } from "../wallet/account.ts";
import { currentLanguage, t, tn } from "../words/index.ts";

type Stage =
  | { name: "picking" }
  | { name: "sending"; done: number; since: number }
  | { name: "signing"; asked: Asked; prepared: Prepared; data: object; place: Deployment }
  | { name: "anchoring"; prepared: Prepared }
  | { name: "done"; prepared: Prepared };

const POLL_MS = 700;
/** Ten thousand pictures are more than an address may send at once: the service says when the next may come. */
const SENDING_TRIES = 60;
const LICENCES = ["CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC0-1.0", "All rights reserved"];

export function Register() {
  return (
    <>
      <CreatorSections current="/register" />
      <Head title={t("register.title")}><p class="lead">{t("register.lead")}</p></Head>
      <WithAccount why={t("register.why")}>{(account) => <Desk key={account.address} account={account} />}</WithAccount>
    </>
  );
}

function Desk({ account }: { account: Account }) {
  const [pictures, setPictures] = useState<Picked[]>([]);
  const [stage, setStage] = useState<Stage>({ name: "picking" });
  const [problem, setProblem] = useState<Problem | string>("");
  const [form, setForm] = useState({ author: "", licence: LICENCES[0]!, training: "allowed" as "allowed" | "forbidden", publish: true });
  const attempt = (work: () => Promise<void>) => {
    setProblem("");
    work().catch((error: unknown) => {
      setProblem(error instanceof Problem ? error : error instanceof NotAsked ? t("register.notAsked", { what: error.message }) : error instanceof WalletRefusal ? error.message : String(error));
      setStage((now) => (now.name === "sending" ? { name: "picking" } : now));
    });
  };
  const prepare = () => attempt(async () => {
    const since = Date.now();
    setStage({ name: "sending", done: 0, since });
    await sendAll(pictures, ({ file }) => patiently(() => ask(`/v1/pictures?publish=${form.publish}`, { method: "POST", body: file }), SENDING_TRIES), (done) => setStage({ name: "sending", done, since }));
    const works = pictures.map(({ hash, title }) => ({ content_hash: hash, title, author: form.author }));
    const asked: Asked = { creator: account.address, payee: account.address, terms: { licence: form.licence, training: form.training }, works };
    const prepared = await post<Prepared>("/v1/registrations", asked);
    if (prepared.status === "anchored") return setStage({ name: "done", prepared });
    if (prepared.status === "sent") return setStage({ name: "anchoring", prepared });
    const place = await getOnce<Deployment>("/v1/deployment");
    setStage({ name: "signing", asked, prepared, place, data: readPrepared(prepared, asked, place) });
  });
  const sign = () => attempt(async () => {
    if (stage.name !== "signing") return;
    const signature = await signTyped(account, stage.data);
    const sent = await post<Prepared>(`/v1/registrations/${stage.prepared.id}/signature`, { signature });
    setStage({ name: "anchoring", prepared: sent });
  });
  return (
    <>
      {stage.name === "picking" && <Picking pictures={pictures} onChange={setPictures} />}
      {stage.name === "picking" && pictures.length > 0 && (
        <>
          <TermsForm form={form} onChange={setForm} />
          <p class="actions"><button type="button" class="button" onClick={prepare}>{tn("register.prepare", pictures.length)}</button></p>
        </>
      )}
      {stage.name === "sending" && <Sending done={stage.done} total={pictures.length} since={stage.since} />}
      {stage.name === "signing" && <Signing {...stage} pictures={pictures} onSign={sign} onBack={() => setStage({ name: "picking" })} />}
      {stage.name === "anchoring" && <Anchoring prepared={stage.prepared} onDone={(prepared) => setStage({ name: "done", prepared })} />}
      {stage.name === "done" && <Registered prepared={stage.prepared} pictures={pictures} />}
      {problem && (typeof problem === "string" ? <p role="alert" class="note bad">{problem}</p> : <Failed problem={problem} />)}
    </>
  );
}

function Picking({ pictures, onChange }: { pictures: Picked[]; onChange: (pictures: Picked[]) => void }) {
  const [reading, setReading] = useState<{ done: number; total: number } | null>(null);
  const add = async (list: FileList | null | undefined) => {
    const files = [...(list ?? [])].slice(0, WORKS_MAX - pictures.length);
    setReading({ done: 0, total: files.length });
    const more = await pick(files, pictures, (done) => setReading({ done, total: files.length }));
    onChange([...pictures, ...more]);
    setReading(null);
  };
  return (
    <>
      <div class="pair">
        {(["files", "folder"] as const).map((kind) => (
          <label class="drop small" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); void add(event.dataTransfer?.files); }}>
            <span class="drop-label">{t(`register.drop.${kind}`)}</span>
            <span class="soft">{t("drop.kinds")}</span>
            <input type="file" class="unseen" multiple {...(kind === "folder" ? { webkitdirectory: true } : { accept: "image/png,image/jpeg,image/webp" })}
              onChange={(event) => { void add(event.currentTarget.files); event.currentTarget.value = ""; }} />
          </label>
        ))}
      </div>
      {reading && <div class="progress"><p role="status">{t("register.reading", { done: reading.done, total: reading.total })}</p><progress aria-label={t("register.reading.label")} value={reading.done} max={reading.total} /></div>}
      {pictures.length > 0 && <PickedList pictures={pictures} onChange={onChange} />}
    </>
  );
}

const SHOWN_MAX = 60;

function PickedList({ pictures, onChange }: { pictures: Picked[]; onChange: (pictures: Picked[]) => void }) {
  const rename = (at: number, title: string) => onChange(pictures.map((each, place) => (place === at ? { ...each, title } : each)));
  return (
    <section aria-label={t("register.picked")}>
      <h2>{tn("works.count", pictures.length)}</h2>
      <ul class="picked">{pictures.slice(0, SHOWN_MAX).map((picture, at) => (
        <li>
          <Preview file={picture.file} />
          <input aria-label={t("register.name", { file: picture.file.name })} value={picture.title} maxLength={300} onInput={(event) => rename(at, event.currentTarget.value)} />
          <button type="button" class="copy" aria-label={t("register.remove", { name: picture.title })} onClick={() => onChange(pictures.filter((each) => each !== picture))}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path d="m4 4 8 8m0-8-8 8" /></svg>
          </button>
        </li>
      ))}</ul>
      {pictures.length > SHOWN_MAX && <p class="soft">{tn("register.andMore", pictures.length - SHOWN_MAX)}</p>}
    </section>
  );
}

export function Preview({ file }: { file: File }) {
  const src = useMemo(() => URL.createObjectURL(file), [file]);
  useEffect(() => () => URL.revokeObjectURL(src), [src]);
  return <span class="preview"><img src={src} alt="" /></span>;
}

interface Form { author: string; licence: string; training: "allowed" | "forbidden"; publish: boolean }

function TermsForm({ form, onChange }: { form: Form; onChange: (form: Form) => void }) {
  return (
    <section aria-label={t("register.terms")}>
      <h2>{t("register.terms")}</h2>
      <div class="pair">
        <div class="field"><label for="author">{t("register.author")}</label><input id="author" value={form.author} maxLength={300} autocomplete="name" onInput={(event) => onChange({ ...form, author: event.currentTarget.value })} /><span class="soft">{t("register.author.detail")}</span></div>
        <div class="field"><label for="licence">{t("work.licence")}</label><select id="licence" value={form.licence} onChange={(event) => onChange({ ...form, licence: event.currentTarget.value })}>{LICENCES.map((each) => <option>{each}</option>)}</select><span class="soft">{t("register.licence.detail")}</span></div>
      </div>
      <fieldset class="options">
        <legend>{t("register.training")}</legend>
        {(["allowed", "forbidden"] as const).map((each) => (
          <label><input type="radio" name="training" checked={form.training === each} onChange={() => onChange({ ...form, training: each })} /><span><strong>{t(`register.training.${each}`)}</strong><br /><span class="soft">{t(`register.training.${each}.detail`)}</span></span></label>
        ))}
      </fieldset>
      <fieldset class="options">
        <legend>{t("register.publish")}</legend>
        {([true, false] as const).map((each) => (
          <label><input type="radio" name="publish" checked={form.publish === each} onChange={() => onChange({ ...form, publish: each })} /><span><strong>{t(each ? "register.publish.yes" : "register.publish.no")}</strong><br /><span class="soft">{t(each ? "register.publish.yes.detail" : "register.publish.no.detail")}</span></span></label>
        ))}
      </fieldset>
    </section>
  );
}

function Sending({ done, total, since }: { done: number; total: number; since: number }) {
  const left = done > 0 ? ((Date.now() - since) / done) * (total - done) / 1000 : 0;
  return (
    <div class="progress">
      <p role="status">{t("register.sending", { done, total })} {left > 2 && t("register.left", { time: writeSpan(left, currentLanguage()) })}</p>
      <progress aria-label={t("register.sending.label")} value={done} max={total} />
    </div>
  );
}

function Anchoring({ prepared, onDone }: { prepared: Prepared; onDone: (prepared: Prepared) => void }) {
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    let isWanted = true;
    const look = async () => {
      while (isWanted) {
        const now = await get<Prepared>(`/v1/registrations/${prepared.id}`);
        if (now.status === "anchored") return isWanted && onDone(now);
        if (now.status === "failed") throw new Problem(409, now.problem, "");
        await new Promise((done) => setTimeout(done, POLL_MS));
      }
    };
    look().catch(setProblem);
    return () => void (isWanted = false);
  }, [prepared.id]);
  return problem ? <Failed problem={problem} /> : <Waiting text={t("register.anchoring")} />;
}
