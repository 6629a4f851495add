"""The page that trusts nobody, against a real node and a real gateway: green where all is right, red at the first fault."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, Route, expect

from tests.web.axe import violations
from tests.web.conftest import Gallery

Visit = Callable[..., Page]
VERDICT_MS = 60_000
REACH = "address => fetch(address, {mode: 'no-cors'}).then(() => 'reached', () => 'refused')"
RUN_INLINE = """() => {
    const script = document.createElement("script");
    script.textContent = "window.hasRun = 1";
    document.head.append(script);
    return window.hasRun ?? 0;
}"""


def question(gallery: Gallery, **what: str) -> str:
    ledger = gallery.town.stage.deployment.ledger
    return "/check?" + urlencode({**what, "rpc": gallery.rpc, "gateway": gallery.url, "ledger": ledger})


def epoch(gallery: Gallery, pool: str | None = None) -> str:
    return question(gallery, pool=pool or gallery.town.pool, epoch="1")


def run(page: Page) -> str:
    """Begin what the address asks for, and return the verdict."""
    page.get_by_role("button", name="Check now").click()
    verdict = page.locator(".verdict")
    expect(verdict).to_be_visible(timeout=VERDICT_MS)
    return verdict.inner_text()


def test_an_honest_epoch_is_green_throughout(visit: Visit, gallery: Gallery) -> None:
    page = visit(epoch(gallery))
    assert run(page).startswith("Everything is right")
    expect(page.locator(".check-step.ok")).to_have_count(13)
    expect(page.locator(".check-steps")).to_contain_text("Reports: 3 of 3")
    assert violations(page) == []


def test_an_epoch_that_paid_a_thief_is_red_where_it_did(visit: Visit, gallery: Gallery) -> None:
    page = visit(epoch(gallery, gallery.voided_pool))
    assert run(page).startswith("Something is wrong")
    expect(page.locator(".check-steps")).to_contain_text("was posted and then voided")
    wrong = page.locator(".check-step.wrong")
    expect(wrong).to_contain_text("Who is paid")
    expect(wrong).to_contain_text(gallery.town.aiko.address)
    expect(page.locator(".check-step.waiting")).to_have_count(2)
    assert violations(page) == []


@pytest.mark.parametrize("kind", ["direct", "reported"])
def test_a_report_is_recomputed_and_its_image_shown(visit: Visit, gallery: Gallery, kind: str) -> None:
    page = visit(question(gallery, report=getattr(gallery, kind)["report_cid"]))
    assert run(page).startswith("Everything is right")
    said = "creators' part is 21 dJPY" if kind == "direct" else "paid in an epoch"
    expect(page.locator(".check-steps")).to_contain_text(said)
    expect(page.locator(".checked img")).to_be_visible()


def test_a_link_alone_starts_nothing(visit: Visit, gallery: Gallery) -> None:
    page = visit(epoch(gallery))
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if request.url.startswith(gallery.rpc) else None
    )
    expect(page.get_by_role("button", name="Check now")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Check now")).to_be_visible()
    assert asked == []


def test_the_form_starts_the_check(visit: Visit, gallery: Gallery) -> None:
    page = visit(f"/pools/{gallery.town.pool}/epochs/1")
    page.get_by_role("link", name="Check this epoch in your browser").click()
    expect(page.get_by_label("Address of the ledger contract")).not_to_have_value("")
    page.get_by_label("Node (RPC address)").fill(gallery.rpc)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".verdict.good")).to_be_visible(timeout=VERDICT_MS)


def test_what_is_typed_wrongly_is_told_beside_it(visit: Visit) -> None:
    page = visit("/check")
    page.get_by_label("Pool").fill("0x12")
    page.get_by_label("Node (RPC address)").fill("ftp://node")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Write a pool id")).to_be_visible()
    expect(page.get_by_text("begins with http://")).to_be_visible()
    expect(page.get_by_text("Write the number of the epoch")).to_be_visible()
    expect(page.get_by_label("Pool")).to_have_attribute("aria-invalid", "true")
    assert violations(page) == []


def test_a_gateway_that_lies_is_found_out(visit: Visit, gallery: Gallery) -> None:
    def lie(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.body().replace(b'"reports"', b'"Reports"'))

    page = visit(epoch(gallery))
    page.route("**/ipfs/**", lie)
    assert run(page).startswith("Not finished")
    expect(page.locator(".check-step.unreachable")).to_contain_text("gave other bytes")


def test_a_node_that_lies_about_the_epoch_is_found_out(visit: Visit, gallery: Gallery) -> None:
    """The posted payouts are changed in the node's answer: the ledger's own hash tells."""
    root = gallery.town.stage.client.epoch(gallery.town.pool, 1)["payouts"][2:].encode()

    def lie(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.body().replace(root, b"77" * 32))

    page = visit(epoch(gallery))
    page.route(f"{gallery.rpc}/**", lie)
    assert run(page).startswith("Something is wrong")
    expect(page.locator(".check-step.wrong")).to_contain_text("What was posted")


def test_a_node_that_is_not_there_proves_nothing(visit: Visit, gallery: Gallery) -> None:
    page = visit(epoch(gallery), expected="ERR_")
    page.route(f"{gallery.rpc}/**", lambda route: route.abort())
    assert run(page).startswith("Not finished")
    expect(page.locator(".check-step.unreachable")).to_contain_text("does not answer this browser")


def test_what_was_never_posted_is_wrong(visit: Visit, gallery: Gallery) -> None:
    page = visit(question(gallery, pool=gallery.town.pool, epoch="7"))
    assert run(page).startswith("Something is wrong")
    expect(page.locator(".check-step.wrong")).to_contain_text("Epoch 7 was never posted")


def test_the_browser_itself_forbids_other_places(visit: Visit, gallery: Gallery) -> None:
    """Code of ours that went astray could reach what was typed, and nobody else."""
    page = visit(epoch(gallery), expected=("Content Security Policy", "400"))
    assert page.evaluate(REACH, "http://127.0.0.1:9/") == "refused"
    assert page.evaluate(REACH, gallery.rpc) == "reached"
    plain = visit("/works", expected="Content Security Policy")
    assert plain.evaluate(REACH, gallery.rpc) == "refused"
    assert plain.evaluate(RUN_INLINE) == 0
