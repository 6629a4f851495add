"""`Documents` out of a library: fetch by digest, then let the room that knows the format check it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from creditline import canonical
from creditline.errors import Corrupt, Missing, Unavailable
from creditline.ids import Bytes32
from creditline.library import Library
from creditline.typed_data import Domain
from creditline.works.batch import MANIFEST_BYTES_MAX, Batch, SignatureCheck, read_manifest
from creditline.works.dataset import DATASET_BYTES_MAX, Dataset, read_dataset
from creditline.works.record import RECORD_BYTES_MAX, WorkRecord, read_record
from creditline.works.terms import Terms, read_terms

_TERMS_BYTES_MAX = 16 * 1024
_Read = TypeVar("_Read")


class LibraryDocuments:
    """Implements `store.documents.Documents`. `domain` is that of the work registry."""

    def __init__(self, library: Library, domain: Domain, is_signed: SignatureCheck) -> None:
        self._library = library
        self._domain = domain
        self._is_signed = is_signed

    def batch(self, digest: Bytes32) -> Batch | None:
        return self._read(
            digest, MANIFEST_BYTES_MAX, lambda data: read_manifest(data, self._domain, self._is_signed)
        )

    def dataset(self, digest: Bytes32) -> Dataset | None:
        return self._read(digest, DATASET_BYTES_MAX, read_dataset)

    def record(self, digest: Bytes32) -> WorkRecord | None:
        return self._read(digest, RECORD_BYTES_MAX, read_record)

    def terms(self, digest: Bytes32) -> Terms | None:
        return self._read(digest, _TERMS_BYTES_MAX, lambda data: read_terms(canonical.decode(data)))

    def _read(self, digest: Bytes32, limit: int, read: Callable[[bytes], _Read]) -> _Read | None:
        """None where the bytes are not to be had: lost, damaged here, or behind a gateway that is away."""
        try:
            data = self._library.fetch(digest, limit)
        except (Missing, Corrupt, Unavailable):
            return None
        return read(data)
