"""One dag-pb block that holds a UnixFS file or a part of one: written as Kubo writes it, read strictly.

    PBNode { Links: repeated { Hash = 1, Name = 2, Tsize = 3 } = 2, Data = 1 }
    Data   { Type = 1, Data = 2, filesize = 3, blocksizes = 4, hashType = 5, fanout = 6, mode = 7, mtime = 8 }

Folders, symbolic links and unknown fields are refused: two readers that ignore different things would read different
bytes from the same CID.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from creditline.content import cid as cids
from creditline.content import varint
from creditline.errors import Invalid

FILE_TYPES = (0, 2)  # `Raw` is what old versions called a leaf, `File` everything else that we read
_VARINT, _BYTES = 0, 2


class Link(NamedTuple):
    """A child: its CID, the bytes of the file below it, and the bytes of all blocks below it."""

    cid: str
    file_bytes: int
    tree_bytes: int


class Node(NamedTuple):
    """Bytes that stand in the block itself, then the children in order."""

    data: bytes
    links: tuple[Link, ...]
    file_bytes: int


def encode(links: Sequence[Link]) -> bytes:
    """The block that Kubo writes for these children of a file."""
    out = bytearray()
    for link in links:
        body = _field(1, cids.binary(link.cid)) + _field(2, b"") + b"\x18" + varint.encode(link.tree_bytes)
        out += _field(2, body)
    unixfs = b"\x08\x02\x18" + varint.encode(sum(link.file_bytes for link in links))
    unixfs += b"".join(b"\x20" + varint.encode(link.file_bytes) for link in links)
    return bytes(out + _field(1, unixfs))


def decode(block: bytes) -> Node:
    """Read a block of a file. Raises `Invalid` for folders, unknown fields and sizes that contradict each other."""
    children: list[tuple[str, int]] = []
    unixfs: bytes | None = None
    for number, value in _fields(block):
        if number == 2 and isinstance(value, bytes):
            children.append(_link(value))
        elif number == 1 and isinstance(value, bytes) and unixfs is None:
            unixfs = value
        else:
            raise _malformed(f"field {number} does not belong in a node")
    if unixfs is None:
        raise _malformed("it holds no UnixFS data")
    data, file_bytes, sizes = _unixfs(unixfs)
    if len(sizes) != len(children) or len(data) + sum(sizes) != file_bytes:
        raise _malformed("its sizes contradict each other")
    links = (Link(cid, size, tree) for (cid, tree), size in zip(children, sizes, strict=True))
    return Node(data, tuple(links), file_bytes)


def _link(body: bytes) -> tuple[str, int]:
    found = _single(list(_fields(body)), allowed={1, 2, 3})
    target, name, tree_bytes = found.get(1), found.get(2, b""), found.get(3, 0)
    if not isinstance(target, bytes) or name != b"" or not isinstance(tree_bytes, int):
        raise _malformed("a link is not that of a file")
    return cids.from_binary(target), tree_bytes


def _unixfs(body: bytes) -> tuple[bytes, int, list[int]]:
    fields = list(_fields(body))
    sizes: list[int] = []
    for number, value in fields:
        if number == 4:
            sizes += _packed(value) if isinstance(value, bytes) else (value,)
    if dict(fields).get(1) not in FILE_TYPES:
        raise Invalid("The CID names a folder or a link, not a file.", "Give the CID of the file itself.")
    # Mode and time (7 and 8) say nothing about the bytes; hash type and fan-out (5 and 6) are those of folders.
    found = _single([field for field in fields if field[0] != 4], allowed={1, 2, 3, 7, 8})
    data = found.get(2, b"")
    file_bytes = found.get(3, len(data) if isinstance(data, bytes) else 0)
    if not isinstance(data, bytes) or not isinstance(file_bytes, int):
        raise _malformed("a UnixFS field has the wrong kind")
    return data, file_bytes, sizes


def _single(fields: Sequence[tuple[int, int | bytes]], allowed: set[int]) -> dict[int, int | bytes]:
    found = dict(fields)
    if len(found) != len(fields) or not found.keys() <= allowed:
        raise _malformed("a field is repeated or unknown")
    return found


def _fields(body: bytes) -> Iterator[tuple[int, int | bytes]]:
    at = 0
    while at < len(body):
        tag, at = varint.decode(body, at)
        value, at = varint.decode(body, at)
        if tag & 7 == _VARINT:
            yield tag >> 3, value
        elif tag & 7 == _BYTES and at + value <= len(body):
            yield tag >> 3, body[at : at + value]
            at += value
        else:
            raise _malformed("a field is cut short or of an unknown kind")


def _packed(body: bytes) -> Iterator[int]:
    at = 0
    while at < len(body):
        value, at = varint.decode(body, at)
        yield value


def _field(number: int, body: bytes) -> bytes:
    return bytes((number << 3 | _BYTES,)) + varint.encode(len(body)) + body


def _malformed(why: str) -> Invalid:
    return Invalid(f"The block is no part of a UnixFS file: {why}.", "Ask whoever made the CID for the file.")
