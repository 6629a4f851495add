"""A town with an epoch that stands and one that was voided, and a browser that tells of every fault it sees."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from creditline.demo import cast, dishonest
from creditline.demo.epochs import BOND
from creditline.demo.story import Market
from creditline.demo.teller import Teller
from creditline.errors import Conflict
from tests.service import town as places
from tests.service.town import YEN, Town, collage
from tests.web.chromium import browser
from tests.web.wallet import BrowserWallet

INTEGRATOR = cast.wallet("integrator")


@dataclass(frozen=True)
class Gallery:
    """`direct` and `reported` are receipts: of an image settled by itself, and of one in the epoch."""

    town: Town
    direct: dict[str, Any]
    reported: dict[str, Any]
    voided_pool: str

    @property
    def url(self) -> str:
        return self.town.stage.url

    @property
    def rpc(self) -> str:
        return self.town.stage.chain.url


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    town = places.build(tmp_path_factory.mktemp("gallery"))
    try:
        yield hang(town)
    finally:
        town.stage.close()


def hang(town: Town) -> Gallery:
    """Report images, settle one, post an epoch of the others, and have another operator's epoch voided."""
    stage, client = town.stage, town.stage.client
    token = stage.token_file.read_text().strip()
    _stake(town)
    pair = collage(town.pictures["aiko-0"], town.pictures["ben-0"])
    direct = client.report_usage(INTEGRATOR, town.pool, "gallery-direct", pair, 30 * YEN, settlement="direct")
    client.settle_all(token)
    pairs = [("aiko-1", "ben-1"), ("ben-2", "aiko-2"), ("aiko-3", "ben-3")]
    reported = [_report(town, f"gallery-{at}", *pair) for at, pair in enumerate(pairs)]
    client.close_epoch(town.pool, token)
    client.wait(lambda: client.epoch(town.pool, 1)["state"] == "posted", "the post")
    market = Market(dataset="", model=town.model, pool=town.pool, token=town.token)
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        # The story is told once in a process, and leaves closing its connections to the end of that.
        pool = dishonest.play(stage, market, client.epoch(town.pool, 1), reported[0], Teller())
        gc.collect()
    client.wait(lambda: len(list(client.pools())) == 2, "the other pool")
    return Gallery(town, direct, reported[0], pool)


def _stake(town: Town) -> None:
    stage, bond = town.stage, int(str(places.TERMS["bond"]))
    stage.send("integrator", stage.calls.mint(town.token, INTEGRATOR.address, bond))
    stage.send("integrator", stage.calls.approve(town.token, bond))
    stage.send("integrator", stage.calls.stake(town.pool, bond))
    assert bond <= BOND


def _report(town: Town, usage_id: str, one: str, other: str) -> dict[str, Any]:
    picture = collage(town.pictures[one], town.pictures[other])

    def report() -> dict[str, Any] | None:
        try:
            return town.stage.client.report_usage(INTEGRATOR, town.pool, usage_id, picture, 10 * YEN)
        except Conflict:  # until the stake is final
            return None

    return town.stage.client.wait(report, "the stake")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def visit(chromium: Browser, gallery: Gallery) -> Iterator[Callable[..., Page]]:
    """Opens a page of the service as a new visitor. At the end nothing may have gone wrong in any of them."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_page(
        path: str,
        *,
        language: str = "en",
        theme: Literal["light", "dark"] = "light",
        width: int = 1280,
        expected: str | tuple[str, ...] = (),
        wallet: BrowserWallet | None = None,
    ) -> Page:
        """`expected` are parts of messages on the console that belong to the test."""
        viewport: ViewportSize = {"width": width, "height": 900}
        context = chromium.new_context(
            locale=language, color_scheme=theme, viewport=viewport, base_url=gallery.url
        )
        contexts.append(context)
        if wallet:
            wallet.install(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: note(message, expected))
        page.on("request", lambda request: note_request(request.url))
        page.goto(path)
        return page

    def note(message: ConsoleMessage, expected: str | tuple[str, ...]) -> None:
        known = (expected,) if isinstance(expected, str) else expected
        if message.type == "error" and not any(each in message.text for each in known):
            faults.append(message.text)

    def note_request(address: str) -> None:
        if not address.startswith((gallery.url, gallery.rpc, "blob:")):
            faults.append(f"asked {address}")

    yield open_page
    for context in contexts:
        context.close()
    assert not faults
