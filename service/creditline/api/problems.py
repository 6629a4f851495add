"""Errors as problem+json (RFC 9457): `title` says what happened, `detail` what to do next."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from creditline.errors import CreditlineError, Unauthorised

log = logging.getLogger(__name__)


class Problem(BaseModel):
    """The body of every error."""

    type: str = Field(examples=["urn:creditline:problem:missing"])
    title: str = Field(examples=["No work 0x12… is registered."])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["Check the id; works appear once their anchor is in a finalised block."])


PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem, "content": {"application/problem+json": {}}, "description": text}
    for code, text in {
        401: "No key where one is needed, or not a valid one",
        402: "The pool does not hold enough",
        403: "Not signed by who it should be, or the key may not do this",
        404: "Not registered, or not here",
        409: "Contradicts what exists",
        413: "Too large",
        415: "Not a picture that is accepted",
        422: "The request cannot be right",
        429: "A budget is used up for now; Retry-After says until when",
        503: "A queue is full, or a part of the service does not answer; try again later",
    }.items()
}


def install(app: FastAPI) -> None:
    """Answer every error, expected or not, as a problem."""
    app.add_exception_handler(CreditlineError, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unknown)


def problem(
    status: int, slug: str, title: str, detail: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    body = Problem(type=f"urn:creditline:problem:{slug}", title=title, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, headers, media_type="application/problem+json")


def answer(error: CreditlineError) -> JSONResponse:
    """The answer that an error stands for, also where no route was reached."""
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    if isinstance(error, Unauthorised):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(error.status, error.slug, error.what, error.next_step, headers)


async def _known(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, CreditlineError)
    return answer(error)


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body") or "The body"
    return problem(422, "invalid", f"{where}: {first['msg']}.", "See /docs for the shape of this request.")


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return problem(
        error.status_code, "http", f"{error.detail}.", "See /docs for the routes.", dict(error.headers or {})
    )


async def _unknown(_request: Request, error: Exception) -> JSONResponse:
    reference = uuid.uuid4().hex[:12]
    log.error("unexpected error %s", reference, exc_info=error)
    return problem(
        500,
        "internal",
        "Something broke on our side; nothing was charged.",
        f"Quote {reference} to the operator.",
    )
