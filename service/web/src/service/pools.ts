// Which token a pool pays in.
import type { Page, Pool } from "./answers.ts";
import { useAnswer } from "./api.ts";

/** From a pool's id to its token, for the first two hundred pools; undefined until they are known. */
export function useTokens(): (pool: string) => string | undefined {
  const { data } = useAnswer<Page<Pool>>("/v1/pools?limit=200");
  return (id) => data?.items.find((pool) => pool.id === id)?.token;
}
