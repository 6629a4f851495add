"""Finds where parts of works lie in a picture: matching keypoints that agree on one scale, turn and shift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from creditline.attribution.features import ROOT_SIFT_LENGTH, Features, as_vectors, mirror
from creditline.attribution.homography import Matrix, corners_of, from_affine, move, scale_at
from creditline.attribution.policy import Policy

if TYPE_CHECKING:
    from creditline.attribution.catalogue import Catalogue

_REPROJECTION_PX = 2.5
_SEARCH_PX = 8.0
_INLIERS_MIN = 4
_SCALE_MIN, _SCALE_MAX = 0.08, 6.0
# A work may lean once so many keypoints say so, and at one corner be so much larger than at another.
_LEANING_MIN = 12
_LEAN_MAX = 3.0


@dataclass(frozen=True, eq=False)
class Placement:
    """A work (by its place in the catalogue) laid over the picture by a `matrix` between canvases."""

    work: int
    matrix: Matrix
    inliers: int


@dataclass(frozen=True, eq=False)
class Sighting:
    """Keypoints of one form of the picture, and the map from that form's canvas to the picture's."""

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


def look(places: NDArray[np.float32], descriptors: NDArray[np.uint8], width: int) -> list[Sighting]:
    """A picture as it is, and its mirror image: SIFT itself does not recognise a mirrored work.

    `places` are on a canvas of that `width`.
    """
    across = places.copy()
    across[:, 0] = width - 1 - across[:, 0]
    flipped = np.array([[-1.0, 0, width - 1], [0, 1, 0], [0, 0, 1]])
    return [Sighting(places, descriptors, np.eye(3)), Sighting(across, mirror(descriptors), flipped)]


def locate(sightings: list[Sighting], catalogue: Catalogue, policy: Policy) -> list[Guess]:
    """Works whose keypoints, among all works' the nearest to some of the picture's, agree on a place."""
    guesses = []
    for sighting in sightings:
        hits = catalogue.nearest_keypoints(sighting.descriptors, policy.rule("keypoints", "neighbours"))
        close = hits.score >= _least_product(policy, "cosine_per_mille")
        for work in np.unique(hits.work[close]):
            theirs, ranks = np.nonzero(close & (hits.work == work))
            pairs = Pairs(hits.row[theirs, ranks], theirs)
            guesses += _guess(int(work), catalogue.features[work], sighting, pairs)
    return guesses


def locate_among(
    sightings: list[Sighting], catalogue: Catalogue, works: list[int], policy: Policy
) -> list[Guess]:
    """As `locate`, but each work alone against the picture: finds those whose keypoints others resemble more."""
    return [guess for work in works for guess in align(work, catalogue.features[work], sightings, policy)]


def align(work: int, features: Features, sightings: list[Sighting], policy: Policy) -> list[Guess]:
    """Where one work may lie in a picture, whatever else there is."""
    least = _least_product(policy, "alone_cosine_per_mille")
    ours = as_vectors(features.descriptors)
    guesses = []
    for sighting in sightings:
        products = ours @ as_vectors(sighting.descriptors).T
        best = products.max(axis=1, initial=0, keepdims=True)
        pairs = Pairs(*np.nonzero((products >= least) & (products == best)))
        guesses += _guess(work, features, sighting, pairs)
    return guesses


def refine(guess: Guess, features: Features, policy: Policy) -> list[Placement]:
    """The guess, and two refined from it. Which is best, pixels will tell.

    Seen from a good guess many more keypoints find their partners. They place the work to a pixel, and where there are
    enough of them they show how it leans.
    """
    sighting = guess.sighting
    guided = _pair_near(features, sighting, guess.matrix, policy)
    steps = [(guess.matrix, guided)]
    for fit in (_fit_similarity, _fit_homography):
        refined = fit(features.keypoints[guided.ours], sighting.places[guided.theirs])
        if refined is not None:
            guided = _pair_near(features, sighting, refined, policy)
            steps.append((refined, guided))
    placements = []
    for matrix, pairs in steps:
        inliers = _count_inliers(features, sighting, matrix, pairs)
        if inliers >= _INLIERS_MIN and _is_sane(matrix, features):
            placements.append(Placement(guess.work, sighting.upright @ matrix, inliers))
    return placements


def _is_sane(matrix: Matrix, features: Features) -> bool:
    """Whether the work keeps about its shape: nowhere too small or large, and no corner far larger than another."""
    height, width = features.canvas.shape[:2]
    scales = [scale_at(corner, matrix) for corner in corners_of(width, height)]
    smallest = min(scales)
    return smallest >= _SCALE_MIN and max(scales) <= min(_SCALE_MAX, _LEAN_MAX * smallest)


def _guess(work: int, features: Features, sighting: Sighting, pairs: Pairs) -> list[Guess]:
    matrix = _fit_similarity(features.keypoints[pairs.ours], sighting.places[pairs.theirs])
    if matrix is None:
        return []
    return [Guess(work, sighting, matrix, _count_inliers(features, sighting, matrix, pairs))]


def _count_inliers(features: Features, sighting: Sighting, matrix: Matrix, pairs: Pairs) -> int:
    """Pairs that the matrix maps onto each other; several points of the work at one place count once."""
    theirs = sighting.places[pairs.theirs]
    moved = move(features.keypoints[pairs.ours], matrix)
    return len(np.unique(np.rint(theirs[np.linalg.norm(moved - theirs, axis=1) <= _REPROJECTION_PX]), axis=0))


def _fit_similarity(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> Matrix | None:
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
    return None if matrix is None else from_affine(np.asarray(matrix, np.float64))


def _fit_homography(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> Matrix | None:
    """As `_fit_similarity`, and how the work leans."""
    if len(ours) < _LEANING_MIN:
        return None
    cv2.setRNGSeed(0)
    matrix, _inliers = cv2.findHomography(ours, theirs, cv2.RANSAC, _REPROJECTION_PX, None, 2000, 0.999)
    return None if matrix is None else np.asarray(matrix, np.float64)


def _pair_near(features: Features, sighting: Sighting, matrix: Matrix, policy: Policy) -> Pairs:
    """Each of the work's keypoints with the most similar one near the place where it should lie."""
    moved = move(features.keypoints, matrix)
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
