"""Receipts and pictures to stamp."""

import hashlib
import struct
import zlib

from tests.attribution.drawings import draw, encode

USUAL = {"PNG": {}, "JPEG": {"quality": 92}, "WEBP": {}}


def picture(kind="PNG", seed=1, **options):
    return encode(draw(seed, 240), kind, **USUAL[kind] | options)


def receipt_for(picture, **changed):
    """A receipt as the API gives it, with a list of small numbers besides, which the library likes to misread."""
    return {
        "pool": "0x" + "11" * 32,
        "usage_id": "generation-8412",
        "output_hash": "0x" + hashlib.sha256(picture).hexdigest(),
        "revenue": "1500000",
        "nonce": "7",
        "report_hash": "0x" + "22" * 32,
        "report_cid": "bafkreireport",
        "shares": [{"work": "0x" + "33" * 32, "share": 400_000}],
        "unattributed": 600_000,
        "deadline": 2**53 - 1,
        "signature": "0x" + "44" * 65,
        "path": [0, 1, 1, 0],
        "note": "ありがとう “é”",
    } | changed


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def padded(png, size):
    """The same PNG with a private chunk before its end, so that it has exactly `size` bytes."""
    end = chunk(b"IEND", b"")
    body = png.removesuffix(end)
    return body + chunk(b"prVt", bytes(size - len(png) - 12)) + end
