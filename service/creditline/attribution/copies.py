"""Which works show what an earlier work shows, so that copies earn nothing beside the first.

A work is a copy if its fingerprint is that of an earlier one, or if an earlier one, laid over it keypoint by keypoint,
is most of what it shows. Each is compared with originals alone (leader clustering): a chain of small changes does not
join unlike works.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.agreement import STRUCTURE_PX, Agreement, find_structure, lay_over
from creditline.attribution.features import Features, Mask
from creditline.attribution.keypoints import align, look, refine
from creditline.attribution.policy import Policy
from creditline.attribution.verdicts import Verdicts

NO_COPY = -1


@dataclass(frozen=True, eq=False)
class Work:
    """A picture, described, under the SHA-256 of its bytes."""

    content_hash: bytes
    features: Features


class Clustering:
    """Works in order of precedence, each joined to the original that it is a copy of. It can be left and gone on with."""

    def __init__(self, works: Sequence[Work], policy: Policy, verdicts: Verdicts) -> None:
        self._works = works
        self._policy = policy
        self._verdicts = verdicts
        self._leaders = _Leaders(len(works), policy)
        self._originals: list[int] = []

    @property
    def originals(self) -> NDArray[np.int64]:
        """Per work the place of its original, or `NO_COPY`. Goes through those that are left."""
        self.advance()
        return np.array(self._originals, np.int64)

    def advance(self, deadline: float = math.inf) -> bool:
        """Go on until the monotonic clock passes `deadline`, by one work at least. Returns whether none is left."""
        for place in range(len(self._originals), len(self._works)):
            original = self._find_original(self._works[place])
            if original == NO_COPY:
                self._leaders.add(place, self._works[place])
            self._originals.append(original)
            if time.monotonic() > deadline:
                break
        return len(self._originals) == len(self._works)

    def _find_original(self, work: Work) -> int:
        twin = self._leaders.with_fingerprint(work)
        if twin is not None:
            return twin
        for place, leader in self._leaders.most_alike(work):
            if self._compare(leader, work):
                return place
        return NO_COPY

    def _compare(self, original: Work, copy: Work) -> bool:
        known = self._verdicts.find(original.content_hash, copy.content_hash)
        if known is None:
            known = is_copy(copy.features, original.features, self._policy)
            self._verdicts.keep(original.content_hash, copy.content_hash, verdict=known)
        return known


def is_copy(copy: Features, original: Features, policy: Policy) -> bool:
    """Whether the original, laid over the other, shows there, and is most of what the other shows."""
    sightings = look(copy.keypoints, copy.descriptors, copy.canvas.shape[1])
    structure = find_structure(copy.canvas) & copy.ink
    guesses = sorted(align(0, original, sightings, policy), key=lambda guess: -guess.inliers)
    return any(
        _explains(lay_over(copy.canvas, original, placement.matrix), structure, policy)
        for guess in guesses
        for placement in refine(guess, original, policy)
        if placement.inliers >= policy.rule("copies", "witnesses_min")
    )


class _Leaders:
    """The originals so far, searchable by fingerprint and by how alike their views are."""

    def __init__(self, room: int, policy: Policy) -> None:
        self._policy = policy
        self._members: list[tuple[int, Work]] = []
        self._codes = np.zeros((room, 8, 4), np.uint64)
        self._views = np.empty((room, 0, 0), np.float32)

    def add(self, place: int, work: Work) -> None:
        if not self._members:
            self._views = np.zeros((len(self._codes), *work.features.views.shape), np.float32)
        if _has_code(work, self._policy):
            self._codes[len(self._members)] = _codes_of(work)
        self._views[len(self._members)] = work.features.views
        self._members.append((place, work))

    def with_fingerprint(self, work: Work) -> int | None:
        """The place of the first original whose fingerprint in one of its turned and mirrored forms is the work's."""
        known = self._codes[: len(self._members)]
        bits = np.bitwise_count(known ^ _codes_of(work)[0]).sum(axis=2)
        near = (bits <= self._policy.rule("copies", "bits")).any(axis=1) & known.any(axis=(1, 2))
        return self._members[int(near.argmax())][0] if near.any() else None

    def most_alike(self, work: Work) -> Iterator[tuple[int, Work]]:
        """Originals of which some view is like one of the work's, in order of precedence."""
        if not self._members:
            return iter(())
        views = self._views[: len(self._members)]
        likeness = (views @ work.features.views.T).reshape(len(views), -1)
        first = np.argsort(-likeness.max(axis=1), kind="stable")[: self._policy.rule("copies", "views")]
        return (self._members[row] for row in sorted(first.tolist()))


def _explains(laid: Agreement, structure: Mask, policy: Policy) -> bool:
    # Structure reaches half a window further than the ink that makes it.
    near = cv2.dilate(laid.agrees.astype(np.uint8), np.ones((STRUCTURE_PX, STRUCTURE_PX), np.uint8)) > 0
    explained, all_of_it = int(np.count_nonzero(near & structure)), int(np.count_nonzero(structure))
    cover, shown = policy.rule("copies", "cover_per_mille"), policy.rule("copies", "shown_per_mille")
    return (
        explained > 0
        and explained * 1000 >= cover * all_of_it
        and laid.structure_agrees * 1000 >= shown * laid.structure_shown
    )


def _has_code(work: Work, policy: Policy) -> bool:
    """Blank pictures have fingerprints that say nothing."""
    return int(work.features.quality[0]) >= policy.rule("copies", "quality_min")


def _codes_of(work: Work) -> NDArray[np.uint64]:
    return np.ascontiguousarray(work.features.fingerprints).view(np.uint64)
