"""Finds where parts of works lie in a picture: matching keypoints that agree on one scale, turn and shift."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.agreement import Matrix, scale_of
from creditline.attribution.catalogue import Catalogue, as_vectors
from creditline.attribution.features import ROOT_SIFT_LENGTH, Features, Pixels, find_keypoints
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
class Guess:
    """A first idea of where a work lies: `matrix` maps its canvas to that of one form of the picture."""

    work: int
    sighting: Sighting
    matrix: Matrix
    inliers: int


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


def locate(sightings: list[Sighting], catalogue: Catalogue, policy: Policy) -> list[Guess]:
    """Works whose keypoints, among all works' the nearest to some of the picture's, agree on a place."""
    guesses = []
    for sighting in sightings:
        hits = catalogue.nearest_keypoints(sighting.descriptors, policy.rule("keypoints", "neighbours"))
        close = hits.score >= _least_product(policy, "cosine_per_mille")
        for work in np.unique(hits.work[close]):
            theirs, ranks = np.nonzero(close & (hits.work == work))
            guesses += _guess(int(work), catalogue, sighting, Pairs(hits.row[theirs, ranks], theirs))
    return guesses


def locate_among(
    sightings: list[Sighting], catalogue: Catalogue, works: list[int], policy: Policy
) -> list[Guess]:
    """As `locate`, but each work alone against the picture: finds those whose keypoints others resemble more."""
    least = _least_product(policy, "alone_cosine_per_mille")
    guesses = []
    for sighting in sightings:
        theirs = as_vectors(sighting.descriptors)
        for work in works:
            products = as_vectors(catalogue.features[work].descriptors) @ theirs.T
            best = products.max(axis=1, initial=0, keepdims=True)
            pairs = Pairs(*np.nonzero((products >= least) & (products == best)))
            guesses += _guess(work, catalogue, sighting, pairs)
    return guesses


def refine(guess: Guess, catalogue: Catalogue, policy: Policy) -> list[Placement]:
    """The guess, and one refined from it. Which is better, pixels will tell.

    Seen from a good guess many more keypoints find their partners, and these place the work to a pixel.
    """
    features, sighting = catalogue.features[guess.work], guess.sighting
    guided = _pair_near(features, sighting, guess.matrix, policy)
    refined = _fit_matrix(features.keypoints[guided.ours], sighting.places[guided.theirs])
    placements = []
    for matrix in (guess.matrix, refined):
        if matrix is not None and _SCALE_MIN <= scale_of(matrix) <= _SCALE_MAX:
            inliers = _count_inliers(features, sighting, matrix, guided)
            upright = np.asarray(sighting.upright @ np.vstack([matrix, [0, 0, 1]]))
            if inliers >= _INLIERS_MIN:
                placements.append(Placement(guess.work, upright, inliers))
    return placements


def _guess(work: int, catalogue: Catalogue, sighting: Sighting, pairs: Pairs) -> list[Guess]:
    features = catalogue.features[work]
    matrix = _fit_matrix(features.keypoints[pairs.ours], sighting.places[pairs.theirs])
    if matrix is None:
        return []
    return [Guess(work, sighting, matrix, _count_inliers(features, sighting, matrix, pairs))]


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
        ours,
        theirs,
        method=cv2.RANSAC,
        ransacReprojThreshold=_REPROJECTION_PX,
        maxIters=2000,
        confidence=0.999,
    )
    return None if matrix is None else np.asarray(matrix, np.float64)


def _pair_near(features: Features, sighting: Sighting, matrix: Matrix, policy: Policy) -> Pairs:
    """Each of the work's keypoints with the most similar one near the place where it should lie."""
    moved = features.keypoints @ matrix[:, :2].T + matrix[:, 2]
    across = moved[:, :1] - sighting.places[:, 0]
    along = moved[:, 1:] - sighting.places[:, 1]
    ours, theirs = np.nonzero(across * across + along * along <= _SEARCH_PX**2)
    mine, other = features.descriptors[ours].astype(np.int32), sighting.descriptors[theirs]
    products = np.einsum("nd,nd->n", mine, other, dtype=np.int32)
    order = np.lexsort((theirs, -products, ours))
    order = order[products[order] >= _least_product(policy, "guided_cosine_per_mille")]
    _keypoint, first = np.unique(ours[order], return_index=True)
    return Pairs(ours[order][first], theirs[order][first])


def _least_product(policy: Policy, rule: str) -> float:
    """A cosine rule as a product of RootSIFT bytes."""
    return policy.rule("keypoints", rule) / 1000 * ROOT_SIFT_LENGTH**2
