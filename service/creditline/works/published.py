"""Documents that the chain names by digest: fetched, checked, and read. None means: not to be had now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from creditline import canonical
from creditline.errors import Corrupt, Missing, TooLarge, Unavailable
from creditline.ids import Bytes32
from creditline.library import Archive
from creditline.typed_data import Domain
from creditline.works.batch import MANIFEST_BYTES_MAX, Batch, SignatureCheck, read_manifest
from creditline.works.dataset import DATASET_BYTES_MAX, Dataset, read_dataset
from creditline.works.record import RECORD_BYTES_MAX, WorkRecord, read_record
from creditline.works.terms import Terms, read_terms

TERMS_BYTES_MAX = 4096
Document = TypeVar("Document")


class PublishedDocuments:
    """Every method raises `Invalid` for a document that can never be right, whoever serves it."""

    def __init__(self, archive: Archive, domain: Domain, is_signed: SignatureCheck) -> None:
        self._archive = archive
        self._domain = domain
        self._is_signed = is_signed

    def batch(self, digest: Bytes32) -> Batch | None:
        """For our registry, root recomputed, signed by its creator."""
        return self._read(
            digest, MANIFEST_BYTES_MAX, lambda data: read_manifest(data, self._domain, self._is_signed)
        )

    def dataset(self, digest: Bytes32) -> Dataset | None:
        return self._read(digest, DATASET_BYTES_MAX, read_dataset)

    def record(self, digest: Bytes32) -> WorkRecord | None:
        return self._read(digest, RECORD_BYTES_MAX, read_record)

    def terms(self, digest: Bytes32) -> Terms | None:
        return self._read(digest, TERMS_BYTES_MAX, lambda data: read_terms(canonical.decode(data)))

    def _read(self, digest: Bytes32, limit: int, read: Callable[[bytes], Document]) -> Document | None:
        try:
            data = self._archive.fetch(digest, limit)
        except (Missing, Unavailable, TooLarge, Corrupt):
            # A store that answers with other or endless bytes says nothing about the document itself.
            return None
        return read(data)
