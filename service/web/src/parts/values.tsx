// Hashes, addresses, money and times, each the same everywhere.
import { useEffect, useState } from "preact/hooks";
import { shorten, writeAmount, writeShare, writeTime } from "../lib/format.ts";
import type { Token } from "../service/answers.ts";
import { useAnswer } from "../service/api.ts";
import { currentLanguage, t } from "../words/index.ts";
import { Identicon } from "./identicon.tsx";

const COPIED_MS = 1600;
const NOBODY = `0x${"0".repeat(40)}`;

/** A long value by its ends, with a button that copies all of it. */
export function Code({ value, what, href, full = false }: { value: string; what: string; href?: string; full?: boolean }) {
  const text = full ? value : shorten(value);
  return (
    <span class="code">
      {href ? <a href={href} title={value}>{text}</a> : <span title={value}>{text}</span>}
      <Copy value={value} what={what} />
    </span>
  );
}

export function Copy({ value, what }: { value: string; what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () => void navigator.clipboard.writeText(value).then(() => setCopied(true), () => setCopied(false));
  return (
    <button type="button" class="copy" onClick={copy} aria-label={t("value.copy", { what })}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {isCopied ? <path d="M3 8.5 6.5 12 13 4.5" /> : <path d="M5.5 5.5h7v7h-7zM3.5 10.5v-7h7" />}
      </svg>
      <span class="unseen" role="status">{isCopied ? t("value.copied") : ""}</span>
    </button>
  );
}

export function Address({ value, name }: { value: string; name?: string | undefined }) {
  if (value === NOBODY) return <span class="soft">{t("value.nobody")}</span>;
  return (
    <span class="address">
      <Identicon address={value} />
      <span>{name && <span class="name">{name}</span>}<Code value={value} what={name ?? t("value.address")} /></span>
    </span>
  );
}

/** An amount of a token, in whole tokens with its symbol. Never in smallest units without saying so. */
export function Money({ units, token, places = 4 }: { units: string | bigint; token: string; places?: number }) {
  const { data } = useAnswer<Token>(`/v1/tokens/${token}`, true);
  const amount = BigInt(units);
  if (!data) return <span class="money" aria-busy="true">…</span>;
  if (data.decimals === null) return <span class="money">{t("value.units", { units: amount.toString() })}</span>;
  return <span class="money">{writeAmount(amount, data.decimals, currentLanguage(), places)} {data.symbol || shorten(token, 4)}</span>;
}

export const Share = ({ ppm }: { ppm: number }) => <span class="number">{writeShare(ppm, currentLanguage())}</span>;

export const Time = ({ at }: { at: number }) => (
  <time dateTime={new Date(at * 1000).toISOString()}>{writeTime(at, currentLanguage())}</time>
);
