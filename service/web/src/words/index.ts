// What the pages say, in the visitor's language. Every text has a key, and every language has every key (a test counts).
import { useEffect, useState } from "preact/hooks";
import { en } from "./en.ts";
import { ja } from "./ja.ts";

export type Key = keyof typeof en;
export type Language = "en" | "ja";
export type Values = Readonly<Record<string, string | number>>;

export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", ja: "日本語" };
const WORDS: Record<Language, Readonly<Record<Key, string>>> = { en, ja };
const KEPT = "creditline.language";

let language: Language = choose();
const listeners = new Set<() => void>();

function choose(): Language {
  const kept = globalThis.localStorage?.getItem(KEPT);
  const wanted = [kept, ...(globalThis.navigator?.languages ?? [])];
  const known = wanted.map((each) => each?.slice(0, 2)).find((each) => each === "en" || each === "ja");
  return (known as Language | undefined) ?? "en";
}

export const currentLanguage = (): Language => language;

export function setLanguage(next: Language): void {
  language = next;
  localStorage.setItem(KEPT, next);
  for (const listener of listeners) listener();
}

/** Draws the component again when the language changes. */
export function useLanguage(): Language {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return language;
}

/** A text, with its {places} filled. Numbers are written as the language writes them. */
export function t(key: Key, values: Values = {}): string {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/** Of the texts `key.one` and `key.other`, the one that fits the count. */
export function tn(key: CountedKey, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(language).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}` as Key, { count, ...values });
}

type CountedKey = Key extends infer Each ? (Each extends `${infer Stem}.other` ? Stem : never) : never;
