"""The application: routes, errors, and headers that every answer carries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from anyio.to_thread import current_default_thread_limiter
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from creditline import __version__
from creditline.access.keyring import Keyring
from creditline.access.repeats import Repeats
from creditline.access.sign_in import SignIn
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
    session,
    statements,
    usages,
    web,
    works,
)
from creditline.api.cookies import Site
from creditline.api.desk import Desk
from creditline.api.gate import Gate, Limits
from creditline.api.identity import Identity
from creditline.api.limits import BodyLimit
from creditline.api.repeatable import Repeatable

# The interactive documentation has its script in the page, so it alone goes without this policy.
NO_PAGE = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

ROOMS = (
    session,
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
)


@dataclass(frozen=True)
class Access:
    """What the front door itself works with: who may call, and what they were answered."""

    keyring: Keyring
    sign_in: SignIn
    repeats: Repeats
    site: Site
    limits: Limits


def create(desk: Desk, access: Access, web_dir: Path) -> FastAPI:
    """An application that serves from `desk` whom `access` lets in, and each as much as its limits say.

    Pages come from the folder where the web app is built.
    """
    app = FastAPIOffline(
        lifespan=_threads(access.limits.calls_max),
        title="Creditline",
        version=__version__,
        summary="Measured attribution of generated images, and on-chain pay for the creators they draw on.",
    )
    app.state.desk, app.state.sign_in, app.state.site = desk, access.sign_in, access.site
    problems.install(app)
    # The last that is added is the first that a call meets.
    app.add_middleware(Repeatable, repeats=access.repeats)
    app.add_middleware(BodyLimit, picture_bytes_max=desk.picture_bytes_max)
    identity = Identity(access.keyring, access.sign_in, access.site)
    app.add_middleware(Gate, limits=access.limits, identity=identity, undeclared_bytes=desk.picture_bytes_max)
    app.add_middleware(Hardened)
    for room in ROOMS:
        app.include_router(room.router)
    app.include_router(pools.tokens)
    app.include_router(web.pages(web_dir))
    app.mount("/assets", web.assets(web_dir / "assets"), name="assets")
    return app


def _threads(calls_max: int) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """A thread for each call that the gate lets in: a read never waits for one behind pictures."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        current_default_thread_limiter().total_tokens = calls_max
        yield

    return lifespan


class Hardened:
    """Every answer forbids the browser what no page here needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def harden(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "no-referrer")
                if scope["path"] not in ("/docs", "/redoc"):
                    headers.setdefault("Content-Security-Policy", NO_PAGE)
            await send(message)

        await self._app(scope, receive, harden)
