"""Looks at a file's structure before any library decodes it: which format, one frame, and nothing behind its end.

Bytes after a picture's end make it two files in one (a page, an archive, a script), so they are refused; and whoever
appends a byte gets another content hash for the same picture.
"""

from __future__ import annotations

from typing import NoReturn

from creditline.errors import NotAPicture

PNG = "image/png"
JPEG = "image/jpeg"
WEBP = "image/webp"

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNKS_MAX = 100_000
# Markers without a length: fill, restart, temporary.
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_END = 0xD9
_WEBP_ANIMATED = 0x02


def inspect(data: bytes) -> str:
    """The media type, by content. Raises `NotAPicture` for other formats, animations and files with a tail."""
    if data.startswith(_PNG_SIGNATURE):
        _inspect_png(data)
        return PNG
    if data.startswith(b"\xff\xd8\xff"):
        _inspect_jpeg(data)
        return JPEG
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        _inspect_webp(data)
        return WEBP
    raise NotAPicture("The file is neither PNG nor JPEG nor WebP.", "Export the picture as one of them.")


def _inspect_png(data: bytes) -> None:
    place = len(_PNG_SIGNATURE)
    for _ in range(_CHUNKS_MAX):
        length, kind = int.from_bytes(data[place : place + 4]), data[place + 4 : place + 8]
        place += 12 + length
        if len(kind) < 4 or place > len(data):
            _refuse_truncated()
        if kind == b"acTL":
            _refuse_animated()
        if kind == b"IEND":
            _require_end(place, data)
            return
    raise NotAPicture(f"The PNG has more than {_CHUNKS_MAX:,} chunks.", "Save the picture again.")


def _inspect_jpeg(data: bytes) -> None:
    place = 2
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            _refuse_truncated()
        marker = data[place + 1]
        if marker == _JPEG_END:
            _require_end(place + 2, data)
            return
        if marker == 0xFF:
            place += 1
        elif marker == 0 or marker in _JPEG_BARE:
            place += 2
        else:
            # Segments carry their length; after a scan header, coded data follow up to the next marker.
            length = int.from_bytes(data[place + 2 : place + 4])
            if length < 2:
                _refuse_truncated()
            place += 2 + length


def _inspect_webp(data: bytes) -> None:
    if len(data) < 30:
        _refuse_truncated()
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        _refuse_truncated()
    if data[12:16] == b"VP8X" and data[20] & _WEBP_ANIMATED:
        _refuse_animated()
    _require_end(end + end % 2, data)


def _require_end(end: int, data: bytes) -> None:
    tail = len(data) - end
    if tail > 0:
        raise NotAPicture(
            f"The file goes on for {tail:,} bytes after the picture's end.", "Save the picture again."
        )


def _refuse_truncated() -> NoReturn:
    raise NotAPicture("The file ends before the picture does.", "Upload the complete file.")


def _refuse_animated() -> NoReturn:
    raise NotAPicture("The file is an animation.", "Export one frame as a still picture.")
