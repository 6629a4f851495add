// What every page has around it.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { LANGUAGES, setLanguage, t, useLanguage, type Key, type Language } from "../words/index.ts";
import { currentTheme, setTheme, type Theme } from "./theme.ts";

const MAIN_LINKS: readonly [href: string, key: Key][] = [
  ["/works", "nav.explore"], ["/try", "nav.try"], ["/check", "nav.check"], ["/register", "nav.creators"],
];
const EXPLORE = /^\/(works|reports|models|datasets|pools|disputes)(\/|$)/;
const CREATORS = /^\/(register|mine|earnings)(\/|$)/;

export function Frame({ path, children }: { path: string; children: ComponentChildren }) {
  const language = useLanguage();
  useEffect(() => void (document.documentElement.lang = language), [language]);
  return (
    <>
      <a class="skip" href="#content">{t("nav.skip")}</a>
      <header class="bar">
        <div class="wide">
          <a class="brand" href="/"><Mark /> Creditline</a>
          <nav aria-label={t("nav.main")}>
            <ul>{MAIN_LINKS.map(([href, key]) => (
              <li><a href={href} aria-current={isCurrent(href, path) ? "page" : undefined}>{t(key)}</a></li>
            ))}</ul>
          </nav>
          <div class="switches"><LanguageSwitch language={language} /><ThemeSwitch /></div>
        </div>
      </header>
      <OfflineNote />
      <main id="content" class="wide" tabIndex={-1}>{children}</main>
      <footer class="foot">
        <div class="wide">
          <p>{t("foot.promise")}</p>
          <p><a href="/docs">{t("foot.api")}</a> · <a href="/check">{t("nav.check")}</a></p>
        </div>
      </footer>
    </>
  );
}

function isCurrent(href: string, path: string): boolean {
  if (href === "/works") return EXPLORE.test(path);
  if (href === "/register") return CREATORS.test(path);
  return href === path;
}

export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="currentColor" /><path class="mark-steps" d="M7 22V10h6v12zM15 22v-8h5v8zM22 22v-4h3v4z" />
    </svg>
  );
}

function LanguageSwitch({ language }: { language: Language }) {
  const other: Language = language === "en" ? "ja" : "en";
  return <button type="button" class="switch" lang={other} onClick={() => setLanguage(other)}>{LANGUAGES[other]}</button>;
}

const NEXT: Record<Theme, Theme> = { auto: "light", light: "dark", dark: "auto" };

function ThemeSwitch() {
  const [theme, keep] = useState(currentTheme);
  const change = () => {
    setTheme(NEXT[theme]);
    keep(NEXT[theme]);
  };
  const text = t("theme.label", { theme: t(`theme.${theme}`) });
  return (
    <button type="button" class="switch icon" onClick={change} aria-label={text} title={text}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {theme === "light" && <path d="M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1" />}
        {theme === "dark" && <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z" />}
        {theme === "auto" && <><circle cx="8" cy="8" r="5.5" /><path class="filled" d="M8 2.5a5.5 5.5 0 0 1 0 11z" /></>}
      </svg>
    </button>
  );
}

function OfflineNote() {
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return <div role="status">{!isOnline && <p class="offline">{t("state.offline.note")}</p>}</div>;
}
