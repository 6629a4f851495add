// Which page stands at which address. A page is loaded when it is first visited.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Waiting } from "../parts/states.tsx";
import { Landing } from "../pages/landing.tsx";
import { t, useLanguage } from "../words/index.ts";
import { Frame } from "./frame.tsx";
import { match, usePlace, type Place } from "./router.ts";

export interface PageProps {
  params: Record<string, string>;
  search: URLSearchParams;
}

type Page = ComponentType<PageProps>;

const PAGES: readonly [pattern: string, load: () => Promise<Page>][] = [
  ["/works", async () => (await import("../pages/works.tsx")).Works],
  ["/works/:id", async () => (await import("../pages/work.tsx")).WorkPage],
  ["/models", async () => (await import("../pages/models.tsx")).Models],
  ["/models/:id", async () => (await import("../pages/models.tsx")).ModelPage],
  ["/datasets", async () => (await import("../pages/datasets.tsx")).Datasets],
  ["/datasets/:id", async () => (await import("../pages/datasets.tsx")).DatasetPage],
  ["/pools", async () => (await import("../pages/pools.tsx")).Pools],
  ["/pools/:id", async () => (await import("../pages/pools.tsx")).PoolPage],
  ["/pools/:id/epochs/:n", async () => (await import("../pages/epoch.tsx")).EpochPage],
  ["/reports", async () => (await import("../pages/reports.tsx")).Reports],
  ["/reports/:cid", async () => (await import("../pages/report.tsx")).ReportPage],
  ["/disputes", async () => (await import("../pages/disputes.tsx")).Disputes],
  ["/register", async () => (await import("../pages/register.tsx")).Register],
  ["/mine", async () => (await import("../pages/mine.tsx")).Mine],
  ["/earnings", async () => (await import("../pages/earnings.tsx")).Earnings],
  ["/try", async () => (await import("../pages/try.tsx")).Try],
];

export function App() {
  const place = usePlace();
  useLanguage();
  return (
    <Frame path={place.path}>
      {place.path === "/" ? <Landing /> : <Loadable place={place} />}
    </Frame>
  );
}

function Loadable({ place }: { place: Place }) {
  const found = find(place.path);
  const [loaded, setLoaded] = useState<{ load: () => Promise<Page>; page: Page } | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    if (!found) return;
    let isWanted = true;
    found.load().then(
      (page) => isWanted && setLoaded({ load: found.load, page }),
      () => isWanted && setBroken(true),
    );
    return () => void (isWanted = false);
  }, [found?.load]);
  if (!found) return <Lost />;
  if (isBroken) return <Broken />;
  if (loaded?.load !== found.load) return <Waiting />;
  return <loaded.page key={place.path} params={found.params} search={place.search} />;
}

function find(path: string) {
  for (const [pattern, load] of PAGES) {
    const params = match(pattern, path);
    if (params) return { load, params };
  }
  return null;
}

function Lost() {
  return <div class="state"><h1>{t("lost.title")}</h1><p>{t("lost.detail")}</p><p><a class="button" href="/works">{t("lost.explore")}</a></p></div>;
}

/** After an update the parts that this page knows may be gone. */
function Broken() {
  return (
    <div class="state failed" role="alert">
      <p class="state-title">{t("state.outdated")}</p>
      <button type="button" class="button quiet" onClick={() => location.reload()}>{t("state.reload")}</button>
    </div>
  );
}
