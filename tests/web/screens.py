"""Pictures of every page in every language and both themes, taken of a service that is up."""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path
from typing import Literal

import httpx2

from tests.web.chromium import browser

LANGUAGES = ("en", "ja")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {"wide": 1280, "phone": 390}
SETTLE_MS = 700


def main() -> None:
    arguments = _parse()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    pages = _pages(arguments.url)
    with browser() as chromium:
        for language, theme in itertools.product(LANGUAGES, THEMES):
            context = chromium.new_context(
                locale=language,
                color_scheme=theme,
                viewport={"width": WIDTHS[arguments.size], "height": 900},
                base_url=arguments.url,
            )
            page = context.new_page()
            for name, path in pages.items():
                page.goto(path)
                page.wait_for_load_state("networkidle")
                page.wait_for_timeout(SETTLE_MS)
                file = arguments.folder / f"{name}-{language}-{theme}-{arguments.size}.png"
                page.screenshot(path=file, full_page=True)
                print(file)  # noqa: T201 - what a person wants to open
            context.close()


def _pages(url: str) -> dict[str, str]:
    """Every page by a name, with things to show that this service has."""

    def first(path: str) -> dict[str, str] | None:
        items = httpx2.get(url + path).raise_for_status().json()["items"]
        return items[0] if items else None

    pages = {
        name.strip("/") or "landing": name
        for name in (
            "/",
            "/works",
            "/models",
            "/datasets",
            "/pools",
            "/reports",
            "/disputes",
            "/try",
            "/check",
        )
    }
    pages |= {name: f"/{name}" for name in ("register", "mine", "earnings")}
    for name in ("works", "models", "datasets", "pools"):
        if found := first(f"/v1/{name}"):
            pages[name[:-1]] = f"/{name}/{found['id']}"
    reports = httpx2.get(f"{url}/v1/reports").json()["items"]
    if reports:
        richest = max(reports, key=lambda each: len(each["shares"]))
        pages["report"] = f"/reports/{richest['cid']}"
        if richest["epoch"]:
            pages["epoch"] = f"/pools/{richest['pool']}/epochs/{richest['epoch']}"
    return pages


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./scripts/screens", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(".cache/screens"))
    parser.add_argument(
        "--url", default="http://127.0.0.1:8000", help="a service that is up (./scripts/start)"
    )
    parser.add_argument("--size", choices=sorted(WIDTHS), default="wide")
    return parser.parse_args()


if __name__ == "__main__":
    main()
