"""Reading a picture out of a request, within the limit."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, UploadFile

from creditline.api.desk import AtDesk
from creditline.errors import Invalid, TooLarge


async def _read_body(request: Request, desk: AtDesk) -> bytes:
    """The raw body. Waits on the event loop, so that a slow sender holds no thread."""
    body = await request.body()
    if not body:
        raise Invalid(
            "The body is empty.", "Send the bytes of a picture, for instance with curl --data-binary @file."
        )
    return _within(body, desk.picture_bytes_max)


RawBody = Annotated[bytes, Depends(_read_body)]


def read_upload(upload: UploadFile, limit: int) -> bytes:
    """One file of a form."""
    return _within(upload.file.read(limit + 1), limit)


def _within(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise TooLarge(
            f"The picture has more than {limit:,} bytes.",
            "Scale it down, or save it with stronger compression.",
        )
    return body
