"""Dropping an image: what it draws on, what that would pay, and a link that others can open."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import FilePayload, Page, expect

from tests.service.town import collage, draw
from tests.web.axe import violations
from tests.web.conftest import Gallery

Visit = Callable[..., Page]
COMPARED_MS = 60_000


def give(page: Page, data: bytes, name: str = "mine.png") -> None:
    file: FilePayload = {"name": name, "mimeType": "image/png", "buffer": data}
    page.locator('input[type="file"]').set_input_files([file])


def test_an_image_is_compared_and_priced(visit: Visit, gallery: Gallery) -> None:
    pictures = gallery.town.pictures
    page = visit(f"/try?model={gallery.town.model}")
    expect(page.get_by_text("learned from “town”, 7 works")).to_be_visible()
    give(page, collage(pictures["ben-1"], pictures["aiko-2"]))
    expect(page.locator(".finding.total")).to_be_visible(timeout=COMPARED_MS)
    expect(page.get_by_role("link", name="ben-1")).to_be_visible()
    expect(page.get_by_role("link", name="aiko-2")).to_be_visible()
    expect(page.locator(".evidence img")).to_be_visible()
    # 70 % of 100 go to creators, and of 50 half as much.
    expect(page.locator(".finding.total")).to_contain_text("70 dJPY")
    page.get_by_label("If it earned").fill("50")
    expect(page.locator(".finding.total")).to_contain_text("35 dJPY")
    page.get_by_label("If it earned").fill("much")
    expect(page.get_by_text("Write a positive amount")).to_be_visible()
    assert violations(page) == []
    link = page.locator(".result a[href^='/reports/']").first
    other = visit(link.get_attribute("href") or "", expected="404")
    expect(other.get_by_text("Nothing was paid for this image")).to_be_visible()
    expect(other.get_by_role("link", name="ben-1")).to_be_visible()


def test_what_nobody_explains_is_told(visit: Visit, gallery: Gallery) -> None:
    page = visit("/try", language="ja")
    give(page, draw(4711))
    expect(page.get_by_text("この画像に登録作品は見つかりませんでした。")).to_be_visible(timeout=COMPARED_MS)
    expect(page.locator(".finding.rest")).to_contain_text("100.00%")


def test_what_is_no_picture_is_refused_in_words(visit: Visit) -> None:
    page = visit("/try", expected="415")
    give(page, b"this is text")
    expect(page.get_by_role("alert")).to_contain_text("did not work")
    expect(page.locator(".drop input")).to_be_enabled()
