"""A content store in one folder, for machines without an IPFS node.

    blocks/ab/ab12…   a block, named by its SHA-256
    pins/bafkrei…     an empty file for each file that was put or pinned
    tmp/              blocks on their way; leftovers of a crash are removed after an hour
    lock              held shared while writing, alone while erasing

A block is written beside its place, synced, and moved there in one step, so a reader, another process and a power cut
meet it whole or not at all. Blocks are hashed again on every read.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from creditline.content import cid as cids
from creditline.content import dag
from creditline.content.store import ContentStore
from creditline.errors import Corrupt, Misconfigured, Missing, TooLarge, Unavailable

STALE_SECONDS = 3600
FREE_BYTES_MIN = 64 * 1024 * 1024


class EmbeddedStore(ContentStore):
    """Safe with any number of threads and processes on one machine, and with `kill -9` at any moment."""

    def __init__(self, folder: Path, *, free_bytes_min: int = FREE_BYTES_MIN) -> None:
        """Make the folder if need be. Raises `Misconfigured` if that is not possible."""
        self._folder = folder
        self._free_bytes_min = free_bytes_min
        try:
            for name in ("blocks", "pins", "tmp"):
                (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / "lock").touch()
            self._sweep()
        except OSError as error:
            raise Misconfigured(
                f"The content folder cannot be used: {error.strerror}.",
                "Make it writable, or set another folder.",
            ) from error

    def block(self, cid: str) -> bytes:
        """As `Reader.block`. `Corrupt` names the file within the content folder."""
        path = self._path(cid)
        try:
            with path.open("rb") as file:
                block = file.read(dag.BLOCK_BYTES_MAX + 1)
        except FileNotFoundError as error:
            raise Missing(f"{cid} is not in this content store.", "Fetch it from a gateway.") from error
        except OSError as error:
            raise _unavailable(error) from error
        if hashlib.sha256(block).hexdigest() != path.name:
            raise Corrupt(
                f"{path.relative_to(self._folder)} in the content folder was changed: its hash is another.",
                "Check the disk, then put the file again or fetch it from a gateway: either replaces the block.",
            )
        return block

    def has(self, cid: str) -> bool:
        return dag.complete(self.block, lambda name: self._path(name).exists(), cid)

    def put(self, data: bytes) -> str:
        """As `ContentStore.put`. It returns once the bytes survive a power cut, and repairs broken blocks."""
        if len(data) > dag.FILE_BYTES_MAX:
            raise TooLarge(f"{len(data)} bytes are too many for one file.", "Split or shrink it.")
        with self._writing():
            root = ""
            for root, block in dag.layout(data):
                self._keep(root, block)
            self._mark(root)
        return root

    def put_block(self, cid: str, block: bytes) -> None:
        if len(block) > dag.BLOCK_BYTES_MAX:
            raise TooLarge(f"A block of {len(block)} bytes is too large.", "Add it as a file instead.")
        with self._writing():
            self._keep(cid, cids.check(cid, block, "The caller"))

    def pin(self, cid: str) -> None:
        with self._writing():
            for _ in self.blocks(cid):
                pass  # it is the reading that proves the file whole
            self._mark(cids.normal(cid))

    def forget(self, cid: str) -> None:
        """As `ContentStore.forget`. Reads the inner nodes of all pinned files: seconds for a million of them."""
        root = cids.normal(cid)
        with self._writing(alone=True):
            kept: set[bytes] = set()
            for pin in (self._folder / "pins").iterdir():
                if pin.name != root:
                    kept.update(map(cids.digest_of, dag.inventory(self.block, pin.name)))
            # Leaves go first and the pin last: cut short at any point, a second call still finds what is left.
            for name in reversed(dag.inventory(self.block, root)):
                if cids.digest_of(name) not in kept:
                    self._path(name).unlink(missing_ok=True)
            (self._folder / "pins" / root).unlink(missing_ok=True)

    def health(self) -> str:
        try:
            with tempfile.TemporaryFile(dir=self._folder / "tmp") as probe:
                probe.write(b"probe")
                probe.flush()
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise _unavailable(error) from error
        if free < self._free_bytes_min:
            raise Unavailable(f"The content folder has {free} bytes left.", "Make room on its disk.")
        return f"embedded content store, {free // 10**6} MB free"

    def _path(self, cid: str) -> Path:
        name = cids.digest_of(cid).hex()
        return self._folder / "blocks" / name[:2] / name

    def _keep(self, cid: str, block: bytes) -> None:
        path = self._path(cid)
        path.parent.mkdir(exist_ok=True)
        try:
            if self.block(cid) == block:
                # Another process may have moved it here a moment ago and not synced the folder yet.
                _sync(path.parent)
                return
        except (Missing, Corrupt):
            pass
        handle, name = tempfile.mkstemp(dir=self._folder / "tmp")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(block)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
            _sync(path.parent)
        finally:
            temporary.unlink(missing_ok=True)

    def _mark(self, root: str) -> None:
        (self._folder / "pins" / root).touch()
        _sync(self._folder / "pins")

    @contextmanager
    def _writing(self, *, alone: bool = False) -> Iterator[None]:
        try:
            # Opened anew each time: the lock belongs to the open file, so it holds between threads too.
            with (self._folder / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
                yield
        except OSError as error:
            raise _unavailable(error) from error

    def _sweep(self) -> None:
        # Younger ones may belong to another process that is still writing.
        oldest = time.time() - STALE_SECONDS
        for leftover in (self._folder / "tmp").iterdir():
            try:
                if leftover.stat().st_mtime < oldest:
                    leftover.unlink()
            except FileNotFoundError:
                continue


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unavailable(error: OSError) -> Unavailable:
    return Unavailable(
        f"The content folder cannot be read or written: {error.strerror}.",
        "Make room on its disk or repair it; the same call works afterwards.",
    )
