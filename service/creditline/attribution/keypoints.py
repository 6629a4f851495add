"""Finds where parts of works lie in a picture: matching keypoints that agree on one scale, turn and shift."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.agreement import Matrix, scale_of
from creditline.attribution.catalogue import Catalogue, as_vectors
from creditline.attribution.features import Features, Pixels, find_keypoints
from creditline.attribution.policy import Policy

_REPROJECTION_PX = 2.5
_SEARCH_PX = 8.0
_INLIERS_MIN = 4
_SCALE_MIN, _SCALE_MAX = 0.08, 6.0


@dataclass(frozen=True, eq=False)
class Placement:
    """A work (by its place in the catalogue) laid over the picture by a 2 x 3 `matrix` between canvases."""

    work: int
    matrix: Matrix
    inliers: int


@dataclass(frozen=True, eq=False)
class Sighting:
    """Keypoints of one form of the picture, and the 2 x 3 map from that form's canvas to the picture's."""

    places: NDArray[np.float32]
    descriptors: NDArray[np.uint8]
    upright: Matrix


@dataclass(frozen=True, eq=False)
class Pairs:
    """Row numbers of keypoints of a work (`ours`) and of the picture (`theirs`) that may be the same point."""

    ours: NDArray[np.int64]
    theirs: NDArray[np.int64]


def look(pixels: Pixels, canvas: Pixels, policy: Policy) -> list[Sighting]:
    """The picture as it is, and its mirror image: SIFT itself does not recognise a mirrored work."""
    side, count = policy.rule("query", "keypoint_side"), policy.rule("query", "keypoints_max")
    longer, width = max(canvas.shape[:2]), canvas.shape[1]
    mirror = np.array([[-1.0, 0, width - 1], [0, 1, 0]])
    sightings = []
    for form, upright in ((pixels, np.eye(2, 3)), (np.ascontiguousarray(pixels[:, ::-1]), mirror)):
        places, descriptors = find_keypoints(form, side, count)
        sightings.append(Sighting(places * np.float32(longer), descriptors, upright))
    return sightings


def locate(sightings: list[Sighting], catalogue: Catalogue, policy: Policy) -> list[Placement]:
    """The best placement per work and form, for works that collect enough matching keypoints."""
    placements = []
    for sighting in sightings:
        hits = catalogue.nearest_keypoints(sighting.descriptors, policy.rule("keypoints", "neighbours"))
        close = hits.score >= policy.rule("keypoints", "cosine_per_mille") / 1000
        for work in np.unique(hits.work[close]):
            theirs, ranks = np.nonzero(close & (hits.work == work))
            pairs = Pairs(hits.row[theirs, ranks], theirs)
            placements += _fit(int(work), catalogue.features[work], sighting, pairs, policy)
    return placements


def locate_among(sightings: list[Sighting], catalogue: Catalogue, works: list[int], policy: Policy) -> list[Placement]:
    """As `locate`, but each work alone against the picture: finds those whose keypoints others resemble more."""
    least = policy.rule("keypoints", "alone_cosine_per_mille") / 1000
    placements = []
    for sighting in sightings:
        for work in works:
            features = catalogue.features[work]
            cosines = as_vectors(features.descriptors) @ as_vectors(sighting.descriptors).T
            pairs = Pairs(*np.nonzero((cosines >= least) & (cosines == cosines.max(axis=1, initial=0, keepdims=True))))
            placements += _fit(work, features, sighting, pairs, policy)
    return placements


def _fit(work: int, features: Features, sighting: Sighting, pairs: Pairs, policy: Policy) -> list[Placement]:
    """The placement that the pairs agree on, and a second one refined from it. Which is better, pixels will tell."""
    guess = _fit_matrix(features.keypoints[pairs.ours], sighting.places[pairs.theirs])
    if guess is None:
        return []
    # Seen from a good guess, many more keypoints find their partners, and these place the work to a pixel.
    guided = _pair_near(features, sighting, guess, policy)
    refined = _fit_matrix(features.keypoints[guided.ours], sighting.places[guided.theirs])
    placements = []
    for matrix in (guess, refined):
        if matrix is not None and (inliers := _count_inliers(features, sighting, matrix, guided)) >= _INLIERS_MIN:
            upright = sighting.upright @ np.vstack([matrix, [0, 0, 1]])
            placements.append(Placement(work, np.asarray(upright), inliers))
    return [placement for placement in placements if _SCALE_MIN <= scale_of(placement.matrix) <= _SCALE_MAX]


def _count_inliers(features: Features, sighting: Sighting, matrix: Matrix, pairs: Pairs) -> int:
    """Pairs that the matrix maps onto each other; several points of the work at one place count once."""
    theirs = sighting.places[pairs.theirs]
    moved = features.keypoints[pairs.ours] @ matrix[:, :2].T + matrix[:, 2]
    return len(np.unique(np.rint(theirs[np.linalg.norm(moved - theirs, axis=1) <= _REPROJECTION_PX]), axis=0))


def _fit_matrix(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> Matrix | None:
    """Scale, turn and shift that most pairs agree on, by RANSAC from a fixed seed."""
    if len(ours) < _INLIERS_MIN:
        return None
    cv2.setRNGSeed(0)
    matrix, _inliers = cv2.estimateAffinePartial2D(
        ours, theirs, method=cv2.RANSAC, ransacReprojThreshold=_REPROJECTION_PX, maxIters=2000, confidence=0.999
    )
    return None if matrix is None else np.asarray(matrix, np.float64)


def _pair_near(features: Features, sighting: Sighting, matrix: Matrix, policy: Policy) -> Pairs:
    """Each of the work's keypoints with the most similar one near the place where it should lie."""
    moved = features.keypoints @ matrix[:, :2].T + matrix[:, 2]
    near = np.linalg.norm(moved[:, None] - sighting.places[None], axis=2) <= _SEARCH_PX
    cosines = np.where(near, as_vectors(features.descriptors) @ as_vectors(sighting.descriptors).T, 0)
    best = cosines.argmax(axis=1)
    ours = np.flatnonzero(cosines.max(axis=1) >= policy.rule("keypoints", "guided_cosine_per_mille") / 1000)
    return Pairs(ours, best[ours])
