"""CARv1: a header that names a root, then blocks with their CIDs. Written plainly, read suspiciously.

file    = varint(length) header block*
header  = dag-cbor {"roots": [CID], "version": 1}
block   = varint(length) CID bytes
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from creditline.content import cid as cids
from creditline.content import dag, varint
from creditline.errors import Corrupt, Invalid, TooLarge

HEADER_BYTES_MAX = 1024
BLOCKS_MAX = 65_536
BYTES_MAX = dag.FILE_BYTES_MAX * 2

# Canonical dag-cbor leaves one spelling: the map, its keys by length, tag 42, and the CID behind a zero byte.
_MAP_WITH_ROOTS = b"\xa2\x65roots"
_ONE, _NONE = b"\x81", b"\x80"
_LINK_V1, _LINK_V0 = b"\xd8\x2a\x58\x25\x00", b"\xd8\x2a\x58\x23\x00"
_VERSION_1 = b"\x67version\x01"


class Car(NamedTuple):
    """The root, if one is named, and the checked blocks in the order of the file. Blocks are read as asked for."""

    root: str | None
    blocks: Iterator[tuple[str, bytes]]


def write(root: str, blocks: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The bytes of a CAR. Raises `Invalid` for a bad CID, and whatever `blocks` raises, midway."""
    header = _MAP_WITH_ROOTS + _ONE + _LINK_V1 + cids.binary(root) + _VERSION_1
    yield varint.encode(len(header)) + header
    for cid, block in blocks:
        yield varint.encode(cids.BINARY_BYTES + len(block)) + cids.binary(cid) + block


def read(source: Iterable[bytes], limit: int = BYTES_MAX) -> Car:
    """Read a CAR of at most `limit` bytes as it arrives.

    Raises, here or while blocks are drawn: `Invalid` for no CARv1 with at most one root or another hash than sha2-256,
    `Corrupt` for a block that is not its CID's or a file cut short, `TooLarge` above a limit.
    """
    tape = _Tape(source, limit)
    length = tape.number()
    if length is None or not 0 < length <= HEADER_BYTES_MAX:
        raise Invalid("The data is no CAR file: its header has an impossible size.", "Ask for format=car.")
    return Car(_root(tape.take(length)), _blocks(tape))


def _root(header: bytes) -> str | None:
    middle = header.removeprefix(_MAP_WITH_ROOTS).removesuffix(_VERSION_1)
    if len(header) == len(middle) + len(_MAP_WITH_ROOTS) + len(_VERSION_1):
        if middle == _NONE:
            return None
        for start in (_ONE + _LINK_V1, _ONE + _LINK_V0):
            if middle.startswith(start):
                return cids.from_binary(middle[len(start) :])
    raise Invalid("The data is no CARv1 file with one root.", "Export it again, one file at a time.")


def _blocks(tape: _Tape) -> Iterator[tuple[str, bytes]]:
    count = 0
    while (length := tape.number()) is not None:
        count += 1
        if count > BLOCKS_MAX:
            raise TooLarge(f"The CAR file holds more than {BLOCKS_MAX} blocks.", "Use larger chunks.")
        if length > cids.BINARY_BYTES + dag.BLOCK_BYTES_MAX:
            raise TooLarge(
                f"The CAR file holds a block of {length} bytes.", "Add the file with smaller chunks."
            )
        section = tape.take(length)
        size = 34 if section.startswith(b"\x12\x20") else cids.BINARY_BYTES
        cid = cids.from_binary(section[:size])
        yield cid, cids.check(cid, section[size:], "The CAR file")


class _Tape:
    """Takes exact lengths from chunks of any length, and counts them against the limit."""

    def __init__(self, source: Iterable[bytes], limit: int) -> None:
        self._chunks = iter(source)
        self._waiting = b""
        self._at = 0
        self._left = limit

    def number(self) -> int | None:
        """The next varint, or None at the end of the file."""
        if not self._fill(1):
            return None
        spelled = self.take(1)
        while spelled[-1] >= 0x80 and len(spelled) < varint.BYTES_MAX:
            spelled += self.take(1)
        return varint.decode(spelled)[0]

    def take(self, count: int) -> bytes:
        if not self._fill(count):
            raise Corrupt("The CAR file ends in the middle of a block.", "Fetch it again.")
        start, self._at = self._at, self._at + count
        return self._waiting[start : self._at]

    def _fill(self, count: int) -> bool:
        have = len(self._waiting) - self._at
        if have >= count:
            return True
        # Only here is the rest copied, so a source of few large chunks costs no more than one of many small ones.
        parts = [self._waiting[self._at :]]
        while have < count and (chunk := next(self._chunks, None)) is not None:
            self._left -= len(chunk)
            if self._left < 0:
                raise TooLarge("The CAR file is above its limit.", "Raise the limit, or fetch single blocks.")
            parts.append(chunk)
            have += len(chunk)
        self._waiting, self._at = b"".join(parts), 0
        return have >= count
