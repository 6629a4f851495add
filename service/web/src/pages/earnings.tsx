// What a creator has coming, and two ways to get it: the operator pays the gas, or the creator does.
import { useState } from "preact/hooks";
import { CreatorSections, Head } from "../parts/page.tsx";
import { Empty, Failed, Loaded } from "../parts/states.tsx";
import { Code, Money, Time } from "../parts/values.tsx";
import { WithAccount } from "../parts/wallet-choice.tsx";
import { get, post, Problem, useAnswer } from "../service/api.ts";
import { isMined, send, type Account } from "../wallet/account.ts";
import { t } from "../words/index.ts";

interface Claimable {
  balances: { token: string; claimable: string }[];
  epochs: { pool: string; token: string; n: number; due: string }[];
  pending: { pool: string; token: string; n: number; amount: string; valid_at: number; disputed: boolean }[];
  roles: { pool: string; token: string; role: number; name: string; due: string }[];
}

interface Ready { to: string; data: string; value: string }

const POLL_MS = 800;
const WAIT_MS = 90_000;

export function Earnings() {
  return (
    <>
      <CreatorSections current="/earnings" />
      <Head title={t("earnings.title")}><p class="lead">{t("earnings.lead")}</p></Head>
      <WithAccount why={t("earnings.why")}>{(account) => <Account key={account.address} account={account} />}</WithAccount>
    </>
  );
}

function Account({ account }: { account: Account }) {
  const path = `/v1/creators/${account.address}/claimable`;
  const claimable = useAnswer<Claimable>(path);
  return <Loaded of={claimable}>{(found) => <Shown account={account} given={found} path={path} />}</Loaded>;
}

function Shown({ account, given, path }: { account: Account; given: Claimable; path: string }) {
  const [found, setFound] = useState(given);
  const [state, setState] = useState<"" | "asking" | "waiting" | "paid">("");
  const [problem, setProblem] = useState<Problem | string>("");
  const due = dues(found);
  const run = (pay: () => Promise<void>) => {
    setProblem("");
    setState("asking");
    pay().then(() => setState("paid"), (error: unknown) => {
      setProblem(error instanceof Problem ? error : (error as Error).message);
      setState("");
    });
  };
  const settle = async () => {
    setState("waiting");
    for (const end = Date.now() + WAIT_MS; Date.now() < end; ) {
      const now = await get<Claimable>(path);
      if (dues(now).length === 0) return setFound(now);
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
    throw new Error(t("earnings.slow"));
  };
  const relayed = () => run(async () => {
    for (const { token, claimable } of found.balances) if (BigInt(claimable) > 0n) await post("/v1/withdrawals", { token, payee: account.address });
    for (const { pool, due: owed } of found.epochs) if (BigInt(owed) > 0n) await post("/v1/claims", { pool, payee: account.address });
    for (const { pool, role, due: owed } of found.roles) if (BigInt(owed) > 0n) await post("/v1/claims", { pool, payee: account.address, role });
    await settle();
  });
  const own = () => run(async () => {
    for (const call of await get<Ready[]>(`/v1/creators/${account.address}/transactions`)) {
      if (!(await isMined(account, await send(account, call)))) throw new Error(t("earnings.reverted"));
    }
    await settle();
  });
  return (
    <>
      {due.length === 0 ? <Empty title={t(state === "paid" ? "earnings.paid" : "earnings.none")} /> : (
        <section class="due" aria-label={t("earnings.due")}>
          <p class="soft">{t("earnings.due")}</p>
          {totals(due).map(([token, units]) => <p class="huge"><Money units={units} token={token} /></p>)}
          <p class="actions">
            <button type="button" class="button" disabled={state !== ""} onClick={relayed}>{t("earnings.relayed")}</button>
            <button type="button" class="button quiet" disabled={state !== ""} onClick={own}>{t("earnings.own")}</button>
          </p>
          <p class="soft">{t("earnings.relayed.detail")}</p>
        </section>
      )}
      <p role="status">{state === "asking" ? t("earnings.asking") : state === "waiting" ? t("earnings.waiting") : ""}</p>
      {problem && (typeof problem === "string" ? <p role="alert" class="note bad">{problem}</p> : <Failed problem={problem} />)}
      {found.pending.length > 0 && (
        <>
          <h2>{t("earnings.pending")}</h2>
          <p class="soft">{t("earnings.pending.detail")}</p>
          <ul class="tiles">{found.pending.map((each) => (
            <li class="tile">
              <p class="big"><Money units={each.amount} token={each.token} /></p>
              <p><Code value={each.pool} what={t("pool.id")} href={`/pools/${each.pool}/epochs/${each.n}`} /> {t("report.inEpoch", { n: each.n })}</p>
              <p class="soft">{each.disputed ? t("earnings.disputed") : <>{t("epoch.finalAt")} <Time at={each.valid_at} /></>}</p>
            </li>
          ))}</ul>
        </>
      )}
      <h2>{t("earnings.statement")}</h2>
      <p class="actions"><a class="button quiet" href={`/v1/creators/${account.address}/statement?format=csv`} download>{t("earnings.csv")}</a></p>
    </>
  );
}

type Due = readonly [token: string, units: bigint];

/** Everything that can be collected now. */
function dues({ balances, epochs, roles }: Claimable): Due[] {
  const all = [...balances.map(({ token, claimable }) => [token, BigInt(claimable)] as const), ...[...epochs, ...roles].map(({ token, due }) => [token, BigInt(due)] as const)];
  return all.filter(([, units]) => units > 0n);
}

function totals(due: readonly Due[]): Due[] {
  const sums = new Map<string, bigint>();
  for (const [token, units] of due) sums.set(token, (sums.get(token) ?? 0n) + units);
  return [...sums];
}
