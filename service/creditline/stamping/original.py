"""The bytes of a picture without the stamp. A stamp is one piece put in, so without it the file is what it was before.

The pieces are found by the file's structure and not by what the manifest says of itself, which a forger could choose.
`containers.inspect` must have accepted the file.
"""

from __future__ import annotations

from collections.abc import Iterator

from creditline.attribution import containers

_PNG_START = 8
_RIFF_START = 12
_JPEG_SCAN = 0xDA
_JPEG_JUMBF = 0xEB


def original(data: bytes, media_type: str) -> bytes:
    """`data` without C2PA manifests."""
    if media_type == containers.PNG:
        return data[:_PNG_START] + b"".join(_png_chunks(data))
    if media_type == containers.JPEG:
        return data[:2] + b"".join(_jpeg_segments(data))
    chunks = b"".join(_webp_chunks(data))
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def _png_chunks(data: bytes) -> Iterator[bytes]:
    place = _PNG_START
    while place < len(data):
        end = place + 12 + int.from_bytes(data[place : place + 4])
        if data[place + 4 : place + 8] != b"caBX":
            yield data[place:end]
        place = end


def _jpeg_segments(data: bytes) -> Iterator[bytes]:
    """The segments up to the first scan, and all the rest as one."""
    place = 2
    while place + 4 <= len(data) and data[place + 1] != _JPEG_SCAN:
        end = place + 2 + int.from_bytes(data[place + 2 : place + 4])
        if data[place + 1] != _JPEG_JUMBF or data[place + 4 : place + 6] != b"JP":
            yield data[place:end]
        place = end
    yield data[place:]


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    place = _RIFF_START
    while place < len(data):
        size = int.from_bytes(data[place + 4 : place + 8], "little")
        end = place + 8 + size + size % 2
        if data[place : place + 4] != b"C2PA":
            yield data[place:end]
        place = end
