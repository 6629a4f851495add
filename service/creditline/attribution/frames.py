"""Messages between a parent and its child over a pipe: a JSON header and raw attachments.

JSON and not pickle: a decoder that a hostile picture has taken over must not be able to hand code to its parent.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO

from creditline.canonical import JSON

_LENGTH_BYTES = 8
_HEADER_MAX = 256 * 2**20
_ATTACHMENTS_MAX = 1024


def write(stream: IO[bytes], header: JSON, attachments: Sequence[bytes | memoryview] = ()) -> None:
    """Send one message. Raises `BrokenPipeError` when nobody reads."""
    lengths = [memoryview(attachment).nbytes for attachment in attachments]
    encoded = json.dumps({"header": header, "attachments": lengths}).encode()
    stream.write(len(encoded).to_bytes(_LENGTH_BYTES) + encoded)
    for attachment in attachments:
        stream.write(attachment)
    stream.flush()


def read(stream: IO[bytes], attachment_max: int) -> tuple[JSON, list[bytes]]:
    """Receive one message. Raises `EOFError` when the other side is gone or sends what it may not."""
    length = int.from_bytes(_read_exactly(stream, _LENGTH_BYTES))
    if length > _HEADER_MAX:
        raise EOFError
    envelope = json.loads(_read_exactly(stream, length))
    lengths = envelope["attachments"]
    if len(lengths) > _ATTACHMENTS_MAX or any(not 0 <= size <= attachment_max for size in lengths):
        raise EOFError
    return envelope["header"], [_read_exactly(stream, size) for size in lengths]


def _read_exactly(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise EOFError
    return data
