"""A second opinion on CIDs: written top-down and by other means than the code under test, and sharing nothing with it."""

import hashlib

from multiformats import CID, multihash

CHUNK = 262144
WIDTH = 174


def pattern(size):
    """Bytes that look random and are the same on every machine."""
    return hashlib.shake_256(b"creditline").digest(size)


def file_blocks(data):
    """(root CID, {CID: block}) of a file as `ipfs add --cid-version=1 --raw-leaves` makes them."""
    height = 0
    while CHUNK * WIDTH**height < len(data):
        height += 1
    blocks = {}
    root, _, _ = _subtree(data, height, blocks)
    return root, blocks


def cid(codec, block):
    return str(CID("base32", 1, codec, multihash.digest(block, "sha2-256")))


def directory():
    """The block of an empty folder, as every IPFS node knows it."""
    return b"\x0a\x02\x08\x01"


def _subtree(data, height, blocks):
    if height == 0:
        name = cid("raw", data)
        blocks[name] = data
        return name, len(data), len(data)
    step = CHUNK * WIDTH ** (height - 1)
    parts = [data[at : at + step] for at in range(0, len(data), step)]
    children = [_subtree(part, height - 1, blocks) for part in parts]
    block = b""
    for name, _, tree in children:
        raw = bytes(CID.decode(name))
        link = bytes([0x0A, len(raw)]) + raw + b"\x12\x00\x18" + _leb(tree)
        block += b"\x12" + _leb(len(link)) + link
    sizes = b"".join(b"\x20" + _leb(size) for _, size, _ in children)
    unixfs = b"\x08\x02\x18" + _leb(len(data)) + sizes
    block += b"\x0a" + _leb(len(unixfs)) + unixfs
    name = cid("dag-pb", block)
    blocks[name] = block
    return name, len(data), len(block) + sum(tree for _, _, tree in children)


def _leb(number):
    groups = [number >> shift & 0x7F for shift in range(0, max(number.bit_length(), 1), 7)]
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])
