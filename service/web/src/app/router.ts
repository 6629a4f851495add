// Where the visitor is. Links are plain <a href>; a click on one of ours changes the page without loading it again.
import { useEffect, useState } from "preact/hooks";

export interface Place {
  path: string;
  search: URLSearchParams;
}

/** Pages with a document of their own, or none of ours: their links load. */
const ELSEWHERE = /^\/(check|docs|redoc|v1|ipfs|health|metrics)(\/|$)/;

const here = (): Place => ({ path: location.pathname, search: new URLSearchParams(location.search) });

export function go(address: string): void {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
  scrollTo(0, 0);
}

export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const update = () => setPlace(here());
    addEventListener("popstate", update);
    document.addEventListener("click", followOwnLink);
    return () => {
      removeEventListener("popstate", update);
      document.removeEventListener("click", followOwnLink);
    };
  }, []);
  return place;
}

/** The parts of `path` that a pattern like "/works/:id" names, or null where it does not fit. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const [wanted, found] = [pattern, path].map((each) => each.split("/").filter(Boolean)) as [string[], string[]];
  if (wanted.length !== found.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    if (part.startsWith(":")) params[part.slice(1)] = decode(found[at]!);
    else if (part !== found[at]) return null;
  }
  return params;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray percent sign: the page will say that it knows no such thing
  }
}

function followOwnLink(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest("a");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.target || link.hasAttribute("download") || link.origin !== location.origin || ELSEWHERE.test(link.pathname)) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
