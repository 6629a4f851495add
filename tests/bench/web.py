"""The web app in real Chromium, against a real service with ten thousand works in it.

Sizes are those of what the browser loads for the first page. The laptop profile is a CPU four times slower than this one, and a
line of 10 Mbit/s with 40 ms to and fro. A page is interactive when its title stands and no task of 50 ms or more follows
within a second. Scrolling goes through all rows, 240 pixels a frame; works beyond the town's are rows in its database.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Response
from sqlalchemy import create_engine, insert, select

from creditline.ids import bytes32, work_id
from creditline.store.chain_tables import records, works
from tests.bench.figures import close, table
from tests.service import town as places
from tests.service.town import Town
from tests.web.axe import violations
from tests.web.chromium import browser
from tests.web.conftest import Gallery, hang
from tests.web.test_pages import paths

GOALS = {
    "first_script_kb": 150,
    "interactive_ms": 1500,
    "axe_violations": 0,
    "scroll_p95_ms": 50,
    "scroll_rows_missed": 0,
}
ROWS, ROWS_QUICK = 10_000, 1_000
SLOWER, LATENCY_MS, BYTES_PER_S = 4, 40, 10e6 / 8
RUNS = 3
STEP_PX = 240
INTERACTIVE = """async () => {
    let last = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((task) => (last = task.startTime + task.duration)))
        .observe({ type: "longtask", buffered: true });
    while (performance.now() - last < 1000) await new Promise((done) => setTimeout(done, 50));
    const shown = performance.getEntriesByName("first-contentful-paint")[0].startTime;
    return Math.max(shown, last, window.shownAt);
}"""
MARK = """() => new MutationObserver((_, observer) => {
    if (document.querySelector("h1")) { window.shownAt = performance.now(); observer.disconnect(); }
}).observe(document, { childList: true, subtree: true })"""
SCROLL = """async (step) => {
    const frames = [];
    let [before, still] = [performance.now(), 0];
    while (still < 60) {
        const top = scrollY;
        scrollBy(0, step);
        await new Promise(requestAnimationFrame);
        frames.push(performance.now() - before);
        before = performance.now();
        still = scrollY === top ? still + 1 : 0;
    }
    frames.sort((one, other) => one - other);
    const at = (part) => frames[Math.floor(frames.length * part)];
    return { frames: frames.length, median: at(0.5), p95: at(0.95), worst: frames.at(-1) };
}"""


def main() -> int:
    parser = argparse.ArgumentParser(prog="./scripts/bench web", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{ROWS_QUICK:,} works instead of {ROWS:,}")
    rows = ROWS_QUICK if parser.parse_args().quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        town = places.build(Path(folder))
        try:
            gallery = hang(town)
            with browser() as chromium:
                figures = measure(chromium, gallery, rows)
        finally:
            town.stage.close()
    table(
        ("figure", "measured", "goal"),
        [(name, value, GOALS.get(name, "-")) for name, value in figures.items()],
    )
    return 0 if close("web", figures, GOALS) else 1


def measure(chromium: Browser, gallery: Gallery, rows: int) -> dict[str, Any]:
    sizes = first_load(chromium, gallery)
    found = sum(len(audit(chromium, gallery, theme)) for theme in ("light", "dark"))
    add_works(gallery.town, rows)
    return (
        sizes
        | {"interactive_ms": interactive(chromium, gallery), "axe_violations": found}
        | scroll(chromium, gallery, rows)
    )


def first_load(chromium: Browser, gallery: Gallery) -> dict[str, Any]:
    """What comes with the landing page, gzipped, in kilobytes of 1,000 bytes."""
    page = chromium.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 - it marks its listeners
    page.goto(gallery.url)
    page.wait_for_load_state("networkidle")
    kinds = {"script": 0, "stylesheet": 0}
    for answer in answers:
        if answer.request.resource_type in kinds:
            kinds[answer.request.resource_type] += len(gzip.compress(answer.body(), 9, mtime=0))
    page.close()
    every = (places.PROJECT / "service/web/dist/assets").glob("*.js")
    whole = sum(len(gzip.compress(file.read_bytes(), 9, mtime=0)) for file in every)
    return {
        "first_script_kb": round(kinds["script"] / 1000, 1),
        "first_style_kb": round(kinds["stylesheet"] / 1000, 1),
        "all_script_kb": round(whole / 1000, 1),
        "requests": len(answers),
    }


def interactive(chromium: Browser, gallery: Gallery) -> int:
    """The median of a few loads with an empty cache."""
    times = sorted(_load_slowly(chromium, gallery) for _ in range(RUNS))
    return round(times[RUNS // 2])


def _load_slowly(chromium: Browser, gallery: Gallery) -> float:
    page = chromium.new_context().new_page()
    page.add_init_script(f"({MARK})()")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    line = {
        "offline": False,
        "latency": LATENCY_MS,
        "downloadThroughput": BYTES_PER_S,
        "uploadThroughput": BYTES_PER_S,
    }
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", line)
    page.goto(gallery.url)
    page.locator("h1").wait_for()
    took: float = page.evaluate(INTERACTIVE)
    page.context.close()
    return took


def audit(chromium: Browser, gallery: Gallery, theme: Any) -> list[str]:
    page = chromium.new_context(color_scheme=theme).new_page()
    found: list[str] = []
    for path, mark in paths(gallery).items():
        page.goto(gallery.url + path)
        page.locator(mark).first.wait_for()
        found += violations(page)
    page.context.close()
    return found


def scroll(chromium: Browser, gallery: Gallery, rows: int) -> dict[str, Any]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{gallery.url}/works")
    page.locator(".card img").first.wait_for()
    told = page.evaluate(SCROLL, STEP_PX)
    shown = _last_shown(page)
    return {
        "scroll_frames": told["frames"],
        "scroll_median_ms": round(told["median"], 1),
        "scroll_p95_ms": round(told["p95"], 1),
        "scroll_worst_ms": round(told["worst"], 1),
        "scroll_rows": shown,
        "scroll_rows_missed": max(0, rows - shown),
    }


def _last_shown(page: Page) -> int:
    """The number of the last work that is in the document, once its card is there."""
    page.locator(".virtual > li:last-child a.card").wait_for()
    return int(page.locator(".virtual > li").last.get_attribute("aria-posinset") or 0)


def add_works(town: Town, count: int) -> None:
    """Rows as registrations leave them, each showing one of the town's pictures."""
    engine = create_engine(f"sqlite:///{town.stage.folder / 'creditline.db'}", connect_args={"timeout": 60})
    with engine.begin() as connection:
        work = dict(connection.execute(select(works)).mappings().first() or {})
        record = dict(connection.execute(select(records)).mappings().first() or {})
        fresh = [hashlib.sha256(f"bench {number}".encode()).digest() for number in range(count)]
        hashes = [bytes32(each) for each in fresh]
        connection.execute(
            insert(records),
            [
                {
                    **record,
                    "digest": each,
                    "content_hash": each,
                    "creator": work["creator"],
                    "title": f"Work {at}",
                }
                for at, each in enumerate(hashes)
            ],
        )
        connection.execute(
            insert(works),
            [
                {
                    **work,
                    "id": work_id(work["creator"], each),
                    "content_hash": each,
                    "record_hash": each,
                    "leaf_index": at,
                }
                for at, each in enumerate(hashes)
            ],
        )
    engine.dispose()


if __name__ == "__main__":
    sys.exit(main())
