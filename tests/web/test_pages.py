"""Every page, in real Chromium against the real service: what it shows, and that everyone can use it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.axe import violations
from tests.web.conftest import Gallery

Visit = Callable[..., Page]


def paths(gallery: Gallery) -> dict[str, str]:
    """Every page by a name, and something that is there once it has loaded."""
    town = gallery.town
    dataset = next(iter(town.stage.client.datasets()))["id"]
    return {
        "/": ".example .shares-bar",
        "/works": ".card img",
        f"/works/{town.work('aiko-0')}": ".row",
        "/models": ".tile",
        f"/models/{town.model}": ".tile h3",
        "/datasets": ".tile",
        f"/datasets/{dataset}": ".card img",
        "/pools": ".tile .money",
        f"/pools/{town.pool}": "table .badge",
        f"/pools/{town.pool}/epochs/1": ".figures .money",
        "/reports": ".row",
        f"/reports/{gallery.reported['report_cid']}": ".finding-picture img",
        "/disputes": ".state-title",
        "/try": ".drop",
        "/check": "form",
    }


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1280), ("ja", "dark", 390)])
def test_every_page_is_for_everyone(
    visit: Visit, gallery: Gallery, language: str, theme: str, width: int
) -> None:
    page = visit("/", language=language, theme=theme, width=width)
    for path, mark in paths(gallery).items():
        page.goto(path)
        expect(page.locator(mark).first).to_be_visible()
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("h1")).to_have_count(1)
        assert violations(page) == [], path
        # Nothing is cut off at the side.
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_report_shows_works_shares_and_money(visit: Visit, gallery: Gallery) -> None:
    page = visit(f"/reports/{gallery.direct['report_cid']}")
    expect(page.locator(".findings .finding:not(.rest, .total)")).to_have_count(2)
    expect(page.get_by_text("aiko-0")).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("30 dJPY")
    expect(page.locator(".finding.total")).to_contain_text("100.00%")
    expect(page.locator(".finding.total")).to_contain_text("21 dJPY")
    widths = page.locator(".report .shares-bar").evaluate(
        "bar => [...bar.children].map(slice => parseFloat(slice.style.width)).reduce((sum, each) => sum + each, 0)"
    )
    assert widths == pytest.approx(100)
    assert page.locator(".tag").count() >= 2
    page.get_by_role("button", name="Show only B").click()
    expect(page.locator(".tag", has_text="A")).to_have_count(0)


def test_a_hash_is_copied_whole(visit: Visit, gallery: Gallery) -> None:
    work = gallery.town.work("aiko-0")
    page = visit(f"/works/{work}")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy Work id").click()
    expect(page.get_by_text("Copied")).to_be_attached()
    assert page.evaluate("navigator.clipboard.readText()") == work


def test_language_and_colours_are_kept(visit: Visit) -> None:
    page = visit("/works")
    page.get_by_role("button", name="日本語").click()
    expect(page.locator("h1")).to_have_text("登録作品")
    page.get_by_role("button", name="配色").click()
    page.get_by_role("button", name="配色").click()
    page.reload()
    expect(page.locator("h1")).to_have_text("登録作品")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_keyboard_is_enough(visit: Visit) -> None:
    page = visit("/works")
    expect(page.locator(".card").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.get_by_role("link", name="Reports", exact=True).focus()
    page.keyboard.press("Enter")
    # A page that was followed begins at its title, for those who hear it.
    expect(page.locator("h1")).to_be_focused()
    expect(page).to_have_title("Reports · Creditline")
    page.go_back()
    expect(page).to_have_title("Registered works · Creditline")


def test_what_is_not_there_is_told(visit: Visit) -> None:
    for path, words in [
        ("/works/0x" + "77" * 32, "This is not here"), ("/reports/nonsense", "did not work"), ("/pools/0x12", "did not work"),
    ]:  # fmt: skip
        page = visit(path, expected="Failed to load resource")
        expect(page.get_by_role("alert")).to_contain_text(words)


def test_without_the_service_a_page_says_so_and_recovers(visit: Visit) -> None:
    page = visit("/works", expected="ERR_INTERNET_DISCONNECTED")
    expect(page.locator(".card").first).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("link", name="Pools", exact=True).click()
    expect(page.get_by_text("You are offline")).to_be_visible()
    page.context.set_offline(False)
    expect(page.get_by_text("You are offline")).to_have_count(0)
