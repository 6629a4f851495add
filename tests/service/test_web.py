"""How the pages are served: the policy under which a browser runs them, and what stands there before they are built."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from creditline.api import web
from creditline.api.web import PAGES, policy
from creditline.errors import Invalid
from tests.service.town import Town

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_under_the_strict_policy(town: Town, page: str) -> None:
    answer = httpx2.get(town.stage.url + page.replace("{", "").replace("}", ""))
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == STRICT
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert '<script type="module"' in answer.text
    assert "unsafe" not in answer.headers["content-security-policy"]


def test_the_page_that_checks_may_reach_what_its_address_names_and_nothing_else(town: Town) -> None:
    query = {"rpc": "http://127.0.0.1:8545/key", "gateway": "https://ipfs.example"}
    answer = httpx2.get(f"{town.stage.url}/check", params=query)
    expected = STRICT.replace(
        "connect-src 'self'", "connect-src 'self' http://127.0.0.1:8545 https://ipfs.example"
    )
    assert answer.headers["content-security-policy"] == expected


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.example", "javascript:alert(1)", "https://", "a.example", "https://a.example; script-src *",
        "https://a.example, default-src *", "https://*", "https://*.example", "https://a b", "https://'self'",
        "https://user@a.example", "https://a.example:port", "https://a.example\n", "https://" + "a" * 300,
    ],
)  # fmt: skip
def test_nothing_can_be_smuggled_into_the_policy(town: Town, address: str) -> None:
    with pytest.raises(Invalid, match="no address"):
        policy(address)
    answer = httpx2.get(f"{town.stage.url}/check", params={"rpc": address})
    assert answer.status_code == 422
    assert "example" not in answer.headers["content-security-policy"]


def test_a_path_after_the_host_is_not_part_of_what_may_be_reached() -> None:
    assert "connect-src 'self' https://a.example:8 http://[::1]:5001;" in policy(
        "https://A.example:8/x;y,z?q", "http://[::1]:5001/"
    )


def test_scripts_are_kept_for_ever_and_documents_are_not(town: Town) -> None:
    page = httpx2.get(town.stage.url).text
    script = page.split('src="')[1].split('"')[0]
    answer = httpx2.get(town.stage.url + script)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert httpx2.get(f"{town.stage.url}/assets/none.js").status_code == 404


def test_before_the_pages_are_built_a_page_says_what_to_do(tmp_path: Path) -> None:
    app = FastAPI()
    app.include_router(web.pages(tmp_path))
    answer = TestClient(app).get("/works")
    assert answer.status_code == 503
    assert "./scripts/setup" in answer.text
