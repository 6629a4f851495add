"""The application: routes, errors, and headers that every answer carries."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline
from starlette.middleware.base import RequestResponseEndpoint

from creditline import __version__
from creditline.api import (
    attributions,
    claims,
    commons,
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
    works,
)
from creditline.api.desk import Desk
from creditline.api.limits import BodyLimit

# The interactive documentation has its script in the page, so it alone goes without this policy.
PAGES_POLICY = "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


def create(desk: Desk) -> FastAPI:
    """An application that serves from `desk`."""
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
        commons,
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
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_api_route("/", _front, include_in_schema=False)
    return app


async def _front() -> RedirectResponse:
    return RedirectResponse("/docs")


async def _harden(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.url.path not in ("/docs", "/redoc"):
        response.headers.setdefault("Content-Security-Policy", PAGES_POLICY)
    return response
