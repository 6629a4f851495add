// A long list, loaded page after page as far as it is looked at.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Page } from "./answers.ts";
import { get, type Problem } from "./api.ts";

const AHEAD = 100;

export interface Listing<Item> {
  items: readonly Item[];
  isComplete: boolean;
  error: Problem | undefined;
  /** Load at least this far. */
  reach: (index: number) => void;
  retry: () => void;
}

/** `path` may have a query of its own. The list begins anew when it changes. */
export function useListing<Item>(path: string, limit = 200): Listing<Item> {
  const [items, setItems] = useState<readonly Item[]>([]);
  const [error, setError] = useState<Problem>();
  const [isComplete, setComplete] = useState(false);
  const state = useRef({ path: "", wanted: 0, loaded: 0, cursor: "" as string | null, isBusy: false });

  const advance = useCallback(async () => {
    const mine = state.current;
    if (mine.isBusy || mine.cursor === null || mine.loaded > mine.wanted + AHEAD) return;
    mine.isBusy = true;
    try {
      while (mine.cursor !== null && mine.loaded <= mine.wanted + AHEAD) {
        const page: Page<Item> = await get<Page<Item>>(address(mine.path, limit, mine.cursor));
        if (state.current !== mine) return;
        mine.cursor = page.next;
        mine.loaded += page.items.length;
        setItems((before) => [...before, ...page.items]);
        setComplete(page.next === null);
      }
    } catch (failure) {
      if (state.current === mine) setError(failure as Problem);
    } finally {
      mine.isBusy = false;
    }
  }, [limit]);

  useEffect(() => {
    state.current = { path, wanted: 0, loaded: 0, cursor: "", isBusy: false };
    setItems([]);
    setError(undefined);
    setComplete(false);
    void advance();
  }, [path, advance]);

  const reach = useCallback((index: number) => {
    state.current.wanted = Math.max(state.current.wanted, index);
    void advance();
  }, [advance]);
  const retry = useCallback(() => {
    setError(undefined);
    void advance();
  }, [advance]);
  return { items, isComplete, error, reach, retry };
}

function address(path: string, limit: number, cursor: string): string {
  const joined = `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`;
  return cursor ? `${joined}&cursor=${encodeURIComponent(cursor)}` : joined;
}
