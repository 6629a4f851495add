"""Epochs out of their published documents, checked against what the chain says of them."""

from __future__ import annotations

import threading
from collections import OrderedDict

from creditline.errors import Corrupt, Missing
from creditline.ids import Address, Bytes32, PoolId
from creditline.library import Archive
from creditline.royalties.claim import Claim
from creditline.royalties.closing import Closing
from creditline.royalties.epoch import Epoch
from creditline.royalties.epoch_document import EPOCH_BYTES_MAX, read_epoch
from creditline.royalties.keeping import Epochs
from creditline.typed_data import Domain

KEPT = 4


class PublishedEpochs:
    """Reads each document once while it is among the last few that were asked for. Safe to share between threads."""

    def __init__(self, epochs: Epochs, library: Archive, domain: Domain) -> None:
        self._epochs = epochs
        self._library = library
        self._domain = domain
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[PoolId, Bytes32], Closing] = OrderedDict()

    def closing(self, pool_id: PoolId, number: int) -> Closing:
        """All leaves of an epoch that is on chain.

        Raises `Missing` for an epoch that is not, `Corrupt` for a document that is not what was posted, and what
        `Archive.fetch` raises.
        """
        posted = self._epochs.posted(pool_id, number)
        if posted is None or posted.is_void:
            raise Missing(f"Epoch {number} of pool {pool_id} is not on chain.", "Wait until it is posted.")
        key = (pool_id, posted.epoch.data)
        with self._lock:  # a document is large: whoever else asks for it waits
            if key not in self._kept:
                self._kept[key] = self._read(pool_id, number, posted.epoch)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return self._kept[key]

    def _read(self, pool_id: PoolId, number: int, epoch: Epoch) -> Closing:
        document = read_epoch(self._library.fetch(epoch.data, EPOCH_BYTES_MAX), self._domain, pool_id)
        if document.closing.epoch(epoch.data) != epoch or document.closing.number != number:
            raise Corrupt(
                f"What is published as epoch {number} of pool {pool_id} is not what was posted.",
                "Challenge it, or dispute it.",
            )
        return document.closing

    def claim(self, pool_id: PoolId, number: int, payee: Address) -> Claim:
        """What a payee shows to be paid by a final epoch. Raises `Missing` as well for whom it does not credit."""
        posted = self._epochs.posted(pool_id, number)
        if posted is None or not posted.is_final:
            raise Missing(
                f"Epoch {number} of pool {pool_id} is not final.", "Wait for the end of its window."
            )
        return self.closing(pool_id, number).claim(pool_id, payee, posted.epoch.data)
