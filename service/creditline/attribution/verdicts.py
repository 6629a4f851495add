"""Remembers of pairs of works whether one is a copy of the other, so that each pair is compared once.

Only a digest of each answered question and its answer is kept: a damaged record answers nothing, and the pair is
compared again.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from creditline.attribution.policy import Policy

_DIGEST_BYTES = 16


class Verdicts:
    """One file that grows by a record per pair. Processes may share it. Safe to delete at any time."""

    def __init__(self, directory: Path, policy: Policy) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / f"copies-{policy.copies_hash[2:18]}"
        data = self._path.read_bytes() if self._path.exists() else b""
        whole = len(data) // _DIGEST_BYTES * _DIGEST_BYTES
        self._known = {data[at : at + _DIGEST_BYTES] for at in range(0, whole, _DIGEST_BYTES)}

    def find(self, original: bytes, copy: bytes) -> bool | None:
        """What was said of two content hashes, or None if nothing was."""
        for verdict in (False, True):
            if _digest(original, copy, verdict=verdict) in self._known:
                return verdict
        return None

    def keep(self, original: bytes, copy: bytes, *, verdict: bool) -> None:
        record = _digest(original, copy, verdict=verdict)
        with self._path.open("ab") as file:
            # A kill may have cut the last record off: whatever follows would be out of step.
            file.write(bytes(-file.tell() % _DIGEST_BYTES) + record)
        self._known.add(record)


def _digest(original: bytes, copy: bytes, *, verdict: bool) -> bytes:
    return hashlib.sha256(original + copy + bytes([verdict])).digest()[:_DIGEST_BYTES]
