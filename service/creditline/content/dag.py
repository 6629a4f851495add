"""A file as a tree of blocks: cut it as `ipfs add` does, and walk it again without trusting it.

Whoever made a CID chose every byte below it. A tree may therefore be deep, link to itself a thousandfold or promise
sizes that it does not keep; each of these meets a limit here before it costs memory or time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from creditline.content import cid as cids
from creditline.content import node
from creditline.errors import Invalid, Missing, TooLarge

CHUNK_BYTES = 256 * 1024
LINKS_MAX = 174
BLOCK_BYTES_MAX = 2 * 1024 * 1024
FILE_BYTES_MAX = 64 * 1024 * 1024
DEPTH_MAX = 8
OVERHEAD_BYTES_MIN = 2 * 1024 * 1024
VISIT_BYTES = 256

Fetch = Callable[[str], bytes]
"""From a CID to its block, checked. Raises `Missing`, `Unavailable` or `Corrupt`."""


def layout(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The blocks of a file, children before parents, the root last: a crash leaves no root without its leaves."""
    view = memoryview(data)
    row = []
    for start in range(0, len(data) or 1, CHUNK_BYTES):
        chunk = bytes(view[start : start + CHUNK_BYTES])
        leaf = cids.raw_cid(hashlib.sha256(chunk).digest())
        row.append(node.Link(leaf, len(chunk), len(chunk)))
        yield leaf, chunk
    while len(row) > 1:
        above = []
        for start in range(0, len(row), LINKS_MAX):
            children = row[start : start + LINKS_MAX]
            block = node.encode(children)
            parent = cids.dag_pb_cid(hashlib.sha256(block).digest())
            tree_bytes = len(block) + sum(child.tree_bytes for child in children)
            above.append(node.Link(parent, sum(child.file_bytes for child in children), tree_bytes))
            yield parent, block
        row = above


def contents(cid: str, block: bytes) -> node.Node:
    """What a block holds, whatever its codec. Raises `Invalid` if it is no part of a file."""
    if cids.parse(cid).codec == cids.RAW:
        return node.Node(block, (), len(block))
    return node.decode(block)


def stream(fetch: Fetch, cid: str, limit: int = FILE_BYTES_MAX) -> Iterator[bytes]:
    """The bytes of a file in order. Raises `TooLarge` before it fetches anything below a root that is too large."""
    for _, _, payload in _walk(fetch, cid, limit, once=False):
        yield payload


def read(fetch: Fetch, cid: str, limit: int = FILE_BYTES_MAX) -> bytes:
    """A whole file, at most `limit` bytes. Raises what `stream` raises."""
    return b"".join(stream(fetch, cid, limit))


def blocks(fetch: Fetch, cid: str, limit: int = FILE_BYTES_MAX) -> Iterator[tuple[str, bytes]]:
    """Every block of a file once, parents before children, left before right."""
    for name, block, _ in _walk(fetch, cid, limit, once=True):
        yield name, block


def root_of(fetch: Fetch, digest: bytes) -> tuple[str, bytes]:
    """The CID and the block of the file that a SHA-256 names.

    The digest does not say whether the block is the file or links to its parts, and stores answer for both codecs. So
    the bytes decide, the same everywhere: what reads strictly as a UnixFS node with links is one. No JSON document and
    no PNG, JPEG or WebP can be taken for one, as none begins like a protobuf field of a node.
    """
    try:
        block = fetch(cids.raw_cid(digest))
    except Missing:
        block = fetch(cids.dag_pb_cid(digest))
    try:
        is_tree = bool(node.decode(block).links)
    except Invalid:
        is_tree = False
    return (cids.dag_pb_cid if is_tree else cids.raw_cid)(digest), block


def car_bytes_max(limit: int) -> int:
    """What a CAR of a file of `limit` bytes may hold: as much as a walk would accept, and the root."""
    return limit + limit // 8 + OVERHEAD_BYTES_MIN + BLOCK_BYTES_MAX


def complete(fetch: Fetch, holds: Callable[[str], bool], cid: str) -> bool:
    """Whether every block of a file is there. Leaves are not read, only asked for. Raises `Corrupt` and `Invalid`."""
    waiting, seen = [cids.normal(cid)], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if not holds(name):
            return False
        waiting += _children(fetch, name)
    return True


def inventory(fetch: Fetch, cid: str) -> list[str]:
    """The CIDs of a tree as far as it is there, parents first; those of missing blocks too. Raises `Corrupt`."""
    waiting, found = [cids.normal(cid)], dict[str, None]()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = None
        try:
            waiting += _children(fetch, name)
        except (Missing, Invalid):
            continue
    return list(found)


def _children(fetch: Fetch, name: str) -> list[str]:
    if cids.parse(name).codec == cids.RAW:
        return []
    return [link.cid for link in node.decode(fetch(name)).links]


def _walk(fetch: Fetch, cid: str, limit: int, *, once: bool) -> Iterator[tuple[str, bytes, bytes]]:
    root = cids.normal(cid)
    waiting: list[tuple[str, int | None, int]] = [(root, None, 0)]
    seen: set[str] = set()
    # What is fetched and is not file: links, wrappings, and a toll for each block, as empty ones cost time as well.
    overhead_left = OVERHEAD_BYTES_MIN + limit // 8
    while waiting:
        name, promised, depth = waiting.pop()
        if once and name in seen:
            continue
        seen.add(name)
        block = fetch(name)
        part = contents(name, block)
        overhead_left -= VISIT_BYTES + len(block) - len(part.data)
        if overhead_left < 0 or depth > DEPTH_MAX:
            raise Invalid(
                f"{root} is deeper or made of more blocks than a file needs.", "Add the file again."
            )
        if promised is None and part.file_bytes > limit:
            raise TooLarge(
                f"{root} has {part.file_bytes} bytes; the limit is {limit}.", "Use a smaller file."
            )
        if promised is not None and part.file_bytes != promised:
            raise Invalid(f"{name} has another size than {root} promised.", "Add the file again.")
        yield name, block, part.data
        waiting += ((link.cid, link.file_bytes, depth + 1) for link in reversed(part.links))
