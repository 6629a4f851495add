"""The pages: the built web app, and the policies under which a browser runs it.

Scripts and styles come from this service alone, and nothing that is inline runs. The app may talk to this service and to
nobody else. Only the page that checks for itself may talk to a node and a gateway: those two that its address names, so that
what is allowed is what the visitor typed. That page holds no session and no wallet.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Scope

from creditline.errors import Invalid

PAGES = (
    "/", "/works", "/works/{id}", "/models", "/models/{id}", "/datasets", "/datasets/{id}", "/pools", "/pools/{id}",
    "/pools/{id}/epochs/{n}", "/reports", "/reports/{cid}", "/disputes", "/try", "/register", "/mine", "/earnings",
)  # fmt: skip
ORIGIN_CHARS_MAX = 200
# Nothing that could end a source or a directive: no space, no comma, no semicolon, no quote, no wildcard.
_ORIGIN = re.compile(r"(https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)(?:/[^\s]*)?")
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Creditline</title>
<h1>The pages are not built</h1>
<p>The service runs, and its <a href="/docs">API</a> answers. To see the pages, run <code>./scripts/setup</code> and load this again.</p>
<p lang="ja">サービスは動いていますが、画面がまだ作られていません。<code>./scripts/setup</code> を実行してから、もう一度開いてください。</p>
</html>"""


def assets(folder: Path) -> ASGIApp:
    """What the pages are made of, compressed for browsers that take it so."""
    return GZipMiddleware(_Assets(directory=folder, check_dir=False), minimum_size=1000, compresslevel=6)


class _Assets(StaticFiles):
    """Files whose names change with their content, so that a browser never asks twice."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def pages(folder: Path) -> APIRouter:
    """The routes of all pages, out of a folder that Vite has built. It is read anew for every answer."""
    router = APIRouter(include_in_schema=False)

    def app() -> Response:
        return _document(folder / "index.html", policy())

    def check(
        rpc: Annotated[str, Query(max_length=2000)] = "", gateway: Annotated[str, Query(max_length=2000)] = ""
    ) -> Response:
        return _document(folder / "check.html", policy(rpc, gateway))

    for path in PAGES:
        router.add_api_route(path, app)
    router.add_api_route("/check", check)
    return router


def policy(*reachable: str) -> str:
    """The Content-Security-Policy of a page that may talk to this service and to the origins of these addresses.

    Raises `Invalid` for an address that is no plain http or https one.
    """
    origins = " ".join(dict.fromkeys(_origin(each) for each in reachable if each))
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self' {origins}".rstrip()
        + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def _origin(address: str) -> str:
    found = _ORIGIN.fullmatch(address)
    if found is None or len(found[1]) > ORIGIN_CHARS_MAX:
        raise Invalid(
            f"{address[:80]!a} is no address of a node or a gateway.",
            "Give one that begins with http:// or https://, with a host and nothing before it.",
        )
    return found[1].lower()


def _document(file: Path, content_policy: str) -> Response:
    # Never kept: the next build has other names of scripts in it.
    headers = {"Content-Security-Policy": content_policy, "Cache-Control": "no-cache"}
    try:
        return HTMLResponse(file.read_bytes(), headers=headers)
    except FileNotFoundError:
        return HTMLResponse(_NOT_BUILT, 503, headers)
