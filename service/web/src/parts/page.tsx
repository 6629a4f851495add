// The head of a page: its title, which the tab and a screen reader hear too.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t, type Key } from "../words/index.ts";

const SECTIONS: readonly [href: string, key: Key][] = [
  ["/works", "explore.works"], ["/reports", "explore.reports"], ["/models", "explore.models"],
  ["/datasets", "explore.datasets"], ["/pools", "explore.pools"], ["/disputes", "explore.disputes"],
];

let isFirst = true;

export function Head({ title, children }: { title: string; children?: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => void (document.title = `${title} · Creditline`), [title]);
  useEffect(() => {
    // Whoever follows a link by keyboard goes on from the new page's title; the first page begins at its top.
    if (!isFirst) heading.current?.focus({ preventScroll: true });
    isFirst = false;
  }, []);
  return <div class="head"><h1 tabIndex={-1} ref={heading}>{title}</h1>{children}</div>;
}

const CREATOR_SECTIONS: readonly [href: string, key: Key][] = [
  ["/register", "register.nav"], ["/mine", "mine.title"], ["/earnings", "earnings.title"],
];

/** The parts of the explorer, above each of its pages. */
export const Sections = ({ current }: { current: string }) => <Tabs label={t("nav.explore")} tabs={SECTIONS} current={current} />;

/** The same for creators. */
export const CreatorSections = ({ current }: { current: string }) => <Tabs label={t("nav.creators")} tabs={CREATOR_SECTIONS} current={current} />;

function Tabs({ label, tabs, current }: { label: string; tabs: readonly [href: string, key: Key][]; current: string }) {
  return (
    <nav class="sections" aria-label={label}>
      <ul>{tabs.map(([href, key]) => (
        <li><a href={href} aria-current={href === current ? "page" : undefined}>{t(key)}</a></li>
      ))}</ul>
    </nav>
  );
}

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}
