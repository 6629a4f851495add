"""F25: the cookie of a session, and changes that other sites try to make with it."""

from __future__ import annotations

from typing import Any

import pytest

from creditline.access.sign_in import Session
from creditline.api.cookies import Site
from creditline.errors import Forbidden
from creditline.ids import address

SITE = Site("https://creditline.example/app")
SESSION = Session(address("0x" + "5a" * 20), 10**10, "token")


def change(method: str = "POST", **headers: str) -> dict[str, Any]:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "headers": raw}


def test_f25_a_change_carries_the_token_of_its_session() -> None:
    SITE.require_intent(change(x_csrf_token="token"), SESSION)
    SITE.require_intent(change(x_csrf_token="token", origin="https://creditline.example"), SESSION)
    for wrong in ({}, {"x_csrf_token": ""}, {"x_csrf_token": "tokem"}, {"x_csrf_token": "é"}):
        with pytest.raises(Forbidden, match="X-CSRF-Token"):
            SITE.require_intent(change(**wrong), SESSION)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://creditline.example",
        "https://creditline.example:444",
        "https://creditline.example.evil.example",
        "https://a.creditline.example",
        "null",
        "",
    ],
)
def test_f25_another_site_changes_nothing_even_with_the_token(origin: str) -> None:
    with pytest.raises(Forbidden, match="may not do this"):
        SITE.require_intent(change(x_csrf_token="token", origin=origin), SESSION)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_needs_no_token(method: str) -> None:
    SITE.require_intent(change(method, origin="https://evil.example"), SESSION)


@pytest.mark.parametrize(
    ("url", "is_loopback"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://0.0.0.0:8000", False),
        ("http://localhost.evil.example", False),
        ("http://10.0.0.1", False),
        ("https://creditline.example", False),
    ],
)
def test_f25_only_on_loopback_a_cookie_travels_in_the_open(url: str, is_loopback: bool) -> None:
    site = Site(url)
    assert site.is_loopback == is_loopback
    assert site.cookie.startswith("__Host-") != is_loopback


@pytest.mark.parametrize(
    ("sent", "secret"),
    [
        ("__Host-creditline-session=abc", "abc"),
        ("a=b; __Host-creditline-session=abc; c=d", "abc"),
        ("creditline-session=abc", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_only_the_own_cookie_is_read(sent: str, secret: str | None) -> None:
    assert SITE.secret_of(change(cookie=sent)) == secret
