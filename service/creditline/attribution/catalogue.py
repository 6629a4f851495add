"""The works of one training set, searchable. Nothing outside the set is in the index, so nothing outside can be paid.

Exact FAISS indexes over the same works: keypoints (what was cut out, scaled, turned) and views (what looks alike as a
whole); and small `squares` of the works for what a generator stitched together at its own place. Exact search returns
the same rows on every machine; at the sizes of one training set it is also fast enough.

Keypoints are vectors of small integers whose products add up to less than 2**24, which float32 holds exactly: their
scores are the same in whatever order a library or a processor adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import faiss
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.copies import NO_COPY
from creditline.attribution.features import Features, Mask, as_vectors
from creditline.attribution.policy import Policy
from creditline.attribution.tiles import square
from creditline.attribution.training import TrainingSet

# Views are no integers: one thread, so that their sums are formed in one order.
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, eq=False)
class Hits:
    """Per query row its nearest rows: `score` Q x K, and for each the `work` and the `row` within that work."""

    score: NDArray[np.float32]
    work: NDArray[np.int64]
    row: NDArray[np.int64]


class Catalogue:
    """Built once per training set from the features of its works and what they are copies of, in the same order.

    `precedence` ranks the rows.
    """

    def __init__(
        self,
        training_set: TrainingSet,
        features: Sequence[Features],
        copied: NDArray[np.int64],
        policy: Policy,
    ) -> None:
        assert len(training_set.works) == len(features) == len(copied)
        # Precedence decides between copies and nothing else: the rows stand by id, so that when a work was registered
        # cannot tip a tie between unlike works.
        order = sorted(range(len(features)), key=lambda place: training_set.works[place].work_id)
        self.precedence = tuple(order)
        self.training_set = replace(training_set, works=tuple(training_set.works[place] for place in order))
        self.features = features = tuple(features[place] for place in order)
        self.originals = originals = np.asarray(copied == NO_COPY)[order]
        self._keypoints = _Index(
            [as_vectors(each.descriptors) for each in features], originals, faiss.IndexFlatIP
        )
        self._views = _Index([each.views for each in features], originals, faiss.IndexFlatIP)
        self.square_works = np.flatnonzero(originals)
        side = policy.rule("patches", "canvas")
        self.squares = np.array(
            [square(features[work].canvas, side) for work in self.square_works], np.uint8
        ).reshape(-1, side, side, 3)

    def nearest_keypoints(self, descriptors: NDArray[np.uint8], count: int) -> Hits:
        """By product of RootSIFT bytes (cosine times 510 squared), best first."""
        return self._keypoints.search(as_vectors(descriptors), count)

    def nearest_views(self, views: NDArray[np.float32], count: int) -> Hits:
        """By cosine, best first."""
        return self._views.search(views, count)


class _Index:
    """FAISS numbers rows through; this remembers whose they are."""

    def __init__(self, parts: Sequence[NDArray[np.float32]], originals: Mask, kind: type) -> None:
        lengths = [len(part) if original else 0 for part, original in zip(parts, originals, strict=True)]
        self._work = np.repeat(np.arange(len(parts)), lengths)
        self._row = np.concatenate([np.arange(length) for length in lengths] or [np.empty(0, np.int64)])
        filled = [part for part, length in zip(parts, lengths, strict=True) if length]
        self._index = kind(filled[0].shape[1] if filled else 1)
        if filled:
            self._index.add(np.concatenate(filled))

    def search(self, vectors: NDArray[np.float32], count: int) -> Hits:
        count = min(count, len(self._work))
        if not count or not len(vectors):
            nobody = np.empty((len(vectors), 0), np.int64)
            return Hits(nobody.astype(np.float32), nobody, nobody)
        score, found = self._index.search(np.ascontiguousarray(vectors), count)
        return Hits(score, self._work[found], self._row[found])
