"""For creators: from a dropped picture to a dated claim, and from an epoch to money, with a wallet on the real chain."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from creditline.demo import cast
from tests.service.town import YEN, draw
from tests.web.axe import violations
from tests.web.conftest import Gallery
from tests.web.wallet import BrowserWallet

Visit = Callable[..., Page]
ANCHORED_MS = 60_000


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Three pictures, one of them twice, and a file that is none."""
    files = []
    for name, seed in [("red_panda.png", 901), ("Kitsune.png", 902), ("copy of kitsune.png", 902)]:
        files.append(tmp_path / name)
        files[-1].write_bytes(draw(seed))
    files.append(tmp_path / "notes.txt")
    files[-1].write_text("not a picture")
    return files


def connect(page: Page) -> None:
    page.get_by_role("button", name="Test Wallet").click()
    expect(page.locator(".account")).to_be_visible()


def choose(page: Page, files: list[Path]) -> None:
    page.locator('input[type="file"]').first.set_input_files(files)


def test_pictures_become_works_by_one_signature(visit: Visit, gallery: Gallery, pictures: list[Path]) -> None:
    wallet = BrowserWallet(cast.creator("Chika"), gallery.town.stage)
    page = visit("/register", wallet=wallet)
    expect(page.locator(".wallet img")).to_be_visible()
    assert violations(page) == []
    connect(page)
    choose(page, pictures)
    expect(page.locator(".picked li")).to_have_count(2)
    expect(page.get_by_label("Title of red_panda.png")).to_have_value("red panda")
    page.get_by_label("Title of Kitsune.png").fill("Fox")
    page.get_by_label("Name to credit").fill("Chika Sato")
    assert violations(page) == []
    page.get_by_role("button", name="Continue with 2 works").click()
    expect(page.locator(".sentences")).to_contain_text("I claim 2 works as mine")
    assert violations(page) == []
    page.get_by_role("button", name="Sign in my wallet").click()
    expect(page.locator(".certificate")).to_be_visible(timeout=ANCHORED_MS)
    assert violations(page) == []
    assert wallet.asked.count("eth_signTypedData_v4") == 1
    assert "eth_sendTransaction" not in wallet.asked
    signed = wallet.signed[0]
    assert (signed["primaryType"], signed["message"]["count"]) == ("Batch", 2)
    assert signed["domain"]["verifyingContract"] == gallery.town.stage.deployment.works
    works = list(gallery.town.stage.client.works(cast.creator("Chika").address))
    assert {(work["title"], work["author"], work["licence"]) for work in works} == {
        ("Fox", "Chika Sato", "CC-BY-4.0"), ("red panda", "Chika Sato", "CC-BY-4.0"),
    }  # fmt: skip
    page.get_by_role("link", name="See my works").click()
    expect(page.locator(".card")).to_have_count(2)
    expect(page.get_by_text("Fox")).to_be_visible()


def test_a_declined_signature_changes_nothing(visit: Visit, gallery: Gallery, pictures: list[Path]) -> None:
    wallet = BrowserWallet(cast.creator("Daichi"), gallery.town.stage)
    page = visit("/register", wallet=wallet, language="ja")
    page.get_by_role("button", name="Test Wallet").click()
    choose(page, pictures[:1])
    page.get_by_role("button", name="1 点で次へ進む").click()
    sign = page.get_by_role("button", name="ウォレットで署名する")
    expect(sign).to_be_visible()
    wallet.rejects = True
    sign.click()
    expect(page.get_by_role("alert").filter(has_text="拒否されました")).to_be_visible()
    assert list(gallery.town.stage.client.works(cast.creator("Daichi").address)) == []
    expect(sign).to_be_enabled()


def test_a_service_that_prepares_something_else_gets_no_signature(
    visit: Visit, gallery: Gallery, pictures: list[Path]
) -> None:
    """As if the service had slipped other terms in: what is signed is made from what was asked."""
    wallet = BrowserWallet(cast.creator("Emi"), gallery.town.stage)
    page = visit("/register", wallet=wallet)
    connect(page)
    choose(page, pictures[:1])

    def slip(route):
        answer = route.fetch()
        route.fulfill(
            response=answer, body=answer.body().replace(b'"training":"allowed"', b'"training":"forbidden"')
        )

    page.route("**/v1/registrations", slip)
    page.get_by_role("button", name="Continue with 1 work").click()
    expect(page.get_by_role("alert")).to_contain_text("something else than you asked for")
    assert wallet.signed == []


def test_without_a_wallet_the_page_says_what_one_is(visit: Visit) -> None:
    for path in ("/register", "/mine", "/earnings"):
        page = visit(path)
        expect(page.get_by_text("No wallet found in this browser")).to_be_visible()
        assert violations(page) == []
        page.context.close()


def test_an_older_wallet_and_a_wrong_chain(visit: Visit, gallery: Gallery) -> None:
    wallet = BrowserWallet(cast.creator("Fumi"), gallery.town.stage, chain_id=1, injected=True)
    page = visit("/mine", wallet=wallet)
    page.get_by_role("button", name="Browser wallet").click()
    expect(page.get_by_text("Your wallet is on chain 1.")).to_be_visible()
    page.get_by_role("button", name="Switch the chain").click()
    page.evaluate("tellPage('chainChanged', '0x7a69')")
    expect(page.get_by_text("has registered no works yet")).to_be_visible()
    page.evaluate("tellPage('accountsChanged', [])")
    expect(page.get_by_role("button", name="Browser wallet")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "button"), [("Aiko", "Collect, free of charge"), ("Ben", "Collect and pay")]
)
def test_earnings_are_collected(visit: Visit, gallery: Gallery, name: str, button: str) -> None:
    """What direct settlement credited; by the operator's gas, and by the creator's own."""
    town, stage = gallery.town, gallery.town.stage
    wallet = BrowserWallet(cast.creator(name), stage)
    stage.chain.give_gas(wallet.wallet.address)
    page = visit("/earnings", wallet=wallet)
    connect(page)
    expect(page.locator(".due .huge")).to_contain_text("dJPY")
    expect(page.get_by_text("Coming up")).to_be_visible()
    assert violations(page) == []
    before = stage.reader.balance(town.token, wallet.wallet.address)
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Paid. The money is in your wallet.")).to_be_visible(timeout=ANCHORED_MS)
    assert stage.reader.balance(town.token, wallet.wallet.address) - before > YEN
    assert ("eth_sendTransaction" in wallet.asked) == (name == "Ben")
