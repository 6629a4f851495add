// What stands where something will be, is not, or could not be had.
import type { ComponentChildren } from "preact";
import { OFFLINE, type Loading, type Problem } from "../service/api.ts";
import { t } from "../words/index.ts";

/** Shows what was loaded, or why it is not there. */
export function Loaded<Answer>({ of, children }: { of: Loading<Answer>; children: (data: Answer) => ComponentChildren }) {
  if (of.error) return <Failed problem={of.error} retry={of.reload} />;
  if (of.data === undefined) return <Waiting />;
  return <>{children(of.data)}</>;
}

export function Waiting({ text }: { text?: string }) {
  return <div class="state" role="status"><span class="spinner" aria-hidden="true" /> {text ?? t("state.loading")}</div>;
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return <div class="state empty"><p class="state-title">{title}</p>{children}</div>;
}

export function Failed({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const isOffline = problem.status === OFFLINE;
  const title = isOffline ? t("state.offline.title") : problem.status === 404 ? t("state.missing.title") : t("state.failed.title");
  return (
    <div class="state failed" role="alert">
      <p class="state-title">{title}</p>
      <p>{isOffline ? t("state.offline.detail") : <span lang="en">{problem.title} {problem.detail}</span>}</p>
      {retry && <button type="button" class="button quiet" onClick={retry}>{t("state.retry")}</button>}
    </div>
  );
}
