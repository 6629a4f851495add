"""Signing in with a wallet (EIP-4361): ask for a message, sign it, get a cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from creditline.access.key import Role
from creditline.access.sign_in import SESSION_S, Session, SignIn
from creditline.api.caller import caller_of
from creditline.api.cookies import Site
from creditline.api.fields import Wallet
from creditline.api.problems import PROBLEMS
from creditline.errors import Unauthorised
from creditline.ids import Address

router = APIRouter(prefix="/v1/session", tags=["session"], responses=PROBLEMS)


class MessageIn(BaseModel):
    wallet: Wallet


class MessageOut(BaseModel):
    message: str = Field(description="The wallet signs this text as it is (personal_sign).")
    nonce: str
    expires_at: int = Field(description="Unix second.")


class SignatureIn(BaseModel):
    wallet: Wallet
    nonce: str = Field(max_length=80, pattern="^[0-9a-f]{56}$")
    signature: str = Field(
        pattern=r"^0x[0-9a-fA-F]{2,8192}$", description="A key's, or what a contract wallet takes (ERC-1271)."
    )


class SessionOut(BaseModel):
    wallet: Wallet
    role: Role
    expires_at: int = Field(description="Unix second.")
    csrf_token: str = Field(description="Send it as X-CSRF-Token with every change.")


def _sign_in(request: Request) -> SignIn:
    found: SignIn = request.app.state.sign_in
    return found


def _site(request: Request) -> Site:
    found: Site = request.app.state.site
    return found


AtSignIn = Annotated[SignIn, Depends(_sign_in)]
AtSite = Annotated[Site, Depends(_site)]


@router.post("/message", summary="Ask for a message to sign in with", status_code=201)
def prepare(body: MessageIn, sign_in: AtSignIn) -> MessageOut:
    """It names this service, the chain, a nonce and its end: good for ten minutes, and once."""
    message = sign_in.prepare(Address(body.wallet))
    return MessageOut(message=message.text, nonce=message.nonce, expires_at=message.expires_at)


@router.post("", summary="Sign in", status_code=201)
def begin(
    body: SignatureIn, request: Request, response: Response, sign_in: AtSignIn, site: AtSite
) -> SessionOut:
    """Answers with a cookie. A session that was there before stays its wallet's, and is not taken over."""
    site.require_own_origin(request.scope)
    session, secret = sign_in.begin(Address(body.wallet), body.nonce, body.signature)
    response.set_cookie(
        site.cookie,
        secret,
        max_age=SESSION_S,
        path="/",
        secure=not site.is_loopback,
        httponly=True,
        samesite="strict",
    )
    response.headers["Cache-Control"] = "no-store"
    return _session(session)


@router.get("", summary="Who is signed in")
def show(request: Request, response: Response) -> SessionOut:
    response.headers["Cache-Control"] = "no-store"
    return _session(_current(request))


@router.delete("", summary="Sign out", status_code=204)
def end(
    request: Request,
    response: Response,
    sign_in: AtSignIn,
    site: AtSite,
    everywhere: Annotated[bool, Query(description="End all sessions of this wallet.")] = False,
) -> None:
    session, secret = _current(request), site.secret_of(request.scope)
    if everywhere:
        sign_in.end_all(session.wallet)
    elif secret is not None:
        sign_in.end(secret)
    response.delete_cookie(
        site.cookie, path="/", secure=not site.is_loopback, httponly=True, samesite="strict"
    )


def _current(request: Request) -> Session:
    session = caller_of(request.scope).session
    if session is None:
        raise Unauthorised("Nobody is signed in.", "Sign in with POST /v1/session.")
    return session


def _session(session: Session) -> SessionOut:
    return SessionOut(
        wallet=session.wallet,
        role=Role.CREATOR,
        expires_at=session.expires_at,
        csrf_token=session.csrf_token,
    )
