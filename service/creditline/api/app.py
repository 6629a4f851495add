"""The application: routes, errors, and headers that every answer carries."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.middleware.base import RequestResponseEndpoint

from creditline import __version__
from creditline.api import (
    attributions,
    claims,
    disputes,
    epochs,
    gateway,
    models,
    operations,
    payouts,
    pools,
    problems,
    registrations,
    reports,
    statements,
    usages,
    web,
    works,
)
from creditline.api.desk import Desk
from creditline.api.limits import BodyLimit

# The interactive documentation has its script in the page, so it alone goes without this policy.
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def create(desk: Desk, web_dir: Path) -> FastAPI:
    """An application that serves from `desk`, and pages from the folder where the web app is built."""
    app = FastAPIOffline(
        title="Creditline",
        version=__version__,
        summary="Measured attribution of generated images, and on-chain pay for the creators they draw on.",
    )
    app.state.desk = desk
    problems.install(app)
    app.middleware("http")(_harden)
    app.add_middleware(BodyLimit, picture_bytes_max=desk.picture_bytes_max)
    for room in (
        registrations,
        works,
        models,
        pools,
        epochs,
        attributions,
        usages,
        payouts,
        claims,
        statements,
        disputes,
        reports,
        gateway,
        operations,
    ):
        app.include_router(room.router)
    app.include_router(pools.tokens)
    app.include_router(web.pages(web_dir))
    app.mount("/assets", web.assets(web_dir / "assets"), name="assets")
    return app


async def _harden(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.url.path not in ("/docs", "/redoc"):
        response.headers.setdefault("Content-Security-Policy", NO_PAGE)
    return response
