"""Reading a picture out of a request, within the limit."""

from __future__ import annotations

from anyio import from_thread
from fastapi import Request, UploadFile

from creditline.errors import Invalid, TooLarge


def read_body(request: Request, limit: int) -> bytes:
    """The raw body. Reading stops at `limit`, whatever the headers promise. For routes that run in a thread."""
    body: bytes = from_thread.run(_read_stream, request, limit)
    if not body:
        raise Invalid(
            "The body is empty.", "Send the bytes of a picture, for instance with curl --data-binary @file."
        )
    return body


def read_upload(upload: UploadFile, limit: int) -> bytes:
    """One file of a form."""
    body = upload.file.read(limit + 1)
    if len(body) > limit:
        raise _too_large(limit)
    return body


async def _read_stream(request: Request, limit: int) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise _too_large(limit)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(
        f"The picture has more than {limit:,} bytes.", "Scale it down, or save it with stronger compression."
    )
