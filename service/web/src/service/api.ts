// The service's own API. What it sends is for showing; whoever wants to be sure uses the page that checks.
import { useCallback, useEffect, useState } from "preact/hooks";

/** An error as RFC 9457 has it: what happened, and what to do next. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  /** After how long the service wants to be asked again; null where that changes nothing. */
  readonly waitMs: number | null;

  constructor(status: number, title: string, detail: string, waitMs: number | null = null) {
    super(`${title} ${detail}`);
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.waitMs = waitMs;
  }
}

export const OFFLINE = 0;
const LATER = [429, 503];
const TRIES = 4;
const PAUSE_MS = 700;
const PAUSE_MAX_MS = 10_000;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** Throws a `Problem`; of status `OFFLINE` where nobody answers. */
export const get = <Answer>(path: string): Promise<Answer> => patiently(() => ask<Answer>(path));

/** Makes a call that may be made again, as often as the service says when. Throws what the last one throws. */
export async function patiently<Answer>(call: () => Promise<Answer>, tries = TRIES): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof Problem) || error.waitMs === null || error.waitMs > PAUSE_MAX_MS || tries <= 1) throw error;
    await pause(error.waitMs);
    return patiently(call, tries - 1);
  }
}

export function post<Answer>(path: string, body: unknown): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  return ask(path, { method: "POST", headers, body: JSON.stringify(body) });
}

export async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Problem(OFFLINE, "", "");
  }
  if (!response.ok) throw await readProblem(response);
  return (await response.json()) as Answer;
}

export async function readProblem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as { title?: unknown; detail?: unknown };
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  return new Problem(response.status, text(body.title), text(body.detail), waitOf(response));
}

function waitOf(response: Response): number | null {
  if (!LATER.includes(response.status)) return null;
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1000 : PAUSE_MS;
}

export interface Loading<Answer> {
  data: Answer | undefined;
  error: Problem | undefined;
  reload: () => void;
}

/** What is at `path`; null asks for nothing. Kept for as long as the page is open where `keep` is given. */
export function useAnswer<Answer>(path: string | null, keep = false): Loading<Answer> {
  const [state, setState] = useState<{ path: string | null; data?: Answer; error?: Problem }>({ path: null });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (path === null) return;
    let isWanted = true;
    const load = keep ? getOnce<Answer>(path) : get<Answer>(path);
    load.then(
      (data) => isWanted && setState({ path, data }),
      (error: Problem) => isWanted && setState({ path, error }),
    );
    return () => void (isWanted = false);
  }, [path, attempt, keep]);
  const reload = useCallback(() => {
    setState({ path: null });
    setAttempt((count) => count + 1);
  }, []);
  const isHere = state.path === path;
  return { data: isHere ? state.data : undefined, error: isHere ? state.error : undefined, reload };
}

const kept = new Map<string, Promise<unknown>>();

/** For what never changes, such as a token's decimals. */
export function getOnce<Answer>(path: string): Promise<Answer> {
  let answer = kept.get(path) as Promise<Answer> | undefined;
  if (!answer) {
    answer = get<Answer>(path);
    answer.catch(() => kept.delete(path));
    kept.set(path, answer);
  }
  return answer;
}
