"""Features on disk, by content hash. Safe to delete at any time: whatever is missing is computed again."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

from creditline.attribution.features import Features, load
from creditline.attribution.policy import Policy
from creditline.errors import Corrupt

_DIGEST_BYTES = 32


class FeatureCache:
    """One file per picture and way of describing it. Processes may share the folder."""

    def __init__(self, directory: Path, policy: Policy) -> None:
        self._directory = directory / policy.features_hash[2:18]
        self._directory.mkdir(parents=True, exist_ok=True)

    def get(self, content_hash: bytes) -> Features | None:
        """The features, or None where there are none or the file is damaged; a damaged file is removed."""
        path = self._path(content_hash)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        digest, body = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
        if hashlib.sha256(body).digest() == digest:
            try:
                return load(body)
            except Corrupt:
                pass
        path.unlink(missing_ok=True)
        return None

    def put(self, content_hash: bytes, features: Features) -> None:
        """Write so that a reader sees the whole file or none."""
        path = self._path(content_hash)
        body = features.dump()
        path.parent.mkdir(exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(hashlib.sha256(body).digest() + body)
        Path(file.name).replace(path)

    def __contains__(self, content_hash: bytes) -> bool:
        return self._path(content_hash).is_file()

    def _path(self, content_hash: bytes) -> Path:
        name = content_hash.hex()
        return self._directory / name[:2] / f"{name}.npz"
